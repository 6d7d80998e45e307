package dev.imprimatur.management;

import dev.imprimatur.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the handlers of the management API share: its root, entity tags, and pages. */
final class Api {
    static final String ROOT = "/api/management/v1";
    static final int LARGEST_PAGE = 100;

    private Api() {}

    /** The version that an {@code If-Match} header names; a write without one is refused. */
    static String ifMatch(@Nullable String header) {
        if (header == null)
            throw Refusal.of(
                            Refusal.Kind.UNVERSIONED,
                            "if-match-required",
                            "say which version you changed: send the ETag you read as If-Match")
                    .raise();
        return header.strip().replaceAll("^\"|\"$", "");
    }

    static String etag(String version) {
        return "\"" + version + "\"";
    }

    /**
     * A page of a list.
     *
     * @param next the cursor of the next page; absent on the last
     */
    record Page<T>(List<T> items, @Nullable String next) {}

    /**
     * Where in a list a request stands.
     *
     * @param offset how many items come before
     */
    record Window(int offset, int limit) {
        static Window of(int limit, @Nullable String cursor) {
            if (limit < 1 || limit > LARGEST_PAGE)
                throw Refusal.malformed("limit is 1 to " + LARGEST_PAGE, List.of())
                        .raise();
            return new Window(cursor == null ? 0 : offset(cursor), limit);
        }

        private static int offset(String cursor) {
            try {
                int offset =
                        Integer.parseInt(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII));
                if (offset >= 0) return offset;
            } catch (IllegalArgumentException noCursor) {
                // told below
            }
            throw Refusal.malformed("cursor is not one that was handed out", List.of())
                    .raise();
        }

        /** The page, of a list that holds one item more if another page follows. */
        <T> Page<T> page(List<T> oneMore) {
            if (oneMore.size() <= limit) return new Page<>(oneMore, null);
            String next = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Integer.toString(offset + limit).getBytes(StandardCharsets.US_ASCII));
            return new Page<>(List.copyOf(oneMore.subList(0, limit)), next);
        }
    }
}
