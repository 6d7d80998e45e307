// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.store.UniqueInsert;
import java.util.ArrayList;
import java.util.List;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.stereotype.Component;

/**
 * The list of keys that sign the ledger, kept in the store. The first node that ever starts creates the list. A node does not start if it
 * cannot verify the signatures of other nodes, or if other nodes could not verify its own.
 */
@Component
class SigningKeys {
    private static final String ID = "signing-keys";

    /** @param keys ids of keys (RFC 7638), in the order in which they came into use */
    public record Row(@BsonId String id, List<String> keys) {}

    private final MongoCollection<Row> rows;

    SigningKeys(MongoDatabase database, LedgerRows ledger, Signer signer) {
        this.rows = database.getCollection("signing_keys", Row.class);
        agree(signer, ledger);
    }

    /** Commits by inserting the document or by extending the list that was read. A node that loses a race reads the list again. */
    private void agree(Signer signer, LedgerRows ledger) {
        for (; ; ) {
            var row = rows.find(Filters.eq("_id", ID)).first();
            var keys = row == null ? signedBefore(ledger, signer) : row.keys();
            var unknown = keys.stream().filter(key -> !signer.knows(key)).toList();
            if (!unknown.isEmpty()) throw new Unknown(signer.keyId(), unknown);
            if (row != null && keys.contains(signer.keyId())) return;
            var next = new ArrayList<>(keys);
            if (!next.contains(signer.keyId())) next.add(signer.keyId());
            boolean agreed = row == null
                    ? UniqueInsert.insert(rows, new Row(ID, next))
                    : rows.updateOne(
                                            Filters.and(Filters.eq("_id", ID), Filters.size("keys", keys.size())),
                                            Updates.set("keys", next))
                                    .getMatchedCount()
                            == 1;
            if (agreed) return;
        }
    }

    /** Returns the keys named by the entries of a ledger that is older than this list; none if nothing was published yet. */
    private static List<String> signedBefore(LedgerRows ledger, Signer signer) {
        return ledger.after(0, Integer.MAX_VALUE).stream()
                .flatMap(stored -> signer.keyOf(stored.signature()).stream())
                .distinct()
                .toList();
    }

    /** Stops the start with a message that says what to do. */
    static final class Unknown extends RuntimeException {
        Unknown(String own, List<String> missing) {
            super("the ledger in this store is signed with " + (missing.size() == 1 ? "the key " : "the keys ")
                    + String.join(", ", missing)
                    + ", whose public halves this node does not have; this node would sign with "
                    + own);
        }
    }

    /** Explains to an operator why a node did not start. */
    static final class Analyzer extends AbstractFailureAnalyzer<Unknown> {
        @Override
        protected FailureAnalysis analyze(Throwable root, Unknown cause) {
            return new FailureAnalysis(
                    "This node was not started: " + cause.getMessage() + ".",
                    "If it is one of several nodes, give it their signing key with imprimatur.signing.key-file. If the key is to be"
                            + " changed, name the public halves of all keys before it with imprimatur.signing.retired-key-files."
                            + " See “Keys” in docs/operations.md.",
                    cause);
        }
    }
}
