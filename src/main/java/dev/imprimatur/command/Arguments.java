// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.command;

import java.util.List;
import java.util.Optional;

/** What follows the name of a command: names of files, options of the command, and settings of the application. */
public final class Arguments {
    private final List<String> all;
    private final List<String> options;

    /** @param options of the command: {@code --name=} for one with a value, {@code --name} for one without */
    public Arguments(List<String> all, List<String> options) {
        this.all = all;
        this.options = options;
    }

    /** The arguments that are neither options nor settings. */
    public List<String> files() {
        return all.stream().filter(it -> !it.startsWith("--")).toList();
    }

    /** The value of an option {@code --name=}. */
    public Optional<String> option(String name) {
        return all.stream()
                .filter(it -> it.startsWith(name))
                .map(it -> it.substring(name.length()))
                .findFirst();
    }

    /** Whether there is an option {@code --name} without a value. */
    public boolean has(String option) {
        return all.contains(option);
    }

    /** What is left for the application. */
    public List<String> settings() {
        return all.stream()
                .filter(it -> it.startsWith("--"))
                .filter(it -> options.stream()
                        .noneMatch(option -> option.endsWith("=") ? it.startsWith(option) : it.equals(option)))
                .toList();
    }
}
