// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import com.ibm.icu.util.ULocale;
import java.util.Locale;

/**
 * The language that a guide is written in, as pages, mails and chats name it and lay it out.
 *
 * @param tag the locale, a BCP 47 language tag
 * @param name the language in English, such as “German (Germany)”
 * @param direction the direction of its script: {@code ltr} or {@code rtl}
 */
public record Language(String tag, String name, String direction) {
    public static Language of(String locale) {
        return new Language(
                locale,
                Locale.forLanguageTag(locale).getDisplayName(Locale.ENGLISH),
                ULocale.forLanguageTag(locale).isRightToLeft() ? "rtl" : "ltr");
    }
}
