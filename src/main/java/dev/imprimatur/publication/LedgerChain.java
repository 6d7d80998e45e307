// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.content.CanonicalJson;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.signing.Signer;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Seals and checks ledger entries: chains each entry to the hash of the previous one, and signs the entry and its review. */
@Component
class LedgerChain {
    static final String GENESIS = "0".repeat(64);

    private final Signer signer;
    private final JsonMapper json;

    LedgerChain(Signer signer, JsonMapper json) {
        this.signer = signer;
        this.json = json;
    }

    /** Returns the entry with its hash and signature. */
    LedgerEntry seal(LedgerEntry unsealed) {
        String hash = hash(unsealed);
        return unsealed.sealed(hash, signer.sign(signedPayload(unsealed.position(), hash)));
    }

    /** Checks an entry against the position and hash of the previous one. Returns what is wrong; empty if the entry is right. */
    Optional<String> broken(LedgerEntry entry, long previousPosition, String previousHash) {
        if (entry.position() != previousPosition + 1) return Optional.of("does not follow " + previousPosition);
        // check the hash first: an entry that lacks a field has another hash
        if (!hash(entry).equals(entry.hash())) return Optional.of("does not have the hash that it states");
        if (!entry.previousHash().equals(previousHash))
            return Optional.of("does not state the hash of the entry before");
        if (!isSigned(entry.position(), entry.hash(), entry.signature()))
            return Optional.of("is not signed by a known key");
        var review = entry.review();
        if (review != null && !isSigned(entry, review))
            return Optional.of("carries a review that is not signed by a known key");
        return Optional.empty();
    }

    private boolean isSigned(LedgerEntry entry, LedgerEntry.Review review) {
        return signer.verifies(review.signature(), reviewPayload(entry, review))
                && review.reviewedParts().entrySet().stream()
                        .allMatch(part -> signer.verifies(
                                part.getValue().signature(), partPayload(entry, part.getKey(), part.getValue())));
    }

    /** Whether a key of this server signed this hash for this position. */
    boolean isSigned(long position, @Nullable String hash, @Nullable String signature) {
        return hash != null && signature != null && signer.verifies(signature, signedPayload(position, hash));
    }

    /** Returns a fingerprint of the entry. Two entries have the same fingerprint only if their canonical JSON is the same. */
    Fingerprint fingerprint(LedgerEntry entry) {
        return Fingerprint.from(ByteBuffer.wrap(Sha256.of(CanonicalJson.bytes(json.valueToTree(entry)))));
    }

    /** Returns the review with its own signature and those of its parts, so that a site can verify them without the ledger. */
    LedgerEntry.Review sign(LedgerEntry entry, LedgerEntry.Review review) {
        return review.withParts((pointer, part) -> part.signedAs(signer.sign(partPayload(entry, pointer, part))))
                .signedAs(signer.sign(reviewPayload(entry, review)));
    }

    private String hash(LedgerEntry entry) {
        ObjectNode tree = json.valueToTree(entry);
        tree.remove(List.of("hash", "signature"));
        return HexFormat.of().formatHex(Sha256.of(CanonicalJson.bytes(tree)));
    }

    private JsonNode signedPayload(long position, String hash) {
        return json.createObjectNode().put("position", position).put("hash", hash);
    }

    private JsonNode reviewPayload(LedgerEntry entry, LedgerEntry.Review review) {
        var payload = published(entry)
                .put("lastReviewed", review.lastReviewed().toString())
                .put("reviewDue", review.reviewDue().toString())
                .put("origin", review.origin());
        payload.set("reviewedBy", json.valueToTree(review.reviewedBy()));
        var signatures = review.signatures();
        // reviews from before decisions were signed keep their payload, so that their signatures stay valid
        if (signatures != null) payload.set("signatures", json.valueToTree(signatures));
        return payload;
    }

    /** What is signed of the review of a part: the same as of the whole, and the pointer of the part. */
    private JsonNode partPayload(LedgerEntry entry, String pointer, LedgerEntry.Part part) {
        var payload = published(entry)
                .put("pointer", pointer)
                .put("lastReviewed", part.lastReviewed().toString())
                .put("reviewDue", part.reviewDue().toString())
                .put("origin", part.origin());
        payload.set("reviewedBy", json.valueToTree(part.reviewedBy()));
        if (part.signatures() != null) payload.set("signatures", json.valueToTree(part.signatures()));
        return payload;
    }

    private ObjectNode published(LedgerEntry entry) {
        return json.createObjectNode()
                .put("id", entry.id())
                .put("type", entry.type())
                .put("slug", entry.slug())
                .put("locale", entry.locale())
                .put("edition", entry.edition())
                .put("revision", entry.revision())
                .put("contentHash", entry.contentHash());
    }
}
