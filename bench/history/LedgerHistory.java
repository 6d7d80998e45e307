// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import com.mongodb.client.MongoDatabase;
import dev.imprimatur.Imprimatur;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.publication.LedgerEntry.Kind;
import dev.imprimatur.store.NumberedIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a ledger with a long history into an empty data directory: guides that differ in their summary, and reviews of them in turn, all
 * of them chained and signed as the server does. There are no edition logs. Used by {@code bench/history/run}.
 */
final class LedgerHistory {
    private static final int BATCH = 1_000;

    private final MongoDatabase database;
    private final LedgerChain chain;
    private final List<LedgerRows.Row> pending = new ArrayList<>();
    private LedgerEntry last;

    private LedgerHistory(MongoDatabase database, LedgerChain chain, LedgerEntry last) {
        this.database = database;
        this.chain = chain;
        this.last = last;
    }

    /** Arguments: the number of guides, the number of entries, and the settings of the server. */
    public static void main(String[] arguments) {
        int guides = Integer.parseInt(arguments[0]);
        int entries = Integer.parseInt(arguments[1]);
        try (var server = SpringApplication.run(
                Imprimatur.class, List.of(arguments).subList(2, arguments.length).toArray(String[]::new))) {
            var database = server.getBean(MongoDatabase.class);
            var ledger = server.getBean(Ledger.class);
            var templates = ledger.after(0, BATCH).stream()
                    .filter(entry -> entry.kind() == Kind.PUBLISH)
                    .toList();
            new LedgerHistory(database, server.getBean(LedgerChain.class), ledger.last().orElseThrow())
                    .write(guides, entries, templates, server.getBean(PublishedContents.class));
        }
    }

    private void write(int guides, int entries, List<LedgerEntry> templates, PublishedContents stored) {
        var contents = stored.find(
                templates.stream().map(it -> NumberedIds.id(it.id(), it.revision())).toList());
        var live = new ArrayList<LedgerEntry>();
        var published = database.getCollection("published", PublishedContents.Row.class);
        var rows = new ArrayList<PublishedContents.Row>();
        for (int i = 0; i < guides; i++) {
            var template = templates.get(i % templates.size());
            var content = (ObjectNode) contents
                    .get(NumberedIds.id(template.id(), template.revision()))
                    .deepCopy();
            content.put("summary", content.path("summary").asString("") + " Number " + i + ".");
            String id = UUID.randomUUID().toString();
            String hash = ContentHash.of(content).value();
            rows.add(new PublishedContents.Row(NumberedIds.id(id, 1), hash, content));
            if (rows.size() == BATCH || i == guides - 1) {
                published.insertMany(rows);
                rows.clear();
            }
            var now = template.at().plusSeconds(i);
            live.add(append(LedgerEntry.of(
                    Kind.PUBLISH,
                    new LedgerEntry.Subject(id, template.type(), template.slug() + "-" + i, template.locale()),
                    new LedgerEntry.PublishedRevision(1, 1, hash, now, now),
                    template.review(),
                    null,
                    now,
                    LedgerEntry.Link.unsealed(last.position() + 1, last.hash()))));
        }
        for (int i = 0; last.position() < entries; i++) {
            var before = live.get(i % guides);
            var at = last.at().plus(Duration.ofSeconds(30));
            live.set(i % guides, append(before.next(Kind.RESTAMP, last.position() + 1, last.hash(), null, at)));
        }
        flush();
    }

    private LedgerEntry append(LedgerEntry unsealed) {
        last = chain.seal(unsealed.with(chain.sign(unsealed, unsealed.review())));
        pending.add(new LedgerRows.Row(last.position(), "history:" + last.position(), last, null));
        if (pending.size() == BATCH) flush();
        return last;
    }

    private void flush() {
        if (!pending.isEmpty())
            database.getCollection("ledger", LedgerRows.Row.class).insertMany(pending);
        pending.clear();
        if (last.position() % 50_000 < BATCH) System.out.println(Instant.now() + " written up to " + last.position());
    }
}
