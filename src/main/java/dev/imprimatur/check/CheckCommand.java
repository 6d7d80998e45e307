// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.check;

import dev.imprimatur.command.OfflineContext;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command {@code java -jar imprimatur.jar check}: checks both stores and prints the violated rules. No server and no timer runs, and only
 * the beans that the checks need are created. The embedded stores must not be open in another process.
 */
public final class CheckCommand {
    /** The name of the command on the command line. */
    public static final String NAME = "check";

    private static final int CLEAN = 0;
    private static final int VIOLATED = 1;
    private static final int NOT_CHECKED = 2;

    /** A full disk does not prevent the check. */
    private static final String NO_SPACE_NEEDED = "--imprimatur.storage.min-free-space=0B";

    private CheckCommand() {}

    /**
     * Runs the command.
     *
     * @param arguments settings of the application, as {@code --name=value}
     * @return the exit code: 0 if no rule is violated, 1 if a rule is violated, 2 if the stores could not be checked
     */
    public static int run(Class<?> application, List<String> arguments, PrintStream out) {
        var settings =
                Stream.concat(Stream.of(NO_SPACE_NEEDED), arguments.stream()).toList();
        try (var context = OfflineContext.of(application, settings)) {
            context.refresh();
            return print(context.getBean(Checker.class).run(), out);
        } catch (RuntimeException failed) {
            out.println("not checked: " + OfflineContext.causeOf(failed));
            return NOT_CHECKED;
        }
    }

    private static int print(Checker.Report report, PrintStream out) {
        if (report.failure() != null) {
            out.println("not checked: " + report.failure());
            return NOT_CHECKED;
        }
        report.violations().forEach(finding -> out.println("violation  " + finding));
        report.unfinished().forEach(finding -> out.println("unfinished " + finding));
        out.printf(
                "%d violations, %d unfinished, in %d ms%n",
                report.violations().size(),
                report.unfinished().size(),
                report.took().toMillis());
        return report.violations().isEmpty() ? CLEAN : VIOLATED;
    }

    /** Whether the arguments of the process name this command. */
    public static boolean isNamedBy(String... arguments) {
        return arguments.length > 0 && arguments[0].equals(NAME);
    }

    /** Returns the arguments after the name of the command. */
    public static List<String> settings(String... arguments) {
        return Arrays.asList(arguments).subList(1, arguments.length);
    }
}
