// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import com.ibm.icu.text.Collator;
import com.ibm.icu.util.ULocale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How readers of a language expect its words to be sorted (Unicode Collation Algorithm, CLDR). */
final class Collation {
    private final Collator collator;

    /** @param locale as guides have it; null for the order that no language has changed */
    Collation(@Nullable String locale) {
        // a frozen collator may be used by many threads
        collator = Objects.requireNonNull(
                Collator.getInstance(locale == null ? ULocale.ROOT : ULocale.forLanguageTag(locale))
                        .freeze());
    }

    /** Bytes that compare, without sign, as the texts do; those of texts that differ in nothing that is sorted by are the same. */
    byte[] key(String text) {
        return collator.getCollationKey(text).toByteArray();
    }
}
