// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Names cookies {@code __Host-…} on requests over TLS, so that browsers accept them from this host over TLS only (RFC 6265bis, 4.1.3.2). A
 * cookie with the plain name, which an attacker on the network may have set, is not read over TLS.
 */
public final class HostCookie {
    public static final String PREFIX = "__Host-";

    private HostCookie() {}

    static String name(String plain, HttpServletRequest request) {
        return request.isSecure() ? PREFIX + plain : plain;
    }
}
