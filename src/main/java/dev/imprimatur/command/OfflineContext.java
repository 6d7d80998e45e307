// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplication.AbandonedRunException;
import org.springframework.boot.SpringApplicationHook;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.LifecycleProcessor;

/**
 * The context of the application for a command. No server and no timer runs, and only the beans that the command needs are created. The
 * stores are not migrated. The embedded stores must not be open in another process.
 */
public final class OfflineContext {
    private static final Map<String, Object> SETTINGS = Map.of(
            "spring.main.lazy-initialization", "true",
            "spring.main.log-startup-info", "false",
            "flowable.database-schema-update", "false",
            "imprimatur.store.migrate", "false",
            "imprimatur.schedules", "false",
            "imprimatur.data-dir-shared", "true",
            // this check would create what reports health, and with it everything
            "management.endpoint.health.validate-group-membership", "false",
            // the command itself says what went wrong
            "logging.level.org.springframework", "error",
            "logging.level.de.bwaldvogel", "error",
            "logging.level.dev.imprimatur", "warn");

    private OfflineContext() {}

    /**
     * Returns the context before its first bean is created; the caller refreshes and closes it.
     *
     * @param arguments settings of the application, as {@code --name=value}
     */
    public static ConfigurableApplicationContext of(Class<?> application, List<String> arguments) {
        var spring = new SpringApplication(application);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setRegisterShutdownHook(false);
        spring.addInitializers(it -> it.getBeanFactory().registerSingleton("lifecycleProcessor", new NothingStarts()));
        spring.addInitializers(it -> it.addBeanFactoryPostProcessor(OfflineContext::removeMeters));
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

    /** Binding meters to what they measure would create all of it. */
    private static void removeMeters(ConfigurableListableBeanFactory beans) {
        String binder = "meterRegistryPostProcessor";
        if (beans instanceof BeanDefinitionRegistry definitions && definitions.containsBeanDefinition(binder))
            definitions.removeBeanDefinition(binder);
    }

    /** The message of the failure that caused this one. */
    public static String causeOf(Throwable failed) {
        Throwable cause = failed;
        while (cause.getCause() != null) cause = cause.getCause();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Starts and stops no beans: a command needs their data, not their threads. */
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
