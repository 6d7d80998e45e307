// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.problem.Audience;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.savedrequest.CookieRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;

/** Keeps the page that somebody asked for in a cookie until they have signed in. Only pages of the studio are accepted. */
final class RequestedPage extends CookieRequestCache {
    /** The longest URL, in characters, to return to after the sign-in. The URL is kept in a cookie, and header sizes are limited. */
    private static final int LONGEST_KEPT = 2_000;

    /** The only form of URL that is accepted from that cookie: a page of the studio, in the characters that RFC 3986 allows. */
    private static final Pattern PAGE = Pattern.compile("/studio(?:[/?][\\w\\-.~%!$&'()*+,;=:@/?]*)?");

    RequestedPage() {
        setRequestMatcher(request -> {
            String accept = request.getHeader(HttpHeaders.ACCEPT);
            return request.getMethod().equals("GET")
                    && !Audience.isByScript(request)
                    && !request.getRequestURI().equals(StudioSecurity.SESSION)
                    && isShort(request)
                    && (accept == null || accept.contains("text/html"));
        });
    }

    @Override
    public @Nullable SavedRequest getRequest(HttpServletRequest request, HttpServletResponse response) {
        var saved = super.getRequest(request, response);
        if (saved == null) return null;
        String address = saved.getRedirectUrl();
        String here = request.getRequestURL().toString().replace(request.getRequestURI(), "");
        String page = address.startsWith(here) ? address.substring(here.length()) : address;
        return PAGE.matcher(page).matches() ? saved : null;
    }

    private static boolean isShort(HttpServletRequest request) {
        String query = request.getQueryString();
        return request.getRequestURI().length() + (query == null ? 0 : query.length()) <= LONGEST_KEPT;
    }
}
