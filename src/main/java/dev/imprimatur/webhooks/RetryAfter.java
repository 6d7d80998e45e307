// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MessageHeaders;
import org.jspecify.annotations.Nullable;

/** The header {@code Retry-After} (RFC 9110, 10.2.3): seconds, or a date. */
final class RetryAfter {
    private static final Pattern SECONDS = Pattern.compile("[0-9]+");
    /** A number with more digits counts as the upper limit. */
    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    /**
     * Returns the earliest time for the next attempt; null if the header is missing or cannot be parsed.
     *
     * @param most the upper limit; a later time is replaced by this limit
     */
    static @Nullable Instant of(MessageHeaders response, Instant now, Duration most) {
        var header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        if (header == null || header.getValue() == null) return null;
        String value = header.getValue().strip();
        var latest = now.plus(most);
        var requested = SECONDS.matcher(value).matches()
                ? value.length() > MOST_DIGITS ? latest : now.plusSeconds(Long.parseLong(value))
                : DateUtils.parseStandardDate(value);
        return requested != null && requested.isAfter(latest) ? latest : requested;
    }
}
