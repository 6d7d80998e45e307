// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Publication;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Why readers no longer see a guide. The templates know it as {@code @withdrawals}. */
@Component("withdrawals")
class Withdrawals {
    private final Editions editions;
    private final Publication publication;
    /** What was taken from readers stays so until something is logged of the guide. */
    private final Cache<Known, Optional<Withdrawal>> known =
            Caffeine.newBuilder().maximumSize(1_000).build();

    Withdrawals(Editions editions, Publication publication) {
        this.editions = editions;
        this.publication = publication;
    }

    private record Known(String guide, int entries) {}

    /**
     * Who took a guide from readers and why.
     *
     * @param redirectTo where readers are sent instead, if anywhere
     */
    record Withdrawal(
            Instant at,
            String who,
            @Nullable String reason,
            @Nullable String redirectTo) {}

    /** The last withdrawal of a guide that readers saw and see no longer; null for every other guide. */
    public @Nullable Withdrawal of(Guide guide) {
        if (guide.live() != null || guide.titleOf() == null) return null;
        return known.get(new Known(guide.id(), guide.entries()), key -> find(key.guide()))
                .orElse(null);
    }

    private Optional<Withdrawal> find(String guide) {
        var redirect = publication
                .lastOf(guide)
                .filter(entry -> entry.kind() == LedgerEntry.Kind.UNPUBLISH)
                .map(LedgerEntry::redirectTo);
        return editions.of(guide).reversed().stream()
                .map(Edition::log)
                .flatMap(log -> log.reversed().stream())
                .filter(entry -> entry.kind() == LogEntry.Kind.UNPUBLISHED)
                .findFirst()
                .map(entry -> new Withdrawal(entry.at(), entry.by().name(), entry.message(), redirect.orElse(null)));
    }
}
