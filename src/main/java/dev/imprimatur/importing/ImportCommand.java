// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.command.Arguments;
import dev.imprimatur.command.OfflineContext;
import dev.imprimatur.people.Person;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The command {@code java -jar imprimatur.jar import EXPORT --map=FILE --by=USERNAME [--dry-run]}: imports guides from another system as
 * drafts, and prints what it does with each record. With production stores it may run beside servers.
 */
public final class ImportCommand {
    /** The name of the command on the command line. */
    public static final String NAME = "import";

    private static final String MAP = "--map=";
    private static final String BY = "--by=";
    private static final String DRY_RUN = "--dry-run";

    private static final int DONE = 0;
    private static final int NOT_ALL = 1;
    private static final int FAILED = 2;

    private ImportCommand() {}

    /**
     * Runs the command.
     *
     * @param arguments the export, the options of the command, and settings of the application
     * @return the exit code: 0 if every record is or would be a draft, 1 if some cannot be imported, 2 if the import stopped
     */
    public static int run(Class<?> application, List<String> arguments, PrintStream out) {
        try {
            return run(application, new Arguments(arguments, List.of(MAP, BY, DRY_RUN)), out);
        } catch (RuntimeException failed) {
            out.println("stopped: " + OfflineContext.causeOf(failed));
            return FAILED;
        }
    }

    private static int run(Class<?> application, Arguments given, PrintStream out) {
        if (given.files().size() != 1)
            throw new ImportFailure(
                    "name one file or folder to import: import EXPORT --map=FILE --by=USERNAME [--dry-run]");
        var export = Path.of(given.files().getFirst());
        if (given.option(MAP).isEmpty()) return describe(export, out);
        var mapping = Mapping.read(Path.of(given.option(MAP).get()));
        String username = given.option(BY)
                .orElseThrow(() -> new ImportFailure("say with --by=USERNAME who imports the guides, an editor"));
        boolean dryRun = given.has(DRY_RUN);
        try (var context = OfflineContext.of(application, given.settings())) {
            context.refresh();
            var report = new ImportReport(out, dryRun);
            context.getBean(GuideImport.class)
                    .run(export, mapping, editor(context.getBean(Accounts.class), username), dryRun, report);
            report.end();
            return report.refused() == 0 ? DONE : NOT_ALL;
        }
    }

    private static Person editor(Accounts accounts, String username) {
        var account = accounts.account(username)
                .filter(it -> it.active())
                .orElseThrow(() -> new ImportFailure("there is no active account " + username));
        if (!account.person().has("EDITOR")) throw new ImportFailure(username + " is not an editor");
        return account.person();
    }

    /** Without a mapping: the fields of the export, from which a mapping is written. */
    private static int describe(Path export, PrintStream out) {
        var fields = new TreeMap<String, Integer>();
        int[] records = {0};
        var source = Sources.of(export);
        source.read(export, record -> {
            records[0]++;
            record.fields().propertyNames().forEach(field -> fields.merge(field, 1, Integer::sum));
        });
        out.println(records[0] + " records of " + source.words() + " with the fields "
                + fields.entrySet().stream()
                        .map(it -> it.getKey() + " (" + it.getValue() + ")")
                        .collect(Collectors.joining(", ")));
        out.println("stopped: say with --map=FILE which of them become which fields of a guide");
        return FAILED;
    }

    /** Whether the arguments of the process name this command. */
    public static boolean isNamedBy(String... arguments) {
        return arguments.length > 0 && arguments[0].equals(NAME);
    }
}
