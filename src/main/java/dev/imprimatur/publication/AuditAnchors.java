// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.publication.LedgerRows.Stored;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.signing.Signer;
import dev.imprimatur.store.Failures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Anchors the audit in the ledger. Every ledger entry is stored with an anchor, and the anchor of the last entry is renewed regularly. The
 * anchors reveal an audit whose last records were cut off.
 */
@Component
public class AuditAnchors {
    private static final Logger log = LoggerFactory.getLogger(AuditAnchors.class);
    private static final int BATCH = 500;

    private final LedgerRows rows;
    private final Audit audit;
    private final Signer signer;
    private final Damages damages;
    private final Clock clock;
    private final Duration every;

    /** @param every the greatest age of the last anchor, {@code imprimatur.audit.anchor-every} */
    AuditAnchors(
            LedgerRows rows,
            Audit audit,
            Signer signer,
            Damages damages,
            Clock clock,
            @Value("${imprimatur.audit.anchor-every:24h}") Duration every) {
        this.rows = rows;
        this.audit = audit;
        this.signer = signer;
        this.damages = damages;
        this.clock = clock;
        this.every = every;
    }

    /** Returns the anchor to store with a new entry; null if the audit has no records yet. */
    @Nullable
    AuditAnchor of(LedgerEntry entry) {
        return audit.head()
                .map(head -> anchor(entry.position(), entry.hash(), head))
                .orElse(null);
    }

    private AuditAnchor anchor(long ledgerPosition, String ledgerHash, Audit.Head head) {
        var now = clock.instant();
        return new AuditAnchor(
                head.position(),
                head.hash(),
                now,
                signer.sign(claim(ledgerPosition, ledgerHash, head.position(), head.hash(), now)));
    }

    private static JsonNode claim(long ledgerPosition, String ledgerHash, long position, String hash, Instant at) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("anchors", "audit")
                .put("ledgerPosition", ledgerPosition)
                .put("ledgerHash", ledgerHash)
                .put("position", position)
                .put("hash", hash)
                .put("at", at.toString());
    }

    /** Verifies the audit and renews the last anchor when the anchor is due. After an outage, the next run tries again. */
    @Scheduled(initialDelayString = "1m", fixedDelayString = "${imprimatur.audit.anchor-looks:10m}")
    void renewIfDueUnlessAway() {
        try {
            renewIfDue();
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.warn("the audit could not be anchored now and is anchored later: {}", failed.toString());
        }
    }

    /** Verifies the audit and renews the last anchor, if the anchor is older than the greatest age. */
    void renewIfDue() {
        var last = rows.last();
        if (last.isEmpty() || last.get().hash() == null) return;
        var anchor = last.get().anchor();
        if (anchor != null && anchor.at().plus(every).isAfter(clock.instant())) return;
        // never anchor an audit that was cut off as if it were complete
        if (!verify().broken().isEmpty()) return;
        audit.lastHead()
                .map(head -> anchor(
                        last.get().position(), Objects.requireNonNull(last.get().hash()), head))
                .ifPresent(renewed -> rows.anchor(last.get().position(), renewed));
    }

    /** Returns the anchor of the last ledger entry if the anchor is signed; empty otherwise. */
    public Optional<AuditAnchor> last() {
        return rows.last().filter(row -> fault(row) == null).map(Stored::anchor);
    }

    /** Verifies the whole audit, and checks that the audit holds the records that the anchors in the ledger name. */
    public Audit.Verification verify() {
        var verification = audit.verify();
        var broken = new ArrayList<>(verification.broken());
        long position = 0;
        boolean anchored = false;
        List<Stored> stored;
        do {
            stored = rows.after(position, BATCH);
            if (stored.isEmpty()) break;
            var hashes = audit.hashes(stored.stream()
                    .map(Stored::anchor)
                    .filter(Objects::nonNull)
                    .map(AuditAnchor::position)
                    .distinct()
                    .toList());
            for (var row : stored) {
                position = row.position();
                var anchor = row.anchor();
                String fault = anchor == null ? anchored ? "has lost its anchor" : null : fault(row);
                if (fault == null && anchor != null && !anchor.hash().equals(hashes.get(anchor.position())))
                    fault = "anchors record " + anchor.position() + " of the audit, which is missing or was changed";
                anchored |= anchor != null;
                if (fault != null) broken.add("entry " + row.position() + " of the publication ledger " + fault);
            }
        } while (stored.size() == BATCH);
        if (broken.isEmpty()) damages.right(Damage.Kind.AUDIT, "audit");
        else damages.found(Audit.damage(broken.getFirst()));
        return new Audit.Verification(
                verification.records(), verification.position(), verification.hash(), List.copyOf(broken));
    }

    private @Nullable String fault(Stored row) {
        var anchor = row.anchor();
        if (anchor == null || row.hash() == null) return "has no anchor";
        boolean signed = signer.verifies(
                anchor.signature(), claim(row.position(), row.hash(), anchor.position(), anchor.hash(), anchor.at()));
        return signed ? null : "has an anchor that is not signed by a known key";
    }
}
