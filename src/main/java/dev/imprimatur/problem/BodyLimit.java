// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses request bodies that exceed the size limit, with or without a Content-Length, and bodies that arrive too slowly. Also refuses
 * compressed bodies, so that no decompression bomb can expand here.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
class BodyLimit extends OncePerRequestFilter {
    private final ProblemWriter problems;
    private final BodyPace pace;

    BodyLimit(ProblemWriter problems, BodyPace pace) {
        this.problems = problems;
        this.pace = pace;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            problems.write(
                    Refusal.of(Refusal.Kind.UNSUPPORTED, "encoded-body", "send the body as it is, without encoding"),
                    response);
        } else if (request.getContentLengthLong() > limit(request)) {
            problems.refuse(tooLarge(limit(request)), request, response);
        } else {
            chain.doFilter(new Limited(request), response);
        }
    }

    private long limit(HttpServletRequest request) {
        return pace.limit(request.getRequestURI());
    }

    private static Refusal tooLarge(long limit) {
        return Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", "the body has more than " + limit + " bytes");
    }

    private final class Limited extends HttpServletRequestWrapper {
        Limited(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new Counted(super.getInputStream(), limit(this));
        }
    }

    private final class Counted extends ServletInputStream {
        private final ServletInputStream in;
        private final long limit;
        private final long since = System.nanoTime();
        private long count;

        Counted(ServletInputStream in, long limit) {
            this.in = in;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            if (one >= 0) count(1);
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            if (read > 0) count(read);
            return read;
        }

        private void count(int read) {
            count += read;
            if (count > limit) throw tooLarge(limit).raise();
            if (pace.isTooSlow(count, since)) throw pace.tooSlow().raise();
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }
    }
}
