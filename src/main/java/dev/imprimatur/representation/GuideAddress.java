// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.publication.LedgerEntry;
import java.util.IllformedLocaleException;
import java.util.Locale;

/** The address of a guide: its type, slug and locale identify it to sites. */
public record GuideAddress(String type, String slug, String locale) {
    /** The locale of a request that names none. */
    public static final String DEFAULT_LOCALE = "en-US";

    public static GuideAddress of(LedgerEntry entry) {
        return new GuideAddress(entry.type(), entry.slug(), entry.locale());
    }

    public static GuideAddress of(LedgerEntry.Subject subject) {
        return new GuideAddress(subject.type(), subject.slug(), subject.locale());
    }

    /**
     * The canonical form of a language tag, in which guides store it: the case of letters has no meaning in a tag (BCP 47). A text that is
     * no language tag is returned unchanged; no guide has such a locale.
     */
    public static String canonical(String locale) {
        try {
            return new Locale.Builder().setLanguageTag(locale).build().toLanguageTag();
        } catch (IllformedLocaleException none) {
            return locale;
        }
    }
}
