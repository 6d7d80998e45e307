// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds who unpublished a guide and why. Templates use this bean as {@code @unpublications}. */
@Component("unpublications")
class Unpublications {
    private final Editions editions;
    private final LedgerReader ledger;
    /** Cached by guide and number of log entries, because an unpublication stays valid until the guide's log gets another entry. */
    private final Cache<Known, Optional<Unpublication>> known =
            Caffeine.newBuilder().maximumSize(1_000).build();

    Unpublications(Editions editions, LedgerReader ledger) {
        this.editions = editions;
        this.ledger = ledger;
    }

    private record Known(String guide, int entries) {}

    /**
     * Who unpublished a guide and why.
     *
     * @param redirectTo where readers are redirected to; null if they are not
     */
    record Unpublication(
            Instant at,
            String who,
            @Nullable String reason,
            @Nullable String redirectTo) {}

    /** Returns the last unpublication of a guide; null if the guide is published or never was. */
    public @Nullable Unpublication of(Guide guide) {
        if (guide.live() != null || guide.titleOf() == null) return null;
        return known.get(new Known(guide.id(), guide.entries()), key -> find(key.guide()))
                .orElse(null);
    }

    private Optional<Unpublication> find(String guide) {
        var redirect = ledger.lastOf(guide)
                .filter(entry -> entry.kind() == LedgerEntry.Kind.UNPUBLISH)
                .map(LedgerEntry::redirectTo);
        return editions.of(guide).reversed().stream()
                .map(Edition::log)
                .flatMap(log -> log.reversed().stream())
                .filter(entry -> entry.kind() == LogEntry.Kind.UNPUBLISHED)
                .findFirst()
                .map(entry -> new Unpublication(entry.at(), entry.by().name(), entry.message(), redirect.orElse(null)));
    }
}
