// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * The answer to a request, as it is stored.
 *
 * @param headers the headers that describe the result; all other headers are computed again for each answer
 * @param body the body in Base64
 */
record StoredResponse(int status, Map<String, String> headers, String body) {
    private static final List<String> KEPT = List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.LOCATION, HttpHeaders.ETAG);
    /** The status codes of refusals that depend on the state of the data at the time of the request. */
    private static final Set<Integer> STATE_DEPENDENT = Set.of(404, 409, 410, 412, 422);

    static StoredResponse of(ContentCachingResponseWrapper response) {
        var headers = new LinkedHashMap<String, String>();
        for (String name : KEPT) {
            String value = name.equals(HttpHeaders.CONTENT_TYPE) ? response.getContentType() : response.getHeader(name);
            if (value != null) headers.put(name, value);
        }
        return new StoredResponse(
                response.getStatus(), headers, Base64.getEncoder().encodeToString(response.getContentAsByteArray()));
    }

    /** Whether the same request gets the same answer again. Other answers are not stored: the request runs again and is checked again. */
    boolean isFinal() {
        return status < HttpServletResponse.SC_BAD_REQUEST || STATE_DEPENDENT.contains(status);
    }

    boolean isRedirect() {
        return status / 100 == 3;
    }

    boolean isFailure() {
        return status >= HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
    }

    void write(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        headers.forEach(response::setHeader);
        if (body.isEmpty()) return;
        byte[] bytes = Base64.getDecoder().decode(body);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
