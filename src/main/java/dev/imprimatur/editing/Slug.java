// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.problem.Refusal;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks the slugs and locales that guides are addressed by. */
public final class Slug {
    private static final Pattern FORM = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");
    private static final int LONGEST = 100;

    private static final Set<String> LANGUAGES = Set.of(Locale.getISOLanguages());
    /** Codes for several languages, for none, and for one without a code. */
    private static final Set<String> NO_LANGUAGE = Set.of("mul", "zxx", "mis");
    /** With Kosovo, whose code is in use, although ISO 3166 has none for it. */
    private static final Set<String> REGIONS =
            Stream.concat(Stream.of(Locale.getISOCountries()), Stream.of("XK")).collect(Collectors.toUnmodifiableSet());

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

    /**
     * The locale of a new guide in its canonical form (BCP 47). Throws a refusal unless the language has a code of two letters in ISO 639
     * or any of three letters, and a region of two letters is in ISO 3166: sites tell search engines these codes.
     */
    static String newLocale(String tag) {
        var named = LanguageNames.tagOf(tag);
        if (named.isPresent()
                && !named.get().equalsIgnoreCase(tag.strip())
                && tag.strip().length() > 3)
            throw Refusal.malformed(
                            "/locale", "a locale is a BCP 47 language tag; for this language, write " + named.get())
                    .raise();
        String canonical = locale(tag);
        var locale = Locale.forLanguageTag(canonical);
        String language = locale.getLanguage();
        if (NO_LANGUAGE.contains(language) || locale.hasExtensions())
            throw Refusal.malformed(
                            "/locale",
                            "a locale is one language, with a script, a region or a variant, and without extensions")
                    .raise();
        if (!isLanguage(language))
            throw Refusal.malformed(
                            "/locale",
                            "a locale begins with the code of a language in ISO 639, such as de in de-DE; "
                                    + (language.isEmpty() ? canonical : language) + " is none")
                    .raise();
        String region = locale.getCountry();
        if (region.length() == 2 && !REGIONS.contains(region))
            throw Refusal.malformed(
                            "/locale", "a region is a code in ISO 3166, such as DE in de-DE; " + region + " is none")
                    .raise();
        return canonical;
    }

    /** Whether the code is one of two letters in ISO 639, or any of three letters. A name such as German has the form of a code, too. */
    public static boolean isLanguage(String code) {
        return code.length() == 3 || LANGUAGES.contains(code);
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
