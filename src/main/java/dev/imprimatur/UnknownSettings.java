// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.StandardEnvironment;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stops a start with a setting that nothing reads, so that a misspelt limit is not the default in secret. Environment variables are only
 * named in the log, because platforms add some of their own: Kubernetes sets {@code IMPRIMATUR_PORT} for a service of that name.
 */
final class UnknownSettings implements EnvironmentPostProcessor, Ordered {
    private static final String PREFIX = "imprimatur.";
    private static final String VARIABLE_PREFIX = "IMPRIMATUR_";
    /** The names of all settings, in the format from which development environments complete them. */
    private static final String NAMES = "META-INF/spring-configuration-metadata.json";

    private final Log log;

    UnknownSettings(DeferredLogFactory logs) {
        log = logs.getLog(UnknownSettings.class);
    }

    /** Runs after all files with settings are read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        check(environment);
    }

    void check(ConfigurableEnvironment environment) {
        var known = known();
        var unknown = new TreeSet<String>();
        for (var source : environment.getPropertySources()) {
            if (!(source instanceof EnumerablePropertySource<?> settings)) continue;
            var names = Arrays.stream(settings.getPropertyNames());
            if (source.getName().startsWith(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME))
                names.filter(name -> name.startsWith(VARIABLE_PREFIX))
                        .filter(isNotIn(known, UnknownSettings::plainVariable))
                        .sorted()
                        .forEach(name -> log.warn("The environment variable " + name + " sets nothing of Imprimatur."));
            else
                names.filter(name -> name.startsWith(PREFIX))
                        .filter(isNotIn(known, UnknownSettings::plain))
                        .forEach(unknown::add);
        }
        if (!unknown.isEmpty()) throw new Unknown(unknown);
    }

    private static Predicate<String> isNotIn(Collection<String> known, UnaryOperator<String> plain) {
        var all = known.stream().map(plain).collect(Collectors.toSet());
        return name -> !all.contains(plain.apply(name));
    }

    /** Spring also accepts {@code dataDir} for {@code data-dir}. */
    private static String plain(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Variables have underscores for dots, and for hyphens or nothing in their place. */
    private static String plainVariable(String name) {
        return name.replaceAll("[-._]", "").toLowerCase(Locale.ROOT);
    }

    /** Libraries have files of the same name after ours, which are large: only the first file with our names is read. */
    private static Set<String> known() {
        try {
            var files = UnknownSettings.class.getClassLoader().getResources(NAMES);
            var names = new TreeSet<String>();
            while (names.isEmpty() && files.hasMoreElements())
                try (var in = files.nextElement().openStream()) {
                    for (var property : new JsonMapper().readTree(in).path("properties")) {
                        String name = property.path("name").asString("");
                        if (name.startsWith(PREFIX)) names.add(name);
                    }
                }
            return names;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A start with settings of these names, which nothing reads. */
    static final class Unknown extends RuntimeException {
        Unknown(Set<String> names) {
            super(String.join(", ", names));
        }
    }

    /** Explains to an operator why a node did not start. */
    static final class Analyzer extends AbstractFailureAnalyzer<Unknown> {
        @Override
        protected FailureAnalysis analyze(Throwable root, Unknown cause) {
            return new FailureAnalysis(
                    "This node was not started, because nothing reads these settings: " + cause.getMessage() + ".",
                    "Correct or remove them. See “Settings and limits” in docs/operations.md.",
                    cause);
        }
    }
}
