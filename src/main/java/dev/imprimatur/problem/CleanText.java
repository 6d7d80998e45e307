// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import com.fasterxml.jackson.annotation.Nulls;
import java.text.Normalizer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * The rules for text. Text holds no lone surrogates, no noncharacters, and no control characters except tabs and line ends. Text is stored
 * in Unicode Normalization Form C, so that text that looks the same is stored the same.
 */
public final class CleanText {
    /** Joiners are allowed, because some scripts need them. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}&&[^\\u200C\\u200D]]");

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{Z}\\p{IsWhite_Space}]*");

    private CleanText() {}

    /** Describes the first fault of the text; null if the text is clean. */
    public static @Nullable String fault(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                return "holds half a character (a lone surrogate)";
            if (Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r')
                return "holds the control character U+%04X".formatted(c);
            if (isNoncharacter(c)) return "holds U+%04X, which is not a character".formatted(c);
        }
        return null;
    }

    /** Whether the text has line ends, characters that control how text is shown, such as its direction, or characters without a glyph. */
    public static boolean hasUnseen(String text) {
        return UNSEEN.matcher(text).find();
    }

    /** Whether nobody sees anything of the text. */
    public static boolean isBlank(@Nullable String text) {
        return text == null || INVISIBLE.matcher(text).matches();
    }

    /**
     * The name of a thing as it is stored, without space around it. Throws a refusal unless it has 1 to {@code longest} characters, on one
     * line and without direction marks.
     */
    public static String name(String pointer, String given, int longest) {
        String name = given.strip();
        if (isBlank(name) || length(name) > longest || hasUnseen(name))
            throw Refusal.malformed(
                            pointer, "has 1 to " + longest + " characters, on one line and without direction marks")
                    .raise();
        return name;
    }

    /** The length of a text as limits count it: in characters of Unicode, of which a Java string may need two for one. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The text, or its first characters if it is longer; no character is cut in half. */
    public static String start(String text, int longest) {
        return length(text) <= longest ? text : text.substring(0, text.offsetByCodePoints(0, longest));
    }

    /** The beginning of the text with a sign that it goes on, if it is longer. */
    public static String shortened(String text, int longest) {
        return length(text) <= longest ? text : start(text, longest).strip() + "…";
    }

    /** Noncharacters are the last two code points of each plane and 32 others (The Unicode Standard, 23.7). */
    private static boolean isNoncharacter(int c) {
        return (c & 0xFFFE) == 0xFFFE || c >= 0xFDD0 && c <= 0xFDEF;
    }

    /** The text in Normalization Form C, in which text is stored and compared. */
    public static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    /** Refuses text that is not clean; accepts null. */
    public static void mustBeClean(String pointer, @Nullable String text) {
        String fault = text == null ? null : fault(text);
        if (fault != null) throw Refusal.malformed(pointer, fault).raise();
    }

    /**
     * Applies this check to every string of a request body, except content trees, which are checked with their content type. Lists and maps
     * hold no null.
     */
    @Configuration(proxyBeanMethods = false)
    static class InRequests {
        @Bean
        JsonMapperBuilderCustomizer noNullInLists() {
            return mapper -> mapper.changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL));
        }

        @Bean
        JacksonModule cleanText() {
            return new SimpleModule("clean-text").addDeserializer(String.class, new Checked());
        }
    }

    private static final class Checked extends StdScalarDeserializer<String> {
        Checked() {
            super(String.class);
        }

        @Override
        public @Nullable String deserialize(JsonParser parser, DeserializationContext context) {
            String text = parser.getValueAsString();
            if (!parser.currentToken().isScalarValue() || parser.currentToken().isNumeric() || text == null)
                return (String) context.handleUnexpectedToken(context.constructType(String.class), parser);
            String fault = fault(text);
            if (fault != null) throw Refusal.malformed("", "a text " + fault).raise();
            return normal(text);
        }
    }
}
