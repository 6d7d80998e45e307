// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;

/** Whether the browser says of a request that a page of this server sent it, which no page of another site can make it say. */
public final class SameOrigin {
    private SameOrigin() {}

    /** Browsers say so in {@code Sec-Fetch-Site}; where they do not (no secure context), the origin is compared with the host. */
    public static boolean sent(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) return site.equals("same-origin");
        String origin = request.getHeader("Origin");
        if (origin == null) return false;
        try {
            // an opaque origin, which is sent as null, has no authority
            String authority = URI.create(origin).getAuthority();
            return authority != null && authority.equals(request.getHeader("Host"));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
