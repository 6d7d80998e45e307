// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.check;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplication.AbandonedRunException;
import org.springframework.boot.SpringApplicationHook;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.LifecycleProcessor;

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

    private static final Map<String, Object> SETTINGS = Map.of(
            "spring.main.lazy-initialization", "true",
            "spring.main.log-startup-info", "false",
            // the checked stores are not changed
            "flowable.database-schema-update", "false",
            "imprimatur.store.migrate", "false",
            "imprimatur.schedules", "false",
            // a full disk does not prevent the check
            "imprimatur.storage.min-free-space", "0B",
            "logging.level.dev.imprimatur", "warn");

    private CheckCommand() {}

    /**
     * Runs the command.
     *
     * @param arguments settings of the application, as {@code --name=value}
     * @return the exit code: 0 if no rule is violated, 1 if a rule is violated, 2 if the stores could not be checked
     */
    public static int run(Class<?> application, List<String> arguments, PrintStream out) {
        try (var context = context(application, arguments)) {
            context.refresh();
            return print(context.getBean(Checker.class).run(), out);
        } catch (RuntimeException failed) {
            Throwable cause = failed;
            while (cause.getCause() != null) cause = cause.getCause();
            out.println("not checked: " + cause.getMessage());
            return NOT_CHECKED;
        }
    }

    /** Returns the context of the application, before its first bean is created. */
    private static ConfigurableApplicationContext context(Class<?> application, List<String> arguments) {
        var spring = new SpringApplication(application);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setRegisterShutdownHook(false);
        spring.addInitializers(it -> it.getBeanFactory().registerSingleton("lifecycleProcessor", new NothingStarts()));
        SpringApplicationHook stopBeforeBeans = it -> new SpringApplicationRunListener() {
            @Override
            public void contextLoaded(ConfigurableApplicationContext context) {
                throw new AbandonedRunException(context);
            }
        };
        var settings = new ArrayList<String>();
        SETTINGS.forEach((name, value) -> {
            String setting = "--" + name + "=";
            if (arguments.stream().noneMatch(argument -> argument.startsWith(setting))) settings.add(setting + value);
        });
        settings.addAll(arguments);
        try {
            return SpringApplication.withHook(stopBeforeBeans, () -> spring.run(settings.toArray(String[]::new)));
        } catch (AbandonedRunException abandoned) {
            var context = abandoned.getApplicationContext();
            if (context == null) throw abandoned;
            return context;
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

    /** Starts and stops no beans: the checks need their data, not their threads. */
    private static final class NothingStarts implements LifecycleProcessor {
        @Override
        public void onRefresh() {
            // nothing is started
        }

        @Override
        public void onClose() {
            // nothing was started
        }

        @Override
        public void start() {
            // nothing is started
        }

        @Override
        public void stop() {
            // nothing was started
        }

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
