// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.function.Function;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * The rule for times in requests: instants as in RFC 3339 and dates as in ISO 8601, both in the years 0001 to 9999. Other years are
 * refused, because not every store and client can represent them.
 */
public final class GivenTime {
    private static final LocalDate FIRST = LocalDate.of(1, 1, 1);
    private static final LocalDate LAST = LocalDate.of(9999, 12, 31);
    private static final Instant BEGIN = FIRST.atStartOfDay(ZoneOffset.UTC).toInstant();
    private static final Instant END =
            LAST.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();

    private GivenTime() {}

    /** Parses an instant with its offset. Throws a {@link DateTimeException} if the text is none or lies in another year. */
    public static Instant instant(String text) {
        var instant = OffsetDateTime.parse(text).toInstant();
        if (instant.isBefore(BEGIN) || !instant.isBefore(END))
            throw new DateTimeException("not in the years 0001 to 9999");
        return instant;
    }

    /** Parses a date. Throws a {@link DateTimeException} if the text is none or lies in another year. */
    public static LocalDate date(String text) {
        var date = LocalDate.parse(text);
        if (date.isBefore(FIRST) || date.isAfter(LAST)) throw new DateTimeException("not in the years 0001 to 9999");
        return date;
    }

    /** Applies the rule to bodies and to parameters of requests. */
    @Configuration(proxyBeanMethods = false)
    static class InRequests implements WebMvcConfigurer {
        @Bean
        JacksonModule givenTimes() {
            return new SimpleModule("given-times")
                    .addDeserializer(Instant.class, new Checked<>(Instant.class, GivenTime::instant))
                    .addDeserializer(LocalDate.class, new Checked<>(LocalDate.class, GivenTime::date))
                    .addDeserializer(Duration.class, new Checked<>(Duration.class, Duration::parse));
        }

        @Override
        public void addFormatters(FormatterRegistry registry) {
            registry.addConverter(String.class, Instant.class, (Converter<String, Instant>) GivenTime::instant);
            registry.addConverter(String.class, LocalDate.class, (Converter<String, LocalDate>) GivenTime::date);
        }
    }

    private static final class Checked<T> extends StdScalarDeserializer<T> {
        private final transient Function<String, T> parse;

        Checked(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        @SuppressWarnings("unchecked")
        public T deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.currentToken() != JsonToken.VALUE_STRING)
                return (T) context.handleUnexpectedToken(getValueType(context), parser);
            String text = parser.getString();
            try {
                return parse.apply(text);
            } catch (DateTimeException | ArithmeticException wrong) {
                return (T) context.handleWeirdStringValue(handledType(), text, "not a time in the years 0001 to 9999");
            }
        }
    }
}
