// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import com.ibm.icu.text.Collator;
import com.ibm.icu.util.ULocale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The alphabetical order of a language (Unicode Collation Algorithm with the rules of CLDR). */
final class Collation {
    private final Collator collator;

    /** @param locale a language tag; null for the root collation, which no language has changed */
    Collation(@Nullable String locale) {
        // a frozen collator is safe to use from many threads
        collator = Objects.requireNonNull(
                Collator.getInstance(locale == null ? ULocale.ROOT : ULocale.forLanguageTag(locale))
                        .freeze());
    }

    /**
     * The sort key of a text: bytes whose unsigned order is the order of the texts. Texts that are equal for this collation have equal
     * keys.
     */
    byte[] key(String text) {
        return collator.getCollationKey(text).toByteArray();
    }
}
