// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.store.Decoding;
import dev.imprimatur.store.Failures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bson.RawBsonDocument;
import org.bson.codecs.Codec;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The collection of checkpoints. A node signs a checkpoint only after it has itself verified the ledger up to the checkpoint's end.
 * Checkpoints only save time: whatever is wrong with them, the ledger is read instead.
 */
@Component
class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
    /** With this many entries of new guides, a checkpoint stays below the 16 MB of a document. */
    private static final int MOST_ENTRIES = 20_000;

    private static final int FORMAT = 1;

    public record Row(@BsonId long from, long to, String previousHash, String hash, Binary entries, String signature) {
        private Checkpoint checkpoint() {
            return new Checkpoint(from, to, previousHash, hash, ByteBuffer.wrap(entries.getData()));
        }
    }

    private final MongoCollection<Row> rows;
    private final Codec<Row> codec;
    private final Signer signer;
    private final JsonMapper json;
    private final int every;

    /** @param every how many entries a checkpoint has, {@code imprimatur.ledger.checkpoint-every}; 0 for no checkpoints */
    Checkpoints(
            MongoDatabase database,
            Signer signer,
            JsonMapper json,
            @Value("${imprimatur.ledger.checkpoint-every:10000}") int every) {
        if (every < 0 || every > MOST_ENTRIES)
            throw new IllegalArgumentException("imprimatur.ledger.checkpoint-every is between 0 and " + MOST_ENTRIES);
        this.rows = database.getCollection("ledger_checkpoints", Row.class);
        this.codec = rows.getCodecRegistry().get(Row.class);
        this.signer = signer;
        this.json = json;
        this.every = every;
    }

    /** How many entries a complete checkpoint has; 0 if checkpoints are neither read nor written. */
    int every() {
        return every;
    }

    /** Returns the checkpoints that this server has signed and that follow each other from the beginning of the ledger. */
    List<Checkpoint> read() {
        if (every == 0) return List.of();
        var signed = new ArrayList<Checkpoint>();
        Decoding.each(
                rows,
                (from, row) -> row.filter(this::isSigned)
                        .map(Row::checkpoint)
                        .ifPresentOrElse(
                                signed::add,
                                () -> isIgnored(from, "it cannot be read or is not signed with this node’s key")));
        signed.sort((one, other) -> Long.compare(one.from(), other.from()));
        var consecutive = Checkpoint.consecutive(signed);
        if (consecutive.size() < signed.size())
            isIgnored(signed.get(consecutive.size()).from(), "it does not follow the checkpoint before");
        return consecutive;
    }

    /** @param why as the rest of a sentence */
    void isIgnored(Object from, String why) {
        log.warn("the checkpoint of the publication ledger that begins at position {} is ignored: {}", from, why);
    }

    private boolean isSigned(Row row) {
        return signer.keyOf(row.signature()).equals(Optional.of(signer.keyId()))
                && signer.verifies(row.signature(), claim(row.checkpoint()));
    }

    /** Signs and stores the checkpoint in place of another one that begins at the same position. */
    void write(Checkpoint checkpoint) {
        var place = Filters.eq("_id", checkpoint.from());
        var row = new Row(
                checkpoint.from(),
                checkpoint.to(),
                checkpoint.previousHash(),
                checkpoint.hash(),
                new Binary(checkpoint.bytes()),
                signer.sign(claim(checkpoint)));
        // another node may have stored the same
        var stored = Optional.ofNullable(rows.withDocumentClass(RawBsonDocument.class)
                        .find(place)
                        .first())
                .flatMap(document -> Decoding.of(document, codec));
        if (stored.filter(row::equals).isPresent()) return;
        replace(place, row);
        log.info("the publication ledger has a checkpoint of the entries {} to {}", checkpoint.from(), checkpoint.to());
    }

    /** Of two nodes that insert a checkpoint at the same time, the store refuses one, which then replaces the other’s. */
    private void replace(Bson place, Row row) {
        try {
            rows.replaceOne(place, row, new ReplaceOptions().upsert(true));
        } catch (MongoException inserted) {
            if (!Failures.isDuplicateKey(inserted)) throw inserted;
            rows.replaceOne(place, row);
        }
    }

    private JsonNode claim(Checkpoint checkpoint) {
        return json.createObjectNode()
                .put("purpose", "ledger-checkpoint")
                .put("format", FORMAT)
                .put("from", checkpoint.from())
                .put("to", checkpoint.to())
                .put("previousHash", checkpoint.previousHash())
                .put("hash", checkpoint.hash())
                .put("entries", HexFormat.of().formatHex(Sha256.of(checkpoint.bytes())));
    }
}
