// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/**
 * Refuses JSON bodies that are not UTF-8 or start with a byte order mark (RFC 8259, 8.1). The check runs before the body is parsed, so that
 * no two parsers can read the same body differently.
 */
@ControllerAdvice
class StrictUtf8 extends RequestBodyAdviceAdapter {
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    @Override
    public boolean supports(
            MethodParameter parameter, Type target, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage message,
            MethodParameter parameter,
            Type target,
            Class<? extends HttpMessageConverter<?>> converter)
            throws IOException {
        var type = message.getHeaders().getContentType();
        var charset = type == null ? null : type.getCharset();
        if (charset != null && !charset.equals(StandardCharsets.UTF_8))
            throw Refusal.of(Refusal.Kind.UNSUPPORTED, "wrong-charset", "send the body in UTF-8")
                    .raise();
        byte[] body = message.getBody().readAllBytes();
        String fault = fault(body);
        if (fault != null) throw Refusal.malformed("", fault).raise();
        return new Read(message.getHeaders(), new ByteArrayInputStream(body));
    }

    private static @Nullable String fault(byte[] body) {
        if (body.length >= MARK.length && ByteBuffer.wrap(body, 0, MARK.length).equals(ByteBuffer.wrap(MARK)))
            return "the body begins with a byte order mark; send it without this mark";
        // JSON in UTF-8 holds no zero byte, while JSON in UTF-16 or UTF-32 always does
        for (byte it : body) if (it == 0) return "the body is not UTF-8";
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return null;
        } catch (CharacterCodingException other) {
            return "the body is not UTF-8";
        }
    }

    private record Read(HttpHeaders headers, InputStream body) implements HttpInputMessage {
        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return body;
        }
    }
}
