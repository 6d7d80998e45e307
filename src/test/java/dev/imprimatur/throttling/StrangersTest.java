// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.throttling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Wrong attempts from the same address do not slow down callers with the right token, key, link or password. */
class StrangersTest {
    @Test
    void whatIsRightIsNeverRefusedForWhatOthersTriedFromTheSameAddress() throws Exception {
        try (var node = Node.start()) {
            var editor = node.as("editor");
            String link = node.as("admin")
                    .post("/accounts/publisher/password-reset", Map.of())
                    .ok()
                    .get("path")
                    .asString();

            assertThat(sendWrongCredentials(node, 60)).contains(429).doesNotContain(200, 201);

            assertThat(editor.get("/tasks").status()).isEqualTo(200);
            assertThat(node.site().get("/role-guide").status()).isEqualTo(200);
            assertThat(Visitor.stranger(node).get(link).status()).isEqualTo(200);
            for (String who : List.of("second-editor", "reviewer"))
                assertThat(token(node, who, Node.PASSWORD).status()).as(who).isEqualTo(201);
            Visitor.signedIn(node, "reviewer");
        }
    }

    @Test
    void anAccountIsNotLockedByWhoeverGuessesItsPassword() throws Exception {
        try (var node = Node.start();
                var guessers = Executors.newFixedThreadPool(4)) {
            var guesses = IntStream.range(0, 24)
                    .mapToObj(i -> guessers.submit(() ->
                            token(node, "reviewer", "a wrong password " + i).status()))
                    .toList();

            assertThat(token(node, "reviewer", Node.PASSWORD).status()).isEqualTo(201);
            Visitor.signedIn(node, "reviewer");

            for (var guess : guesses) assertThat(guess.get()).isIn(401, 429);
        }
    }

    /** Sends wrong tokens, keys, links and passwords of other accounts, and returns the statuses. */
    private static List<Integer> sendWrongCredentials(Node node, int times) throws Exception {
        try (ExecutorService strangers = Executors.newFixedThreadPool(8)) {
            var attempts = IntStream.range(0, times)
                    .boxed()
                    .flatMap(i -> Stream.<Callable<Integer>>of(
                            () -> new Http(node.management(), "Bearer imp_pat_" + i)
                                    .get("/tasks")
                                    .status(),
                            () -> new Http(node.delivery(), "Bearer imp_site_" + i)
                                    .get("/role-guide")
                                    .status(),
                            () -> Visitor.stranger(node)
                                    .get("/reset/imp_reset_" + i)
                                    .status()))
                    .toList();
            var answers = new ArrayList<Integer>();
            for (var answer : strangers.invokeAll(attempts)) answers.add(answer.get());
            for (int i = 0; i < 8; i++)
                answers.add(token(node, "reviewer", "not the password " + i).status());
            return answers;
        }
    }

    private static Http.Answer token(Node node, String username, String password) {
        return new Http(node.management(), Node.basic(username, password)).post("/tokens", Map.of("name", "x"));
    }
}
