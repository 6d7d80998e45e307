// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.ReferenceUses;
import dev.imprimatur.media.AssetUses;
import dev.imprimatur.people.Person;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.Seals;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.node.JsonNodeFactory;

/** Invariant 3: no update is lost. */
@Tag("store")
class WorkingCopyTest {
    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    @Test
    void aWriteWithoutItsVersionIsRefused() {
        var guide = guides.drafted();

        assertThat(node.as("editor")
                        .put(guide.path() + "/draft", Guides.content())
                        .status())
                .isEqualTo(428);
    }

    @Test
    void aStaleWriteGetsBothVersionsAndLosesNeither() {
        var guide = guides.drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("second-editor")
                .patch(guide.path() + "/draft", Map.of("summary", "Theirs."), "If-Match", etag)
                .ok();

        var answer = node.as("editor")
                .put(guide.path() + "/draft", Guides.content().put("summary", "Mine."), "If-Match", etag);

        assertThat(answer.status()).isEqualTo(412);
        assertThat(answer.problem()).isEqualTo("working-copy-changed");
        assertThat(answer.json().at("/yours/summary").asString()).isEqualTo("Mine.");
        assertThat(answer.json().at("/current/content/summary").asString()).isEqualTo("Theirs.");
        String current = answer.json().at("/current/etag").asString();
        assertThat(node.as("editor")
                        .put(guide.path() + "/draft", Guides.content().put("summary", "Merged."), "If-Match", current)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void ofManyWritesFromOneVersionOneIsTaken() throws Exception {
        var guide = guides.drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");
        node.as("second-editor");

        try (var pool = Executors.newFixedThreadPool(8)) {
            var answers = pool.invokeAll(IntStream.range(0, 16)
                    .mapToObj(i -> (Callable<Integer>) () -> node.as(i % 2 == 0 ? "editor" : "second-editor")
                            .patch(guide.path() + "/draft", Map.of("summary", "Number " + i), "If-Match", etag)
                            .status())
                    .toList());
            assertThat(answers)
                    .extracting(answer -> answer.get())
                    .containsOnlyOnce(200)
                    .containsOnly(200, 412);
        }
    }

    @Test
    void anAutosaveDuringTheReviewIsNotLostWhenTheEditionIsPublished() {
        var guide = guides.submitted();
        guides.edit("editor", guide, "Typed while others reviewed.").ok();
        guides.decide("reviewer", guides.task("reviewer", guide), "approve").ok();
        assertThat(guides.read(guide).body()).doesNotContain("Typed while others reviewed.");

        node.as("editor").post(guide.path() + "/editions", null).ok();

        assertThat(node.as("editor")
                        .get(guide.path() + "/draft")
                        .json()
                        .at("/content/summary")
                        .asString())
                .isEqualTo("Typed while others reviewed.");
    }

    @Test
    void unknownFieldsAreRefusedByNameAndChangeNothing() {
        var guide = guides.drafted();
        String etag = node.as("editor").get(guide.path() + "/draft").header("ETag");

        for (String field : new String[] {"state", "authors", "approvals", "lastReviewedAt", "_id", "$set"}) {
            var answer = node.as("editor").patch(guide.path() + "/draft", Map.of(field, "x"), "If-Match", etag);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/" + field);
        }
        assertThat(node.as("editor").get(guide.path() + "/draft").header("ETag"))
                .isEqualTo(etag);
    }

    @Test
    void restoringNeedsTheVersionOnlyWhereSomethingCouldBeLost() {
        var guide = guides.published();
        guides.nextEditionSubmitted(guide, "The second.");
        var editor = node.as("editor");

        var restored = editor.post(guide.path() + "/revisions/1/restore", null).ok();
        assertThat(restored.get("content")).isEqualTo(Guides.content());
        guides.edit("editor", guide, "In no revision.").ok();

        assertThat(editor.post(guide.path() + "/revisions/1/restore", null).status())
                .isEqualTo(428);
    }

    /** A node that runs for long saves more drafts than its memory holds. */
    @Test
    void theDraftsThatANodeRemembersAreLimitedByTheirMemory() {
        int most = 10;
        var copies = new WorkingCopies(
                node.bean(MongoDatabase.class),
                node.bean(Seals.class),
                node.bean(Damages.class),
                node.bean(DraftVersions.class),
                node.bean(AssetUses.class),
                node.bean(ReferenceUses.class),
                DataSize.ofBytes(most * 10_000L));
        var content = JsonNodeFactory.instance.objectNode().put("introduction", "x".repeat(9_000));
        var me = new Person("editor", "The editor", null, Set.of());
        var written = IntStream.range(0, 5 * most)
                .mapToObj(i -> WorkingCopy.first(
                        new EditionId("kept-" + System.nanoTime() + i, 1),
                        content,
                        ItemIds.numbered(content),
                        List.of(),
                        null,
                        me,
                        Instant.EPOCH))
                .toList();

        written.forEach(copies::insert);

        await().untilAsserted(() ->
                assertThat(written.stream().filter(copies::isOnlyKnown)).hasSizeBetween(1, most));
        written.forEach(copy -> copies.forget(copy.edition()));
    }
}
