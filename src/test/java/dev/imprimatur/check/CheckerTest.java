// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.store.Findings.Finding;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import dev.imprimatur.testing.WorkedExample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Every manual change in one of the stores is found. Stores without manual changes are clean. */
@Tag("long")
@Tag("store")
class CheckerTest {
    private static final List<String> COLLECTIONS = List.of(
            "ledger",
            "published",
            "edition_log",
            "revisions",
            "working_copies",
            "guides",
            "comments",
            "webhooks",
            "tokens",
            "accounts",
            "audit");

    private static Node node;
    private static Guides.Ref live;
    private static Guides.Ref inReview;
    private static Guides.Ref draft;
    private static Guides.Ref withdrawn;

    @BeforeAll
    static void aTeamHasWorked() {
        node = Node.start(
                "imprimatur.review.reconcile-every", "1h",
                "imprimatur.check.pause", "1ms",
                "imprimatur.webhooks.allowed-networks", "127.0.0.0/8");
        var guides = node.guides();
        live = guides.published();
        inReview = guides.nextEditionSubmitted(guides.published(), "Of the next edition.");
        draft = guides.drafted();
        withdrawn = guides.published();
        node.as("publisher")
                .post(withdrawn.path() + "/unpublish", Map.of("reason", "wrong"))
                .ok();
        node.as("reviewer")
                .post(inReview.path() + "/comments", Map.of("revision", 2, "pointer", "/summary", "body", "Sure?"))
                .ok();
        node.as("admin").post("/webhooks", Map.of("url", "http://127.0.0.1:9/")).ok();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void aDecisionAfterTheLastApprovalIsNoViolation(@TempDir Path folder) throws IOException {
        try (var other = Node.start(WorkedExample.settings(folder))) {
            var guides = other.guides();
            var note = WorkedExample.approved(other);
            guides.decide("admin", guides.task("admin", note), "cleared").ok();

            assertThat(other.bean(Checker.class).run().violations()).isEmpty();
        }
    }

    private static MongoCollection<Document> collection(String collection) {
        return node.bean(MongoDatabase.class).getCollection(collection, Document.class);
    }

    private static Checker.Report report() {
        return node.bean(Checker.class).run();
    }

    private static Bson logEntry(Guides.Ref guide, int edition, String kind) {
        return Filters.eq(
                "_id",
                collection("edition_log").find().into(new ArrayList<>()).stream()
                        .filter(row -> row.getString("_id").startsWith(guide.id() + "." + edition + "#"))
                        .filter(row -> row.get("entry", Document.class)
                                .getString("kind")
                                .equals(kind))
                        .findFirst()
                        .orElseThrow()
                        .getString("_id"));
    }

    private static Bson first(Guides.Ref guide) {
        return Filters.eq("_id", guide.id() + "#000001");
    }

    private static void copy(String collection, Bson of, String id, Map<String, Object> changes) {
        var copy = collection(collection).find(of).first();
        copy.put("_id", id);
        changes.forEach((path, value) -> {
            var steps = path.split("\\.");
            var at = copy;
            for (int i = 0; i < steps.length - 1; i++) at = at.get(steps[i], Document.class);
            at.put(steps[steps.length - 1], value);
        });
        collection(collection).insertOne(copy);
    }

    private static void sql(String statement, Object... values) {
        assertThat(new JdbcTemplate(node.bean(DataSource.class)).update(statement, values))
                .isPositive();
    }

    private static void drivesProcess(Guides.Ref guide, int edition, String another) {
        sql(
                "update ACT_RU_EXECUTION set BUSINESS_KEY_ = ? where BUSINESS_KEY_ = ?",
                another,
                guide.id() + "." + edition);
    }

    @Test
    void aStoreWithoutManualChangesIsClean() {
        var report = report();

        assertThat(report.failure()).isNull();
        assertThat(report.violations()).isEmpty();
        assertThat(report.unfinished()).isEmpty();
    }

    private record Plant(String rule, String what, Runnable plant) {}

    private static Stream<Plant> damages() {
        return Stream.of(
                new Plant(
                        "ledger-entry",
                        "an entry with another slug",
                        () -> collection("ledger")
                                .updateOne(Filters.eq("_id", 1L), Updates.set("entry.slug", "another"))),
                new Plant(
                        "ledger-entry",
                        "an entry with the signature of another",
                        () -> collection("ledger")
                                .updateOne(
                                        Filters.eq("_id", 1L),
                                        Updates.set(
                                                "entry.signature",
                                                collection("ledger")
                                                        .find(Filters.eq("_id", 2L))
                                                        .first()
                                                        .get("entry", Document.class)
                                                        .getString("signature")))),
                new Plant(
                        "ledger-entry",
                        "an entry that nobody can read",
                        () -> collection("ledger")
                                .updateOne(Filters.eq("_id", 2L), Updates.set("entry.kind", "renumber"))),
                new Plant(
                        "ledger-entry",
                        "an entry that was caused by something else",
                        () -> collection("ledger")
                                .updateOne(Filters.eq("_id", 2L), Updates.set("cause", "publish:x.1:1"))),
                new Plant(
                        "ledger-chain",
                        "an entry less",
                        () -> collection("ledger").deleteOne(Filters.eq("_id", 2L))),
                new Plant(
                        "ledger-behind",
                        "the last entry less",
                        () -> collection("ledger")
                                .deleteOne(
                                        Filters.eq("_id", collection("ledger").countDocuments()))),
                new Plant("ledger-order", "an entry that withdraws what is not live", () -> {
                    long next = collection("ledger").countDocuments() + 1;
                    var forged = collection("ledger")
                            .find(Filters.eq("_id", next - 1))
                            .first();
                    forged.put("_id", next);
                    forged.put("cause", "unpublish:again");
                    forged.get("entry", Document.class).put("position", next);
                    collection("ledger").insertOne(forged);
                }),
                new Plant(
                        "content",
                        "published words that nobody approved",
                        () -> collection("published")
                                .updateOne(first(live), Updates.set("content.summary", "Forged."))),
                new Plant(
                        "content",
                        "published words less",
                        () -> collection("published").deleteOne(first(live))),
                new Plant(
                        "content",
                        "published words of a draft",
                        () -> copy("published", first(live), draft.id() + "#000001", Map.of())),
                new Plant(
                        "edition-log",
                        "a log entry less",
                        () -> collection("edition_log").deleteOne(logEntry(live, 1, "STAMPED"))),
                new Plant(
                        "edition-log",
                        "a log entry about other words",
                        () -> collection("edition_log")
                                .updateOne(
                                        logEntry(inReview, 2, "SUBMITTED"),
                                        Updates.set("entry.revision.contentHash", "sha256:" + "0".repeat(64)))),
                new Plant(
                        "edition-log",
                        "an approval of what is a draft",
                        () -> copy(
                                "edition_log",
                                logEntry(live, 1, "APPROVED"),
                                draft.id() + ".1#000001",
                                Map.of("entry.edition.guide", draft.id(), "entry.seq", 1))),
                new Plant(
                        "approval",
                        "an approval of somebody who does not exist",
                        () -> collection("edition_log")
                                .updateOne(logEntry(live, 1, "APPROVED"), Updates.set("entry.by.account", "nobody"))),
                new Plant(
                        "approval",
                        "an approval of somebody who contributed",
                        () -> collection("edition_log")
                                .updateOne(logEntry(live, 1, "APPROVED"), Updates.set("entry.by.account", "editor"))),
                new Plant(
                        "approval",
                        "an approval of somebody without the role",
                        () -> collection("edition_log")
                                .updateOne(
                                        logEntry(live, 1, "APPROVED"),
                                        Updates.set("entry.by.roles", List.of("EDITOR")))),
                new Plant(
                        "evidence",
                        "an approval less",
                        () -> collection("edition_log").deleteOne(logEntry(live, 1, "APPROVED"))),
                new Plant(
                        "evidence",
                        "a stamp of another day",
                        () -> collection("edition_log")
                                .updateOne(
                                        logEntry(live, 1, "STAMPED"),
                                        Updates.set("entry.stamp.reviewDue", new Date(0)))),
                new Plant(
                        "revision",
                        "a revision with other words",
                        () -> collection("revisions")
                                .updateOne(first(live), Updates.set("content.summary", "Forged."))),
                new Plant(
                        "edition-log",
                        "a revision less",
                        () -> collection("revisions").deleteOne(first(live))),
                new Plant(
                        "contributors",
                        "a revision without contributors",
                        () -> collection("revisions").updateOne(first(live), Updates.set("contributors", List.of()))),
                new Plant(
                        "revision",
                        "a revision that nobody submitted",
                        () -> copy("revisions", first(live), live.id() + "#000003", Map.of())),
                new Plant(
                        "card",
                        "a card that says live of what is a draft",
                        () -> collection("guides")
                                .updateOne(Filters.eq("_id", draft.id()), Updates.set("state", "PUBLISHED"))),
                new Plant(
                        "card",
                        "a card that says more than its title",
                        () -> collection("guides")
                                .updateOne(Filters.eq("_id", live.id()), Updates.set("title", "Forged"))),
                new Plant("card", "a card less", () -> collection("guides").deleteOne(Filters.eq("_id", live.id()))),
                new Plant(
                        "card", "a log less", () -> collection("edition_log").deleteMany(logEntry(draft, 1, "OPENED"))),
                new Plant(
                        "working-copy",
                        "a working copy less",
                        () -> collection("working_copies").deleteOne(Filters.eq("_id", draft.id() + ".1"))),
                new Plant(
                        "working-copy",
                        "a working copy of no edition",
                        () -> copy("working_copies", Filters.eq("_id", draft.id() + ".1"), "nowhere.1", Map.of())),
                new Plant(
                        "comment",
                        "a comment on no guide",
                        () -> collection("comments")
                                .updateMany(Filters.empty(), Updates.set("comment.guide", "nowhere"))),
                new Plant(
                        "webhook",
                        "a webhook that was sent positions beyond the end",
                        () -> collection("webhooks")
                                .updateMany(Filters.empty(), Updates.set("webhook.position", 4711L))),
                new Plant(
                        "token",
                        "a token of no account",
                        () -> collection("tokens")
                                .updateOne(Filters.eq("account", "reviewer"), Updates.set("account", "nobody"))),
                new Plant(
                        "seal",
                        "an approval without a seal",
                        () -> collection("edition_log")
                                .updateOne(logEntry(live, 1, "APPROVED"), Updates.unset("signature"))),
                new Plant(
                        "seal",
                        "a draft with the words of somebody else",
                        () -> collection("working_copies")
                                .updateOne(
                                        Filters.eq("_id", draft.id() + ".1"),
                                        Updates.set("content.summary", "Forged."))),
                new Plant(
                        "audit",
                        "a record of the audit less",
                        () -> collection("audit").deleteOne(Filters.eq("action", "account-created"))),
                new Plant("process", "a process that drives nothing", () -> drivesProcess(draft, 1, "nowhere.1")),
                new Plant(
                        "process",
                        "two processes that drive one edition",
                        () -> drivesProcess(draft, 1, inReview.id() + ".2")));
    }

    @TestFactory
    Stream<DynamicTest> whatSomebodyChangesIsFound() {
        return damages()
                .map(plant -> DynamicTest.dynamicTest(plant.what(), () -> {
                    var before = new HashMap<String, List<Document>>();
                    COLLECTIONS.forEach(
                            name -> before.put(name, collection(name).find().into(new ArrayList<>())));
                    var driven = new JdbcTemplate(node.bean(DataSource.class))
                            .queryForList(
                                    "select ID_, BUSINESS_KEY_ from ACT_RU_EXECUTION where BUSINESS_KEY_ is not null");
                    plant.plant().run();
                    try {
                        var report = report();
                        assertThat(report.failure()).isNull();
                        assertThat(Stream.concat(report.violations().stream(), report.unfinished().stream())
                                        .map(Finding::rule))
                                .contains(plant.rule());
                    } finally {
                        before.forEach((name, rows) -> {
                            if (collection(name).find().into(new ArrayList<>()).equals(rows)) return;
                            collection(name).deleteMany(Filters.empty());
                            collection(name).insertMany(rows);
                        });
                        // the process of a guide that was withdrawn may have ended by itself
                        driven.forEach(row -> new JdbcTemplate(node.bean(DataSource.class))
                                .update(
                                        "update ACT_RU_EXECUTION set BUSINESS_KEY_ = ? where ID_ = ?",
                                        row.get("BUSINESS_KEY_"),
                                        row.get("ID_")));
                    }
                }));
    }

    @Test
    void onlyAdministratorsSeeTheReport() {
        collection("guides").updateOne(Filters.eq("_id", live.id()), Updates.set("title", "Forged"));
        try {
            var admin = Visitor.signedIn(node, "admin");
            admin.post("/studio/check", "/studio/check");
            assertThat(admin.get("/studio/check").body())
                    .contains("One violation.", "guide " + live.id(), "has a card that is not what its logs tell");
        } finally {
            collection("guides")
                    .updateOne(
                            Filters.eq("_id", live.id()),
                            Updates.set("title", Guides.content().get("title").asString()));
        }
        assertThat(Visitor.signedIn(node, "publisher").get("/studio/check").status())
                .isEqualTo(403);
    }
}
