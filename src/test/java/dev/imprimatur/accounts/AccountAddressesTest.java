// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** An account has one address to which mails can be sent, and the audit says when it changed. */
class AccountAddressesTest {
    private final Node node = Node.shared();
    private final Http admin = node.as("admin");

    private static Map<String, Object> account(String username, String email) {
        return Map.of(
                "username",
                username,
                "displayName",
                "Addressee " + username,
                "email",
                email,
                "password",
                Node.PASSWORD,
                "roles",
                List.of("REVIEWER"));
    }

    private String person() {
        String username = "addressee-" + Long.toString(System.nanoTime(), 36);
        admin.post("/accounts", account(username, "ada@example.org")).ok();
        return username;
    }

    private JsonNode find(String username) {
        return admin.get("/accounts").ok().get("items").values().stream()
                .filter(it -> it.get("username").asString().equals(username))
                .findFirst()
                .orElseThrow();
    }

    private List<String> audited(String username) {
        return admin.get("/audit?target=" + username).ok().get("items").values().stream()
                .map(it -> it.get("action").asString() + ": " + it.get("target").asString())
                .filter(it -> !it.startsWith("account-created"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@x, b@y",
                "a@x;b@y",
                "a@x\r\nBcc: z@y",
                "@",
                "a",
                "a@",
                "@example.org",
                "<a@example.org>",
                "Ada <a@example.org>",
                "a@example.org (Ada)",
                "friends: a@example.org;",
                "a@example.org\u202E",
                "a\u200B@example.org",
                "a b@example.org",
                "",
                " "
            })
    void whatIsNotOneAddressIsRefusedAndChangesNothing(String email) {
        String who = person();
        String fresh = "fresh-" + who;
        var me = Visitor.signedIn(node, who);

        for (var answer : List.of(
                admin.patch("/accounts/" + who, Map.of("email", email)),
                admin.post("/accounts", account(fresh, email)))) {
            assertThat(answer).returns(400, Answer::status);
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/email");
        }
        if (!email.isBlank()) me.post("/studio/account", "/studio/account", "email", email);

        assertThat(find(who).get("email").asString()).isEqualTo("ada@example.org");
        assertThat(node.bean(Accounts.class).knows(fresh)).isFalse();
        assertThat(audited(who)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@example.org", " o'hara+cms@sub.example.org ", "\u00E4da@example.org", "a@[127.0.0.1]"})
    void anAddressIsStoredWithoutSpaceAroundIt(String email) {
        String who = person();

        admin.patch("/accounts/" + who, Map.of("email", email)).ok();

        assertThat(find(who).get("email").asString()).isEqualTo(email.strip());
    }

    @Test
    void onlyWhatChangedIsAudited() {
        String who = person();

        admin.patch("/accounts/" + who, Map.of("email", "attacker@evil.example"))
                .ok();
        admin.patch("/accounts/" + who, Map.of("email", "attacker@evil.example"))
                .ok();
        assertThat(audited(who)).containsExactly("email-changed: " + who);

        admin.patch("/accounts/" + who, Map.of("title", "Economist")).ok();
        assertThat(audited(who))
                .containsExactly("account-renamed: " + who + " to Addressee " + who, "email-changed: " + who);
    }
}
