// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A form of the studio that is sent twice, by a double click or from the page before in the browser's history, takes effect once. */
@Tag("store")
class SentTwiceTest {
    private static final Pattern KEY = Pattern.compile("name=\"once\" value=\"([^\"]+)\"");
    private final Node node = Node.shared();

    private static String key(Visitor visitor, String page) {
        var key = KEY.matcher(visitor.get(page).body());
        assertThat(key.find()).as("a key in the form on " + page).isTrue();
        return key.group(1);
    }

    @Test
    void aDoubledClickMakesOneGuideAndLeadsToIt() throws Exception {
        var editor = Visitor.signedIn(node, "editor");
        String slug = "clicked-" + UUID.randomUUID();
        String page = "/studio/guides/new";
        String key = key(editor, page);
        String token = editor.token(page);
        String form = Visitor.form("type", "role-guide", "title", "Clicked", "slug", slug, "once", key);
        Callable<Answer> click = () -> editor.send(
                "POST",
                "/studio/guides",
                form,
                "Content-Type",
                "application/x-www-form-urlencoded",
                "X-CSRF-TOKEN",
                token);

        try (var pool = Executors.newFixedThreadPool(4)) {
            var answers = pool.invokeAll(Stream.generate(() -> click).limit(4).toList());
            String first = answers.getFirst().get().header("Location");
            assertThat(first).endsWith("/edit");
            for (var answer : answers) {
                assertThat(answer.get().status()).isEqualTo(302);
                assertThat(answer.get().header("Location")).isEqualTo(first);
            }
        }
        assertThat(node.as("editor")
                        .get("/role-guide?q=" + slug)
                        .ok()
                        .get("items")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void aFormSentAgainMakesNothingMoreAndOneThatWasMendedDoes() {
        var admin = Visitor.signedIn(node, "admin");
        String page = "/studio/api-keys";
        String name = "sent " + UUID.randomUUID();
        String key = key(admin, page);

        for (String sent : List.of(name, name, name + " mended"))
            assertThat(admin.post(page, page, "name", sent, "once", key).status())
                    .isEqualTo(302);

        var names = node.as("admin").get("/api-keys").ok().get("items").values().stream()
                .map(it -> it.get("name").asString())
                .filter(it -> it.startsWith(name))
                .toList();
        assertThat(names).containsExactlyInAnyOrder(name, name + " mended");
    }

    @Test
    void aFormThatWasRefusedIsJudgedAnew() {
        var editor = Visitor.signedIn(node, "editor");
        var taken = node.guides().drafted();
        String page = "/studio/guides/new";
        String key = key(editor, page);
        String[] form = {"type", "role-guide", "title", "Taken", "slug", taken.slug(), "once", key};

        assertThat(editor.post(page, "/studio/guides", form).body()).contains("has this slug");
        assertThat(editor.post(page, "/studio/guides", form).body()).contains("has this slug");
    }

    @Test
    void everyFormThatMakesOrEndsSomethingHasAKeyOfItsOwn() {
        var guide = node.guides().published();
        var admin = Visitor.signedIn(node, "admin");
        var editor = Visitor.signedIn(node, "editor");
        var publisher = Visitor.signedIn(node, "publisher");
        String review = "/studio/guides/" + guide.id() + "/review";

        assertForm(editor, "/studio/guides/new", "/studio/guides");
        assertForm(editor, review, "/studio/guides/" + guide.id() + "/editions");
        assertForm(editor, review, "/studio/guides/" + guide.id() + "/previews");
        assertForm(publisher, review, "/studio/guides/" + guide.id() + "/unpublish");
        assertForm(admin, "/studio/accounts", "/studio/accounts");
        assertForm(admin, "/studio/accounts/editor", "/studio/accounts/editor/deactivate");
        assertForm(admin, "/studio/accounts/editor", "/studio/accounts/editor/reset");
        assertForm(admin, "/studio/api-keys", "/studio/api-keys");
        assertForm(admin, "/studio/webhooks", "/studio/webhooks");
        assertForm(admin, "/studio/account", "/studio/account/tokens");
    }

    private static void assertForm(Visitor visitor, String page, String action) {
        assertThat(visitor.get(page).body())
                .as(action + " on " + page)
                .containsPattern("<form[^>]*action=\"" + Pattern.quote(action)
                        + "\"(?:(?!</form>)[\\s\\S])*name=\"once\" value=\"[^\"]+\"");
    }
}
