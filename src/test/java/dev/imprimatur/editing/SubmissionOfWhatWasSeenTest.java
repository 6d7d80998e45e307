// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.drafts.WorkingCopies;
import dev.imprimatur.history.EditionLog;
import dev.imprimatur.history.Revisions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** With {@code If-Match}, a submission takes exactly the version that the person saw, or is refused. */
@Tag("store")
class SubmissionOfWhatWasSeenTest {
    private static final int ROUNDS = 20;

    private final Node node = Node.shared();

    private Answer submit(Ref guide, String etag) {
        return node.as("editor").post(guide.path() + "/submit", Map.of(), "If-Match", etag);
    }

    private String etag(Ref guide) {
        return node.as("editor").get(guide.path() + "/draft").header("ETag");
    }

    private String state(Ref guide) {
        return node.guides().state(guide).get("edition").get("state").asString();
    }

    @Test
    void aStaleVersionIsRefusedWithTheCurrentOne() {
        var guide = node.guides().drafted();
        String seen = etag(guide);
        node.guides().edit("second-editor", guide, "Saved meanwhile.").ok();

        var answer = submit(guide, seen);

        assertThat(answer.status()).isEqualTo(412);
        assertThat(answer.problem()).isEqualTo("working-copy-changed");
        var current = answer.json().get("current");
        assertThat(current.get("etag").asString()).isEqualTo(etag(guide));
        assertThat(current.get("content").get("summary").asString()).isEqualTo("Saved meanwhile.");
        assertThat(current.get("updatedBy").asString()).isEqualTo("second-editor");
        assertThat(answer.json().has("yours")).isFalse();
        assertThat(state(guide)).isEqualTo("draft");
        assertThat(node.as("editor")
                        .get(guide.path() + "/revisions")
                        .ok()
                        .get("items")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void theVersionThatWasSeenIsPutForwardAndMayBeOnceMore() {
        var guide = node.guides().drafted();
        String seen = etag(guide);

        assertThat(submit(guide, seen).status()).isEqualTo(200);
        assertThat(submit(guide, seen).status()).isEqualTo(200);

        assertThat(state(guide)).isEqualTo("in-review");
        assertThat(node.as("editor")
                        .get(guide.path() + "/revisions")
                        .ok()
                        .get("items")
                        .values())
                .hasSize(1);
    }

    @Test
    void anIncompleteDraftThatIsStaleIsStaleFirst() {
        var guide = node.guides().drafted();
        String seen = etag(guide);
        node.as("editor")
                .put(guide.path() + "/draft", Map.of("title", "All gone"), "If-Match", seen)
                .ok();

        assertThat(submit(guide, seen).status()).isEqualTo(412);
        assertThat(submit(guide, etag(guide)).status()).isEqualTo(422);
    }

    @Test
    void withoutAVersionWhateverIsThereIsPutForward() {
        var guide = node.guides().drafted();
        node.guides().edit("second-editor", guide, "Saved meanwhile.").ok();

        node.as("editor").post(guide.path() + "/submit", Map.of()).ok();

        assertThat(submittedSummary(guide)).isEqualTo("Saved meanwhile.");
    }

    private String submittedSummary(Ref guide) {
        return node.as("editor")
                .get(guide.path() + "/revisions/1")
                .ok()
                .get("content")
                .get("summary")
                .asString();
    }

    @Test
    void anEditAtTheSameMomentIsNeverPutForwardUnseen() throws Exception {
        node.as("second-editor");
        for (int round = 0; round < ROUNDS; round++) {
            var guide = node.guides().drafted();
            String seen = etag(guide);
            String before = node.as("editor")
                    .get(guide.path() + "/draft")
                    .ok()
                    .get("content")
                    .get("summary")
                    .asString();
            Callable<Answer> submits = () -> submit(guide, seen);
            Callable<Answer> edits = () -> node.as("second-editor")
                    .patch(guide.path() + "/draft", Map.of("summary", "Slipped in."), "If-Match", seen);

            List<Answer> answers;
            try (var pool = Executors.newFixedThreadPool(2)) {
                var running = List.of(pool.submit(submits), pool.submit(edits));
                answers = List.of(running.get(0).get(), running.get(1).get());
            }

            assertThat(answers.get(1).status()).isEqualTo(200);
            assertThat(answers.get(0).status()).isIn(200, 412);
            if (answers.get(0).status() == 200)
                assertThat(submittedSummary(guide)).isEqualTo(before);
            else {
                assertThat(answers.get(0)
                                .json()
                                .get("current")
                                .get("content")
                                .get("summary")
                                .asString())
                        .isEqualTo("Slipped in.");
                assertThat(state(guide)).isEqualTo("draft");
            }
        }
    }

    @Test
    void anEditBetweenTheCheckAndTheMintingIsFoundToo() {
        var ref = node.guides().drafted();
        var drafts = node.bean(Drafts.class);
        var guide = node.bean(Guides.class).require(ref.id());
        String seen = drafts.of(guide).etag();
        var other = new Person("second-editor", "The other", null, Set.of("EDITOR"));
        // the submission reads the clock between the check of the version and the creation of the revision
        var slipping = interruptedEditing(() -> {
            var content = (ObjectNode) drafts.of(guide).content().deepCopy();
            drafts.save(guide, drafts.of(guide).etag(), content.put("summary", "Slipped in."), other);
        });
        var me = new Person("editor", "The editor", null, Set.of("EDITOR"));

        assertThatThrownBy(() -> slipping.submit(guide, seen, "draft", isChanged -> 1, null, null, me))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.STALE);
                    assertThat(refused.refusal().members().get("current").toString())
                            .contains("Slipped in.");
                });
        assertThat(state(ref)).isEqualTo("draft");

        // a person who has seen the new version can submit it
        assertThat(submit(ref, etag(ref)).status()).isEqualTo(200);
    }

    /** An {@code Editing} that runs the action when it reads the clock for the first time. */
    private Editing interruptedEditing(Runnable slip) {
        var clock = node.clock();
        var once = new AtomicBoolean();
        var slipping = new Clock() {
            @Override
            public ZoneId getZone() {
                return clock.getZone();
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return clock.withZone(zone);
            }

            @Override
            public Instant instant() {
                if (once.compareAndSet(false, true)) slip.run();
                return clock.instant();
            }
        };
        return new Editing(
                node.bean(ContentTypes.class),
                node.bean(Guides.class),
                node.bean(Editions.class),
                node.bean(EditionLog.class),
                node.bean(WorkingCopies.class),
                node.bean(Revisions.class),
                node.bean(Drafts.class),
                node.bean(Slugs.class),
                node.bean(Ids.class),
                slipping,
                node.bean(Permissions.class));
    }
}
