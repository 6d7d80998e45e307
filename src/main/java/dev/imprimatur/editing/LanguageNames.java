// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the tag of a language that a person names in words. */
public final class LanguageNames {
    /** The tags by name, in English and in the language itself, without accents and in lower case. */
    private static final Map<String, Set<String>> TAGS = Arrays.stream(Locale.getISOLanguages())
            .map(Locale::of)
            .flatMap(language -> Stream.of(Locale.ENGLISH, language)
                    .map(in -> Map.entry(plain(language.getDisplayLanguage(in)), language.toLanguageTag())))
            .collect(Collectors.groupingBy(
                    Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toUnmodifiableSet())));

    private LanguageNames() {}

    /** The tag of the language with this name in English or in the language itself; empty if there is none, or more than one. */
    public static Optional<String> tagOf(String name) {
        return Optional.ofNullable(TAGS.get(plain(name)))
                .filter(tags -> tags.size() == 1)
                .map(tags -> tags.iterator().next());
    }

    private static String plain(String name) {
        return Normalizer.normalize(name.strip(), Normalizer.Form.NFD)
                .replaceAll("\\p{Mn}", "")
                .toLowerCase(Locale.ROOT);
    }
}
