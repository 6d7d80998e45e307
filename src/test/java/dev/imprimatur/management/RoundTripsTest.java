// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.OperationCount;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often each step from a draft to a published guide asks the stores. The bounds may fall, and must not rise. */
@Tag("store")
class RoundTripsTest {
    private static final Duration KNOWN_FOR = Duration.ofMillis(550);

    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    /** Counts the operations of a request of a person whose account and token are known, as they are in a series of requests. */
    private OperationCount count(String username, Function<String[], Answer> request) {
        // what the node knows of the account lasts half a second: the last request before reads it anew, and is a quick
        // one
        node.as(username).get("/content-types").ok();
        pause(KNOWN_FOR);
        node.as(username).get("/content-types").ok();
        var count = OperationCount.begin();
        request.apply(new String[] {OperationCount.HEADER, count.name()}).ok();
        return count;
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    private static void isAtMost(OperationCount count, int commands, int transactions) {
        assertThat(count.commands()).as("%s", count).hasSizeLessThanOrEqualTo(commands);
        assertThat(count.transactions()).as("%s", count).isLessThanOrEqualTo(transactions);
    }

    @Test
    void create() {
        var body = Map.of("slug", "counted-" + System.nanoTime(), "content", Guides.content());

        isAtMost(count("editor", headers -> node.as("editor").post("/role-guide", body, headers)), 5, 2);
    }

    @Test
    void save() {
        var guide = guides.drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        var content = Guides.content().put("summary", "Counted.");

        isAtMost(
                count(
                        "editor",
                        headers -> node.as("editor")
                                .put(guide.path() + "/draft", content, "If-Match", etag, headers[0], headers[1])),
                3,
                0);
    }

    @Test
    void submit() {
        var guide = guides.drafted();

        isAtMost(count("editor", headers -> node.as("editor").post(guide.path() + "/submit", Map.of(), headers)), 6, 2);
    }

    @Test
    void approve() {
        var guide = guides.submitted();
        var task = guides.task("reviewer", guide);

        isAtMost(
                count(
                        "reviewer",
                        headers -> node.as("reviewer")
                                .post(
                                        "/tasks/" + task.get("id").asString() + "/complete",
                                        Guides.completion(task, "approve"),
                                        headers)),
                12,
                2);
    }
}
