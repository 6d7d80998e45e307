// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names of the settings that the server reads: its own ones from its code, and those of Spring Boot from its metadata. */
public final class Settings {
    private static final Pattern READ =
            Pattern.compile("(?:\\$\\{|ConditionalOnBooleanProperty\\(name = \")(imprimatur\\.[a-z.-]+)");

    private Settings() {}

    public static Set<String> ours() {
        var names = new TreeSet<String>();
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (var file : (Iterable<Path>) files.filter(it -> it.toString().endsWith(".java"))::iterator)
                READ.matcher(Files.readString(file)).results().forEach(found -> names.add(found.group(1)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return names;
    }

    private static Set<String> ofSpringBoot() {
        var names = new TreeSet<String>();
        try {
            var metadata = Settings.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json");
            while (metadata.hasMoreElements())
                try (var in = metadata.nextElement().openStream()) {
                    for (var property : Http.JSON.readTree(in).path("properties"))
                        if (!property.has("deprecation"))
                            names.add(property.get("name").asString());
                }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return names;
    }

    /** Returns the names that are no setting of the server. */
    public static Set<String> unknown(Collection<String> names) {
        var unknown = new TreeSet<>(names);
        unknown.removeAll(ours());
        unknown.removeAll(ofSpringBoot());
        return unknown;
    }

    /** Returns the environment variables that set nothing of the server. */
    public static Set<String> unknownVariables(Collection<String> variables) {
        var unknown = new TreeSet<>(variables);
        unknown.removeAll(variables(ours()));
        unknown.removeAll(variables(ofSpringBoot()));
        return unknown;
    }

    private static Set<String> variables(Set<String> names) {
        return names.stream()
                .map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                .collect(Collectors.toSet());
    }
}
