// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Administrators maintain accounts: reset a password, change a name, reactivate. The last administrator cannot be removed. */
@Tag("long")
class PasswordResetTest {
    private static final String WANTED = "another password entirely";
    private static final Pattern LINK = Pattern.compile("(http://[^<\"]+/reset/imp_reset_[A-Za-z0-9_-]+)");

    private final Node node = Node.start();
    private final Http admin = node.as("admin");

    @AfterEach
    void stop() {
        node.close();
    }

    private String link(String username) {
        return admin.post("/accounts/" + username + "/password-reset", null)
                .ok()
                .get("path")
                .asString();
    }

    private static String token(String link) {
        return link.substring(link.lastIndexOf('/') + 1);
    }

    private static Http.Answer choose(Visitor visitor, String link, String password) {
        return visitor.post("/login", "/reset", "token", token(link), "wanted", password, "again", password);
    }

    private String audit() {
        return admin.get("/audit?limit=100").body();
    }

    @Test
    void aLinkOfTheStudioSetsThePasswordOnceAndEndsSessionsAndTokens() {
        var before = Visitor.signedIn(node, "editor");
        assertThat(node.as("editor").get("/tasks").status()).isEqualTo(200);
        var administrator = Visitor.signedIn(node, "admin");
        administrator.post("/studio/account", "/studio/accounts/editor/reset");
        var page = administrator.get("/studio/accounts/editor").body();
        var shown = LINK.matcher(page);
        assertThat(shown.find()).as(page).isTrue();
        assertThat(page).contains("data-copy");
        assertThat(administrator.get("/studio/accounts/editor").body()).doesNotContain("imp_reset_");

        var stranger = Visitor.stranger(node);
        var form = stranger.get(shown.group(1));
        assertThat(form.status()).isEqualTo(200);
        assertThat(form.body()).contains("For the account <b>editor</b>");
        assertThat(form.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(stranger.get(shown.group(1)).status())
                .as("looking uses nothing up")
                .isEqualTo(200);
        assertThat(choose(stranger, shown.group(1), "short").status()).isEqualTo(400);
        for (String weak :
                List.of("the editor of this", " ".repeat(15), "\u2003\u00a0\t".repeat(5), "abcd abcd abcd abcd"))
            assertThat(choose(stranger, shown.group(1), weak).status())
                    .as("‘%s’", weak)
                    .isEqualTo(400);
        assertThat(stranger.post("/login", "/reset", "token", token(shown.group(1)), "wanted", WANTED, "again", "x")
                        .body())
                .contains("The two passwords differ");
        assertThat(choose(stranger, shown.group(1), WANTED).header("Location")).endsWith("/login?reset");

        assertThat(before.get("/studio").status()).as("the session").isEqualTo(302);
        assertThat(node.as("editor").get("/tasks").status()).as("the token").isEqualTo(401);
        Visitor.stranger(node).signIn("editor", WANTED);
        assertThat(stranger.post("/login", "/login", "username", "editor", "password", Node.PASSWORD)
                        .header("Location"))
                .contains("wrong");
        assertThat(choose(stranger, shown.group(1), WANTED).status())
                .as("again")
                .isEqualTo(404);
        assertThat(audit())
                .contains("password-reset-made", "password-reset-used")
                .doesNotContain("imp_reset_", WANTED);
    }

    @Test
    void aLinkExpiresGivesWayToTheNextAndIsNothingForWhoIsOut() {
        String expired = link("editor");
        node.clock().forward(Duration.ofHours(25));
        assertThat(node.nobody().get(expired).status()).isEqualTo(404);

        String first = link("editor");
        String second = link("editor");
        assertThat(node.nobody().get(first).status()).isEqualTo(404);
        assertThat(node.nobody().get(second).status()).isEqualTo(200);

        admin.delete("/accounts/editor");
        assertThat(node.nobody().get(second).status()).isEqualTo(404);
        assertThat(admin.post("/accounts/editor/password-reset", null).problem())
                .isEqualTo("deactivated");
        admin.post("/accounts/editor/reactivate", null).ok();
        assertThat(node.nobody().get(second).status())
                .as("not even after the return")
                .isEqualTo(404);
        assertThat(admin.post("/accounts/nobody-here/password-reset", null).status())
                .isEqualTo(404);
    }

    @Test
    void ofManyWhoUseALinkAtOnceOneDoes() throws Exception {
        String link = link("editor");
        try (var at = Executors.newFixedThreadPool(4)) {
            var answers = at.invokeAll(IntStream.range(0, 4)
                    .<Callable<Integer>>mapToObj(i -> () -> choose(Visitor.stranger(node), link, WANTED + " " + i)
                            .status())
                    .toList());
            var statuses = new ArrayList<Integer>();
            for (var answer : answers) statuses.add(answer.get());
            assertThat(statuses).containsExactlyInAnyOrder(302, 404, 404, 404);
        }
    }

    @Test
    void whoGuessesLinksIsSlowedDown() {
        var statuses = IntStream.range(0, 60)
                .map(i -> node.nobody().get("/reset/imp_reset_" + i).status())
                .boxed()
                .toList();

        assertThat(statuses).startsWith(404).endsWith(429);
    }

    @Test
    void whoComesBackHasTheRolesFromBeforeAndWhoIsRenamedKeepsTheOldNameOnWhatTheyDid() {
        var guide = node.guides().published();
        admin.delete("/accounts/reviewer");
        assertThat(admin.post("/accounts/reviewer/reactivate", null)
                        .ok()
                        .get("roles")
                        .toString())
                .contains("REVIEWER");
        Visitor.signedIn(node, "reviewer");

        var renamed = admin.patch("/accounts/reviewer", Map.of("displayName", "Rosa", "roles", List.of("EDITOR")))
                .ok();

        assertThat(renamed.get("displayName").asString()).isEqualTo("Rosa");
        assertThat(renamed.get("title").asString())
                .as("what is not named stays")
                .isEqualTo("Of the team");
        assertThat(admin.patch("/accounts/reviewer", "{\"title\":null}").ok().has("title"))
                .isFalse();
        assertThat(node.guides()
                        .read(guide)
                        .json()
                        .at("/review/reviewedBy/0/name")
                        .asString())
                .isEqualTo("The reviewer");
        for (String wrong : List.of(
                "{\"displayName\":null}",
                "{\"displayName\":\" \"}",
                "{\"roles\":[\"KING\"]}",
                "{\"active\":true}",
                "{\"roles\":3}"))
            assertThat(admin.patch("/accounts/reviewer", wrong).status())
                    .as(wrong)
                    .isEqualTo(400);
        assertThat(audit()).contains("account-deactivated", "account-reactivated", "account-renamed", "roles-changed");
    }

    @Test
    void theLastAdministratorStaysAlsoWhenTwoTakeTheRoleFromEachOther() throws Exception {
        assertThat(admin.patch("/accounts/admin", Map.of("roles", List.of())).problem())
                .isEqualTo("last-administrator");
        admin.patch("/accounts/publisher", Map.of("roles", List.of("ADMIN"))).ok();
        var other = node.as("publisher");
        try (var at = Executors.newFixedThreadPool(2)) {
            var done = at.invokeAll(List.of(
                    () -> admin.delete("/accounts/publisher").status(),
                    () -> other.patch("/accounts/admin", Map.of("roles", List.of()))
                            .status()));
            for (var answer : done) assertThat(answer.get()).isIn(200, 204, 401, 403, 409);
        }
        assertThat(node.bean(Accounts.class).accounts())
                .anyMatch(account -> account.active() && account.roles().contains(Role.ADMIN));
    }

    @Test
    void nobodyElseLooksAfterAccounts() {
        var editor = Visitor.signedIn(node, "editor");
        for (String path : List.of("reset", "rename", "reactivate"))
            assertThat(editor.post("/studio/account", "/studio/accounts/admin/" + path, "displayName", "x")
                            .status())
                    .isEqualTo(403);
        assertThat(audit()).doesNotContain("password-reset-made");
    }
}
