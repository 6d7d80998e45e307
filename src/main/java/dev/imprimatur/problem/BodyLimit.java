package dev.imprimatur.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/** Cuts request bodies off at the limit, told in advance or not, and refuses encoded ones: no bomb unpacks here. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
class BodyLimit extends OncePerRequestFilter {
    /**
     * How much of what is too large is read all the same, in times of the limit: whoever is still sending when the connection is
     * closed does not get to read why.
     */
    private static final int READ_ON = 8;

    private final ProblemWriter problems;
    private final long limit;

    /** @param limit bytes of a request body, {@code imprimatur.limits.body} */
    BodyLimit(ProblemWriter problems, @Value("${imprimatur.limits.body:1MB}") DataSize limit) {
        this.problems = problems;
        this.limit = limit.toBytes();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            readOn(request.getInputStream());
            problems.write(
                    Refusal.of(Refusal.Kind.UNSUPPORTED, "encoded-body", "send the body as it is, without encoding"),
                    response);
        } else if (request.getContentLengthLong() > limit) {
            readOn(request.getInputStream());
            refuse(request, response);
        } else {
            chain.doFilter(new Limited(request), response);
        }
    }

    /** People get a page, which the error dispatch makes. */
    private void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (Audience.of(request) == Audience.PROGRAM) {
            problems.write(tooLarge(), response);
        } else {
            request.setAttribute(RequestDispatcher.ERROR_EXCEPTION, tooLarge().raise());
            response.sendError(Refusal.Kind.TOO_LARGE.status());
        }
    }

    private void readOn(InputStream in) throws IOException {
        byte[] some = new byte[8 * 1024];
        long left = READ_ON * limit;
        for (int read = in.read(some); read >= 0 && left > 0; read = in.read(some)) left -= read;
    }

    private Refusal tooLarge() {
        return Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", "the body has more than " + limit + " bytes");
    }

    private final class Limited extends HttpServletRequestWrapper {
        Limited(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new Counted(super.getInputStream());
        }
    }

    private final class Counted extends ServletInputStream {
        private final ServletInputStream in;
        private long count;

        Counted(ServletInputStream in) {
            this.in = in;
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

        private void count(int read) throws IOException {
            count += read;
            if (count <= limit) return;
            readOn(in);
            throw tooLarge().raise();
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
