// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import dev.imprimatur.command.Arguments;
import dev.imprimatur.command.OfflineContext;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The commands {@code backup FILE}, {@code verify-backup FILE} and {@code restore FILE} of the jar, each with {@code --passphrase-file=FILE}
 * and settings of the application.
 */
public final class BackupCommand {
    private static final String BACKUP = "backup";
    private static final String VERIFY = "verify-backup";
    private static final String RESTORE = "restore";
    private static final List<String> NAMES = List.of(BACKUP, VERIFY, RESTORE);

    private static final String PASSPHRASE = "--passphrase-file=";
    private static final int SHORTEST = 12;

    private static final int DONE = 0;
    private static final int FAILED = 2;

    private BackupCommand() {}

    /** Whether the arguments of the process name one of these commands. */
    public static boolean isNamedBy(String... arguments) {
        return arguments.length > 0 && NAMES.contains(arguments[0]);
    }

    /**
     * Runs the command.
     *
     * @param arguments the name of the command, the file, {@code --passphrase-file}, and settings of the application
     * @return the exit code: 0 if it was done, 2 if not
     */
    public static int run(Class<?> application, List<String> arguments, PrintStream out) {
        String name = arguments.getFirst();
        try {
            var given = new Arguments(arguments.subList(1, arguments.size()), List.of(PASSPHRASE));
            if (given.files().size() != 1)
                throw new BackupFailure("name one file: " + name + " FILE --passphrase-file=FILE");
            var file = Path.of(given.files().getFirst()).toAbsolutePath();
            char[] passphrase = passphrase(given);
            if (name.equals(VERIFY)) {
                out.println("intact: " + BackupFile.verify(file, passphrase).words());
                return DONE;
            }
            try (var context = OfflineContext.of(application, given.settings())) {
                context.refresh();
                var backups = context.getBean(BackupFile.class);
                if (name.equals(BACKUP)) {
                    var made = backups.make(file, passphrase);
                    out.println("backed up: " + made.words() + ", in " + Files.size(file) + " bytes");
                } else {
                    out.println("restored: " + backups.restore(file, passphrase).words());
                    out.println(
                            "Start the server. It is read-only and serves no guide until an administrator decides at “The end of the ledger”"
                                    + " that the ledger continues without what is lost. Accounts, tokens and keys that were taken away"
                                    + " after the backup are valid again.");
                }
            }
            return DONE;
        } catch (RuntimeException | IOException failed) {
            var why = failed instanceof BackupFailure ? failed.getMessage() : OfflineContext.causeOf(failed);
            out.println("stopped: " + why);
            return FAILED;
        }
    }

    private static char[] passphrase(Arguments given) throws IOException {
        var file = given.option(PASSPHRASE)
                .map(Path::of)
                .orElseThrow(() -> new BackupFailure(
                        "say with --passphrase-file=FILE which file holds the passphrase of the backup"));
        if (!Files.isReadable(file)) throw new BackupFailure("there is no file " + file + " that can be read");
        String passphrase = Files.readString(file).strip();
        if (passphrase.length() < SHORTEST)
            throw new BackupFailure("the passphrase in " + file + " has less than " + SHORTEST + " characters");
        return passphrase.toCharArray();
    }
}
