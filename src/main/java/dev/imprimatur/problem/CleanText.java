package dev.imprimatur.problem;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.module.SimpleModule;

/** What text may hold: no lone surrogates (they are no characters) and no control characters but tab and line ends. */
public final class CleanText {
    private CleanText() {}

    /** What is wrong with the text, or null if nothing is. */
    public static @Nullable String fault(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1)))
                i++;
            else if (Character.isSurrogate(c)) return "holds half a character (a lone surrogate)";
            else if (Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r')
                return "holds the control character U+%04X".formatted((int) c);
        }
        return null;
    }

    /** Every string of a request body goes through the same check; content trees are checked with their type. */
    @Configuration(proxyBeanMethods = false)
    static class InRequests {
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
            return text;
        }
    }
}
