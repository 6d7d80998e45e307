// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever reads a time from a request refuses one outside the years 0001 to 9999 (RFC 3339), and whatever is no time. */
class GivenTimesTest {
    private static final String NOTIFICATIONS = "/notifications/read";

    private final Node node = Node.shared();

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private void refused(Map<String, Function<String, Answer>> edges, String text) {
        edges.forEach((name, send) -> {
            var answer = send.apply(text);
            assertThat(answer.status()).as("%s with %s: %s", name, text, answer).isEqualTo(400);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+1000000000-12-31T23:59:59Z",
                "-999999999-01-01T00:00:00Z",
                "+999999999-12-31T23:59:59-18:00",
                "-999999999-01-01T00:00:00+18:00",
                "+10000-01-01T00:00:00Z",
                "0000-12-31T23:59:59Z",
                "0000-01-01T00:00:00Z",
                "0001-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01",
                "2026-02-30T00:00:00Z",
                "1e300",
                ""
            })
    void noEdgeTakesAnInstantOutsideItsRange(String text) {
        var guide = node.guides().published();
        var admin = node.as("admin");
        var reviewer = node.as("reviewer");
        var edges = new LinkedHashMap<String, Function<String, Answer>>(Map.of(
                "notifications",
                it -> reviewer.post(NOTIFICATIONS, Map.of("until", it)),
                "schedule",
                it -> node.as("publisher").put(guide.path() + "/schedule", Map.of("unpublishAt", it)),
                "release",
                it -> node.as("publisher").post("/releases", Map.of("name", "x", "publishAt", it)),
                "tasks",
                it -> reviewer.get("/tasks?due=" + encoded(it)),
                "asOf",
                it -> node.site().get("/role-guide/" + guide.slug() + "?asOf=" + encoded(it)),
                "asOf of a list",
                it -> node.site().get("/role-guide?asOf=" + encoded(it))));
        if (!text.isEmpty()) {
            var me = Visitor.signedIn(node, "reviewer");
            edges.put("form", it -> me.post("/studio/notifications", "/studio/notifications/read", "until", it));
            edges.put("audit from", it -> admin.get("/audit?from=" + encoded(it)));
            edges.put("audit to", it -> admin.get("/audit?to=" + encoded(it)));
        }
        refused(edges, text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"+999999999-12-31", "-999999999-01-01", "+10000-01-01", "0000-12-31", "2026-02-30", "20261301"})
    void noEdgeTakesADateOutsideItsRange(String text) {
        var admin = node.as("admin");
        var reviewer = node.as("reviewer");
        refused(
                Map.of(
                        "calendar from",
                        it -> reviewer.get("/calendar?from=" + encoded(it)),
                        "calendar to",
                        it -> reviewer.get("/calendar?to=" + encoded(it)),
                        "reviewDueBefore",
                        it -> reviewer.get("/role-guide?reviewDueBefore=" + encoded(it)),
                        "tasks",
                        it -> reviewer.get("/tasks?due=" + encoded(it)),
                        "audit from",
                        it -> admin.get("/audit?from=" + encoded(it)),
                        "audit to",
                        it -> admin.get("/audit?to=" + encoded(it)),
                        "reviewedAfter",
                        it -> node.site().get("/role-guide?reviewedAfter=" + encoded(it))),
                text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PT9223372036854775807S",
                "-PT9223372036854775808S",
                "P106751991167300D",
                "P106751991167301D",
                "PT99999999999999999999S",
                "PT0S",
                "-P1D",
                "P1Y",
                "1e300",
                ""
            })
    void noEdgeTakesADurationOutsideItsRange(String text) {
        var guide = node.guides().submitted();
        refused(
                Map.of(
                        "token",
                        it -> node.as("editor").post("/tokens", Map.of("name", "x", "expiresIn", it)),
                        "preview",
                        it -> node.as("editor").post(guide.path() + "/previews", Map.of("expiresIn", it)),
                        "invitation",
                        it -> node.as("reviewer")
                                .post(
                                        guide.path() + "/invitations",
                                        Map.of("name", "A", "email", "a@example.org", "expiresIn", it))),
                text);
    }

    @Test
    void aNumberIsNoTime() {
        var guide = node.guides().submitted();
        for (Object number : List.of(0, 1e300, Long.MAX_VALUE, -1.5)) {
            assertThat(node.as("reviewer").post(NOTIFICATIONS, Map.of("until", number)))
                    .as("%s", number)
                    .returns(400, Answer::status);
            assertThat(node.as("editor").post(guide.path() + "/previews", Map.of("expiresIn", number)))
                    .as("%s", number)
                    .returns(400, Answer::status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-05-14T09:00:00+02:00"})
    void theFirstAndTheLastInstantAreTaken(String text) {
        assertThat(node.as("reviewer").post(NOTIFICATIONS, Map.of("until", text)))
                .returns(204, Answer::status);
        assertThat(node.as("reviewer").get("/tasks?due=" + encoded(text))).returns(200, Answer::status);
    }
}
