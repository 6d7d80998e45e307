// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.store.UnitOfWork;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.ProxiedStores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a node remembers of a guide may be outdated, because another node has changed the guide since. */
@Tag("long")
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutdatedKnowledgeTest {
    private final ProxiedStores stores = new ProxiedStores();
    private final Node one = Node.start(stores.settings());
    private final Node other = one.beside();
    private final Guides guides = one.guides();

    @AfterAll
    void stop() {
        other.close();
        one.close();
        stores.close();
    }

    private static Answer save(Node node, Guides.Ref guide, String etag, String summary) {
        return node.as("editor")
                .put(guide.path() + "/draft", Guides.content().put("summary", summary), "If-Match", etag);
    }

    private static String etag(Node node, Guides.Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").header("ETag");
    }

    private static String summary(Node node, Guides.Ref guide) {
        return node.as("editor")
                .get(guide.path() + "/draft")
                .ok()
                .at("/content/summary")
                .asString();
    }

    @Test
    void aSaveOverWhatAnotherNodeSavedIsRefused() {
        var guide = guides.drafted();
        String first = etag(one, guide);
        String second = save(other, guide, first, "Of the other node.").header("ETag");

        assertThat(save(one, guide, first, "Of this node.").status()).isEqualTo(412);
        assertThat(one.as("editor")
                        .patch(guide.path() + "/draft", Map.of("summary", "Of this node."), "If-Match", first)
                        .status())
                .isEqualTo(412);
        assertThat(summary(one, guide)).isEqualTo("Of the other node.");
        assertThat(save(one, guide, second, "Of this node.").status()).isEqualTo(200);
        assertThat(summary(other, guide)).isEqualTo("Of this node.");
    }

    /** The content is the one that this node wrote last, so this node sees no change. */
    @Test
    void aSaveThatChangesNothingIsRefusedIfAnotherNodeHasSaved() {
        var guide = guides.drafted();
        String first = etag(one, guide);
        save(one, guide, first, "The same.").ok();
        String second = etag(one, guide);
        save(other, guide, second, "Of the other node.").ok();

        assertThat(save(one, guide, second, "The same.").status()).isEqualTo(412);
    }

    @Test
    void aChangeIsMadeToWhatAnotherNodeSaved() {
        var guide = guides.drafted();
        String second =
                save(other, guide, etag(one, guide), "Of the other node.").header("ETag");

        var changed = one.as("editor")
                .patch(guide.path() + "/draft", Map.of("title", "Another title"), "If-Match", second)
                .ok();

        assertThat(changed.at("/content/summary").asString()).isEqualTo("Of the other node.");
        assertThat(changed.at("/content/title").asString()).isEqualTo("Another title");
    }

    @Test
    void aDraftThatWasAlteredInTheDatabaseIsNotReplacedUnseen() {
        var guide = guides.drafted();
        String etag = etag(one, guide);
        one.bean(MongoDatabase.class)
                .getCollection("working_copies")
                .updateOne(Filters.eq("_id", guide.id() + ".1"), Updates.set("content.summary", "By nobody."));

        assertThat(save(one, guide, etag, "Of this node.").status()).isEqualTo(412);
        assertThat(summary(one, guide)).isEqualTo("By nobody.");
        assertThat(save(one, guide, etag(one, guide), "Of this node.").status()).isEqualTo(200);
    }

    @Test
    void anEditionThatEndedAtAnotherNodeIsOver() {
        var guide = guides.drafted();
        String etag = etag(one, guide);
        other.as("editor").delete(guide.path() + "/editions/current");

        assertThat(save(one, guide, etag, "Of this node.").status()).isEqualTo(409);
        assertThat(one.as("editor").post(guide.path() + "/submit", Map.of()).status())
                .isEqualTo(409);
    }

    @Test
    void logsThatWereReadBeforeAnotherNodeAppendedHaveLostNothing() {
        var guide = guides.drafted();
        var editions = one.bean(Editions.class);

        UnitOfWork.of(() -> {
            editions.of(guide.id());
            other.as("editor").post(guide.path() + "/submit", Map.of()).ok();
            editions.refreshCard(guide.id());
            return guide;
        });

        editions.mustBeWhole(guide.id());
        assertThat(guides.state(guide).at("/edition/state").asString()).isEqualTo("in-review");
    }

    @Test
    void twoNodesTakeTurnsWithOneGuide() {
        var guide = guides.drafted();
        other.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        var approved = guides.decide("reviewer", guides.task("reviewer", guide), "approve")
                .ok();
        assertThat(approved.at("/edition/state").asString()).isEqualTo("published");

        other.as("editor").post(guide.path() + "/editions", null).ok();
        save(one, guide, etag(one, guide), "The second edition.").ok();
        other.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        assertThat(save(one, guide, etag(one, guide), "Changed in review.").status())
                .isEqualTo(200);
        one.as("editor").post(guide.path() + "/submit", Map.of()).ok();
        other.guides()
                .decide("reviewer", other.guides().task("reviewer", guide), "approve")
                .ok();

        var state = guides.state(guide);
        assertThat(state.at("/live/edition").asInt()).isEqualTo(2);
        assertThat(state.at("/live/revision").asInt()).isEqualTo(3);
        one.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "x"))
                .ok();
        assertThat(other.as("editor").post(guide.path() + "/editions", null).status())
                .isEqualTo(201);
        assertThat(one.as("editor").post(guide.path() + "/editions", null).status())
                .isEqualTo(409);
    }

    @Test
    void aRevokedTokenAndALostRoleCountEverywhereWithinASecond() {
        one.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "brief",
                                "displayName",
                                "Somebody for a moment",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR")))
                .ok();
        var guide = guides.drafted();
        var brief = other.as("brief");
        assertThat(brief.get(guide.path()).status()).isEqualTo(200);
        one.as("admin").patch("/accounts/brief", Map.of("roles", List.of())).ok();
        await().atMost(Duration.ofSeconds(1))
                .until(() -> brief.post(guide.path() + "/submit", Map.of()).status() == 403);

        one.as("admin").delete("/accounts/brief");

        await().atMost(Duration.ofSeconds(1))
                .until(() -> brief.get(guide.path()).status() == 401);
    }

    /**
     * Eight pages at two nodes send ten thousand edits of one draft (or as many as {@code -Dtest.jvm.args=-Dedits=2000} says), each page
     * of a text of its own. Each edit names the text that the page wrote last, so an edit that was lost would make the next one a
     * conflict.
     */
    @Test
    @Tag("long")
    void ofThousandsOfEditsAtTwoNodesNoWordIsLost() throws Exception {
        var guide = guides.drafted();
        var before = node(0).bean(WorkingCopies.class)
                .find(new EditionId(guide.id(), 1))
                .orElseThrow();
        var places = List.of(
                "/title",
                "/role",
                "/byline",
                "/summary",
                "/introduction",
                "/duties/body",
                "/skills/body",
                "/education/body");
        int edits = Integer.getInteger("edits", 10_000) / places.size();
        var pages = new ArrayList<Callable<Void>>();
        for (int page = 0; page < places.size(); page++)
            pages.add(page(node(page), guide, places.get(page), before, edits));

        try (var threads = Executors.newFixedThreadPool(pages.size())) {
            for (var done : threads.invokeAll(pages)) done.get();
        }

        var after = one.bean(WorkingCopies.class).find(before.edition()).orElseThrow();
        assertThat(after.altered()).isFalse();
        assertThat(after.version()).isEqualTo(before.version() + (long) edits * places.size());
        assertThat(places)
                .allSatisfy(place ->
                        assertThat(after.content().at(place).asString()).isEqualTo(place + " is written " + edits));
    }

    private Node node(int page) {
        return page % 2 == 0 ? one : other;
    }

    /** A page that edits one text again and again. The script of a page sends an edit again if too many others were faster. */
    private static Callable<Void> page(Node node, Guides.Ref guide, String place, WorkingCopy opened, int edits) {
        var me = new Person("editor", "The editor", null, Set.of("EDITOR"));
        String name = place.replaceAll("[^a-z]", "");
        return () -> {
            String text = opened.content().at(place).asString();
            for (int number = 1; number <= edits; ) {
                String next = place + " is written " + number;
                try {
                    var found = node.bean(dev.imprimatur.editing.Guides.class).require(guide.id());
                    var outcome = node.bean(Drafts.class)
                            .edit(
                                    found,
                                    opened.edition(),
                                    List.of(new Edit.Replace(name + ":" + number, place, text, next)),
                                    me)
                            .outcomes()
                            .getFirst();
                    assertThat(outcome.saved()).as("%s", outcome).isTrue();
                    text = next;
                    number++;
                } catch (Refused overtaken) {
                    assertThat(overtaken.refusal().kind()).isEqualTo(Refusal.Kind.STALE);
                }
            }
            return null;
        };
    }

    /** The node of the second administrator has just read the account, with the roles that the account is to have again. */
    @Test
    void ofTwoAdministratorsAtTwoNodesTheLaterOneCounts() {
        one.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                "turned",
                                "displayName",
                                "Somebody between two",
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of("EDITOR")))
                .ok();
        var turned = other.as("turned");
        for (int round = 0; round < 5; round++) {
            turned.get("/tasks").ok();
            one.as("admin")
                    .patch("/accounts/turned", Map.of("roles", List.of("REVIEWER")))
                    .ok();
            other.as("admin")
                    .patch("/accounts/turned", Map.of("roles", List.of("EDITOR")))
                    .ok();

            assertThat(one.bean(Accounts.class).known("turned").roles()).containsExactly(Role.EDITOR);
        }
    }
}
