// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import com.ibm.icu.text.SpoofChecker;
import dev.imprimatur.problem.CleanText;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks the names and titles of people. Both are signed and delivered with the reviews that the people vouch for. */
final class SignedName {
    private static final int LONGEST = 100;
    private static final SpoofChecker LOOKS = new SpoofChecker.Builder().build();
    private static final Pattern SPACE = Pattern.compile("\\p{Z}+");
    private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");
    /** Names that are refused: the name of the application, and names that read as if nobody or a machine had reviewed. */
    private static final Set<String> RESERVED = Stream.of(
                    "imprimatur",
                    "system",
                    "thesystem",
                    "automatic",
                    "machine",
                    "root",
                    "nobody",
                    "anonymous",
                    "unknown")
            .map(SignedName::key)
            .collect(Collectors.toUnmodifiableSet());

    private SignedName() {}

    /** The error in a name; null if the name is valid. */
    static @Nullable String nameFault(String given) {
        if (CleanText.hasUnseen(given) || key(given).isEmpty() || CleanText.length(normal(given)) > LONGEST)
            return "a name of 1 to 100 characters, with letters, and without control characters and direction marks";
        return RESERVED.contains(key(given)) ? "this name is reserved; give the name of a person" : null;
    }

    /** The error in a title; null if the title is valid. */
    static @Nullable String titleFault(@Nullable String given) {
        return given != null && (CleanText.hasUnseen(given) || CleanText.length(normal(given)) > LONGEST)
                ? "a title of at most 100 characters, without control characters and direction marks"
                : null;
    }

    static boolean isReservedUsername(String username) {
        return RESERVED.contains(key(username));
    }

    /** The form in which a name is stored (NFKC). */
    static String normal(String text) {
        return SPACE.matcher(Normalizer.normalize(text, Normalizer.Form.NFKC))
                .replaceAll(" ")
                .strip();
    }

    /**
     * The key under which names that look alike are equal: their letters and digits, whatever their case, Unicode form and script (Unicode
     * Technical Standard 39, skeletons).
     */
    static String key(String text) {
        String folded = normal(text).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        String letters = NO_LETTERS
                .matcher(Normalizer.normalize(folded, Normalizer.Form.NFKC))
                .replaceAll("");
        return LOOKS.getSkeleton(letters).toLowerCase(Locale.ROOT);
    }
}
