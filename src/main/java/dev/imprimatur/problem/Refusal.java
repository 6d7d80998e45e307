// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The reason why a request is refused, with advice for the caller.
 *
 * @param kind the kind of refusal, which determines the HTTP status
 * @param name the stable name; the problem's type is {@code /problems/NAME}
 * @param detail what is wrong and what to do, in one or two sentences for a person
 * @param faults the faults of the document that was sent; empty if no document is at fault
 * @param members further members of the problem document, such as both versions of a conflict
 */
public record Refusal(Kind kind, String name, String detail, List<Fault> faults, Map<String, Object> members) {
    /** The kinds of refusals, each with its HTTP status. */
    public enum Kind {
        MOVED(301),
        MALFORMED(400),
        UNAUTHENTICATED(401),
        FORBIDDEN(403),
        MISSING(404),
        NOT_ALLOWED(405),
        NOT_ACCEPTABLE(406),
        TIMED_OUT(408),
        CONFLICT(409),
        GONE(410),
        STALE(412),
        TOO_LARGE(413),
        ADDRESS_TOO_LONG(414),
        UNSUPPORTED(415),
        EXPECTATION_FAILED(417),
        INCOMPLETE(422),
        UNVERSIONED(428),
        THROTTLED(429),
        HEADERS_TOO_LARGE(431),
        BROKEN(500),
        UNAVAILABLE(503),
        WRONG_VERSION(505),
        FULL(507);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** The member that becomes the {@code Retry-After} header, in whole seconds. */
    static final String RETRY_AFTER = "retryAfter";

    /** The member that becomes the {@code Allow} header: methods, separated by commas. */
    static final String ALLOW = "allow";

    public static Refusal of(Kind kind, String name, String detail) {
        return new Refusal(kind, name, detail, List.of(), Map.of());
    }

    public static Refusal malformed(String detail, List<Fault> faults) {
        return new Refusal(Kind.MALFORMED, "malformed", detail, faults, Map.of());
    }

    public static Refusal malformed(String pointer, String detail) {
        return malformed(detail, List.of(new Fault(pointer, detail)));
    }

    public static Refusal incomplete(String detail, List<Fault> faults) {
        return new Refusal(Kind.INCOMPLETE, "incomplete", detail, faults, Map.of());
    }

    public static Refusal missing(String detail) {
        return of(Kind.MISSING, "not-found", detail);
    }

    public static Refusal conflict(String name, String detail) {
        return of(Kind.CONFLICT, name, detail);
    }

    public static Refusal forbidden(String name, String detail) {
        return of(Kind.FORBIDDEN, name, detail);
    }

    public static Refusal throttled(String detail, Duration retryAfter) {
        return waiting(Kind.THROTTLED, "too-many-attempts", detail, retryAfter);
    }

    public static Refusal unavailable(String name, String detail, Duration retryAfter) {
        return waiting(Kind.UNAVAILABLE, name, detail, retryAfter);
    }

    /** Nothing can be saved, because the disk is full. */
    public static Refusal full(String detail, Duration retryAfter) {
        return waiting(Kind.FULL, "disk-full", detail, retryAfter);
    }

    /** The same work is in progress already; the caller sends the request again later to get its result. */
    public static Refusal inProgress(String name, String detail, Duration retryAfter) {
        return waiting(Kind.CONFLICT, name, detail, retryAfter);
    }

    private static Refusal waiting(Kind kind, String name, String detail, Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
        return new Refusal(kind, name, detail, List.of(), Map.of(RETRY_AFTER, seconds));
    }

    /** The exception that carries this refusal to the HTTP edge; it holds no stack trace. */
    public Refused raise() {
        return new Refused(this);
    }
}
