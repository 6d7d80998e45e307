// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Refusal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** What the handlers of the management API share: its root, entity tags, durations, and the size of pages. */
final class Api {
    static final String ROOT = "/api/management/v1";
    static final int LARGEST_PAGE = 100;

    private Api() {}

    /** The version that an {@code If-Match} header names; refuses a write without this header. */
    static String ifMatch(@Nullable String header) {
        if (header == null)
            throw Refusal.of(
                            Refusal.Kind.UNVERSIONED,
                            "if-match-required",
                            "name the version that you changed: send the ETag that you read as If-Match")
                    .raise();
        return header.strip().replaceAll("^\"|\"$", "");
    }

    /** The version that an {@code If-Match} header names; null without this header. */
    static @Nullable String ifMatchIfSent(@Nullable String header) {
        return header == null ? null : ifMatch(header);
    }

    /** The version that an {@code If-Match} header names; null for any, if there is no such header or it is {@code *}. */
    static @Nullable String ifMatchAny(@Nullable String header) {
        return header == null || header.strip().equals("*") ? null : ifMatch(header);
    }

    /** Parses an ISO 8601 duration of a body. Throws a refusal that points to the field if it is none. */
    static Duration duration(String pointer, String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException wrong) {
            throw Refusal.malformed(pointer, "an ISO 8601 duration such as P30D")
                    .raise();
        }
    }

    static String etag(String version) {
        return "\"" + version + "\"";
    }

    /** The maximum number of items of a page, as the client asks for it; refuses a number that is out of range. */
    static int pageSize(int limit) {
        return Window.checked(limit, LARGEST_PAGE);
    }
}
