package dev.imprimatur.problem;

import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.ErrorResponse;

/** What a request is told when something failed that no rule of ours refused; the operator's log has the rest. */
public final class Unforeseen {
    private static final Logger log = LoggerFactory.getLogger(Unforeseen.class);

    private Unforeseen() {}

    public static Refusal refusal(Exception unforeseen, HttpServletRequest request) {
        if (unforeseen instanceof ErrorResponse spring) {
            int status = spring.getStatusCode().value();
            for (var kind : Refusal.Kind.values())
                if (kind.status() == status)
                    return Refusal.of(
                            kind, kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'), detail(kind));
        }
        if (Outage.is(unforeseen)) {
            log.warn(
                    "a store did not answer {} {}: {}",
                    request.getMethod(),
                    request.getRequestURI(),
                    unforeseen.toString());
            return Outage.refusal();
        }
        log.error("unforeseen failure of {} {}", request.getMethod(), request.getRequestURI(), unforeseen);
        return Refusal.of(Refusal.Kind.BROKEN, "internal", "this should not have happened; the operator's log has it");
    }

    private static String detail(Refusal.Kind kind) {
        return switch (kind) {
            case MISSING -> "there is nothing here; the paths are listed in /openapi.json";
            case NOT_ALLOWED -> "this method is not allowed here; the methods are listed in /openapi.json";
            case UNSUPPORTED -> "send JSON, with Content-Type: application/json";
            case NOT_ACCEPTABLE -> "this is answered as application/json only";
            default -> "the request cannot be done as it is";
        };
    }
}
