// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.problem.Refusal;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Checks the slugs and locales that guides are addressed by. */
public final class Slug {
    private static final Pattern FORM = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");
    private static final int LONGEST = 100;

    private Slug() {}

    /** Whether the text consists of lower-case ASCII words and digits with hyphens, regardless of its length. */
    public static boolean hasForm(String text) {
        return FORM.matcher(text).matches();
    }

    /** Returns the slug. Throws a refusal unless it is lower-case ASCII words and digits with hyphens, at most 100 characters. */
    public static String checked(String slug) {
        if (slug.length() > LONGEST || !hasForm(slug))
            throw Refusal.malformed(
                            "/slug", "a slug is lower-case words and digits with hyphens, at most 100 characters")
                    .raise();
        return slug;
    }

    /** The locale in its canonical form (BCP 47). */
    static String locale(String tag) {
        return locale(tag, "/locale");
    }

    /** The locale in its canonical form (BCP 47). Throws a refusal that points to the place of a text that is none. */
    static String locale(String tag, String pointer) {
        try {
            String canonical = new Locale.Builder().setLanguageTag(tag).build().toLanguageTag();
            if (!canonical.equals("und")) return canonical;
        } catch (IllformedLocaleException wrong) {
            // Refused below.
        }
        throw Refusal.malformed(pointer, "a locale is a BCP 47 language tag such as en-US")
                .raise();
    }
}
