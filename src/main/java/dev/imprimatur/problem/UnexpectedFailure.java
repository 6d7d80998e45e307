// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpRequestMethodNotSupportedException;

/**
 * Makes the refusal for an unexpected failure. The response names a reference, under which the operator finds the details in the log.
 */
public final class UnexpectedFailure {
    /** The member of the problem document that identifies the failure in the log. */
    public static final String REFERENCE = "reference";

    private static final Logger log = LoggerFactory.getLogger(UnexpectedFailure.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
    private static final int LENGTH = 8;

    private UnexpectedFailure() {}

    public static Refusal refusal(Throwable failure, HttpServletRequest request) {
        var refused = Refused.in(failure);
        if (refused.isPresent()) return refused.get();
        for (Throwable at = failure; at != null; at = at.getCause())
            // the container could not read the request, such as a form with broken percent-encoding
            if (at instanceof HttpException unreadable && unreadable.getCode() < Refusal.Kind.BROKEN.status())
                return ofStatus(unreadable.getCode());
        if (failure instanceof RequestRejectedException)
            return Refusal.malformed(
                    "a name or a value in the request holds characters that are not allowed", List.of());
        if (failure instanceof HttpRequestMethodNotSupportedException method)
            return notAllowed(method.getSupportedMethods() == null ? Set.of() : Set.of(method.getSupportedMethods()));
        if (failure instanceof TypeMismatchException)
            return Refusal.malformed("a value in the address has the wrong form", List.of());
        if (failure instanceof ErrorResponse spring && spring.getStatusCode().value() < Refusal.Kind.BROKEN.status())
            return ofStatus(spring.getStatusCode().value());
        String description = Audience.forLog(request);
        if (Outage.is(failure)) {
            log.warn("a store did not answer {}: {}", description, failure.toString());
            return Outage.refusal(failure);
        }
        String reference = reference();
        log.error("reference {}: unexpected failure of {}", reference, description, failure);
        return broken(reference);
    }

    /** Whether the container forwards this request to the error page because a store did not answer. */
    public static boolean isOfOutage(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Throwable thrown && Outage.is(thrown);
    }

    /** The refusal for a status that the container chose. */
    public static Refusal ofStatus(int status, HttpServletRequest request) {
        if (status < Refusal.Kind.BROKEN.status()) return ofStatus(status);
        String reference = reference();
        log.error("reference {}: {} ended with status {}", reference, Audience.forLog(request), status);
        return broken(reference);
    }

    /** @param methods the allowed methods, without OPTIONS, which is always allowed, and HEAD, which is allowed with GET */
    static Refusal notAllowed(Set<String> methods) {
        var allowed = new TreeSet<>(methods);
        allowed.add(HttpMethod.OPTIONS.name());
        if (allowed.contains(HttpMethod.GET.name())) allowed.add(HttpMethod.HEAD.name());
        var refusal = ofStatus(Refusal.Kind.NOT_ALLOWED.status());
        return new Refusal(
                refusal.kind(),
                refusal.name(),
                refusal.detail(),
                List.of(),
                Map.of(Refusal.ALLOW, String.join(", ", allowed)));
    }

    static Refusal ofStatus(int status) {
        for (var kind : Refusal.Kind.values())
            if (kind.status() == status)
                return Refusal.of(kind, kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), detail(kind));
        return Refusal.malformed(detail(Refusal.Kind.MALFORMED), List.of());
    }

    private static Refusal broken(String reference) {
        return new Refusal(
                Refusal.Kind.BROKEN,
                "internal",
                "an unexpected error occurred; the operator of this server finds it in the log under the reference "
                        + reference,
                List.of(),
                Map.of(REFERENCE, reference));
    }

    /** A random reference, short enough to be read out on the telephone, without characters that look alike. */
    private static String reference() {
        return RANDOM.ints(LENGTH, 0, ALPHABET.length())
                .collect(StringBuilder::new, (text, at) -> text.append(ALPHABET.charAt(at)), StringBuilder::append)
                .toString();
    }

    private static String detail(Refusal.Kind kind) {
        return switch (kind) {
            case MISSING -> "there is nothing here; the paths are listed in /openapi.json";
            case NOT_ALLOWED -> "this method is not allowed here; the methods are listed in /openapi.json";
            case UNSUPPORTED -> "send JSON, with Content-Type: application/json";
            case NOT_ACCEPTABLE -> "the answer is available as application/json only";
            case TOO_LARGE -> "the request is too large";
            case ADDRESS_TOO_LONG -> "the address is too long";
            case HEADERS_TOO_LARGE -> "the headers are too large";
            case EXPECTATION_FAILED -> "the only supported expectation is 100-continue";
            case WRONG_VERSION -> "send the request as HTTP/1.1";
            default -> "the request is not valid";
        };
    }
}
