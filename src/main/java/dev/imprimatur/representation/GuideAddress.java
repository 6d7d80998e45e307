// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.publication.LedgerEntry;
import java.util.IllformedLocaleException;
import java.util.Locale;

/** How a guide is addressed. */
public record GuideAddress(String type, String slug, String locale) {
    /** The locale of a guide that is asked for without one. */
    public static final String DEFAULT_LOCALE = "en-US";

    public static GuideAddress of(LedgerEntry entry) {
        return new GuideAddress(entry.type(), entry.slug(), entry.locale());
    }

    /** The locale as guides have it: case means nothing in a tag (BCP 47). What is no tag stays, and is no guide's. */
    public static String canonical(String locale) {
        try {
            return new Locale.Builder().setLanguageTag(locale).build().toLanguageTag();
        } catch (IllformedLocaleException none) {
            return locale;
        }
    }
}
