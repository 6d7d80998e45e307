// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;

/**
 * Tells whether the browser confirms that a page of this server sent the request. A page of another site cannot forge this confirmation.
 */
public final class SameOrigin {
    private SameOrigin() {}

    /**
     * Whether the request has the same origin. Browsers say so in {@code Sec-Fetch-Site}. Outside a secure context they do not send that
     * header; the {@code Origin} is then compared with the {@code Host}.
     */
    public static boolean sent(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) return site.equals("same-origin");
        String origin = request.getHeader("Origin");
        if (origin == null) return false;
        try {
            // An opaque origin is sent as {@code null}, which has no authority.
            String authority = URI.create(origin).getAuthority();
            return authority != null && authority.equals(request.getHeader("Host"));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
