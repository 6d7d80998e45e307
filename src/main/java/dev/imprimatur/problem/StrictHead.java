// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Refuses ambiguous or unusable request heads before any other code reads them. The query of an API request must be percent-encoded UTF-8
 * (RFC 3986, 2.1). The query of a page is checked by the page's handler instead, which reports the error as a page.
 */
final class StrictHead extends Handler.Wrapper {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** How many characters of a name an error message quotes. */
    private static final int MAX_QUOTED = 60;

    private final ProblemWriter problems;

    StrictHead(Handler next, ProblemWriter problems) {
        super(next);
        this.problems = problems;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        var refusal = refusal(request);
        if (refusal == null) return super.handle(request, response, callback);
        problems.write(refusal, response, callback);
        return true;
    }

    private static @Nullable Refusal refusal(Request request) {
        if (!METHODS.contains(request.getMethod())) return UnexpectedFailure.notAllowed(Set.of());
        String path = request.getHttpURI().getPath();
        if (path == null || !path.startsWith("/")) return UnexpectedFailure.ofStatus(Refusal.Kind.MISSING.status());
        var headers = request.getHeaders();
        if (headers.getFields(HttpHeader.AUTHORIZATION).size() > 1)
            return Refusal.malformed("the header “Authorization” is given more than once", List.of());
        String type = headers.get(HttpHeader.CONTENT_TYPE);
        // programs that end mails with one click send such a body, which nothing reads (RFC 8058)
        if (type != null
                && type.strip().toLowerCase(Locale.ROOT).startsWith("multipart/")
                && !path.startsWith("/unsubscribe/")
                && !(MultipartForm.isUpload(path) && MultipartForm.isForm(type)))
            return Refusal.of(
                    Refusal.Kind.UNSUPPORTED,
                    "unsupported",
                    "multipart bodies are not accepted here; send JSON or a URL-encoded form");
        String query = request.getHttpURI().getQuery();
        return query == null || !Audience.isForPrograms(path) ? null : ofQuery(query);
    }

    private static @Nullable Refusal ofQuery(String query) {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String raw = equals < 0 ? pair : pair.substring(0, equals);
            String name = decoded(raw);
            String fault = name == null
                    ? "has a name that is not percent-encoded UTF-8"
                    : name.codePoints().anyMatch(it -> Character.isISOControl(it) || !Character.isDefined(it))
                            ? "has a name with control characters or unassigned ones"
                            : decoded(pair.substring(equals + 1)) == null ? "is not percent-encoded UTF-8" : null;
            if (fault != null)
                return Refusal.malformed(
                        "the query parameter “%s” %s"
                                .formatted(raw.substring(0, Math.min(raw.length(), MAX_QUOTED)), fault),
                        List.of());
        }
        return null;
    }

    /** Decodes a text; null if the text is not percent-encoded UTF-8. */
    private static @Nullable String decoded(String raw) {
        var bytes = ByteBuffer.allocate(raw.length() * 3);
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%') {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            if (i + 2 >= raw.length()) return null;
            int high = Character.digit(raw.charAt(i + 1), 16);
            int low = Character.digit(raw.charAt(i + 2), 16);
            if (high < 0 || low < 0) return null;
            bytes.put((byte) (high << 4 | low));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException other) {
            return null;
        }
    }
}
