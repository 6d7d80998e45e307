// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.review.Release.Action;
import dev.imprimatur.review.Release.Item;
import dev.imprimatur.review.Release.State;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Publishes a release in the ledger. Any node can complete what another has begun. */
@Component
class ReleasePublication {
    private final ReleaseStore store;
    private final Editions editions;
    private final Publication publication;
    private final Clock clock;

    ReleasePublication(ReleaseStore store, Editions editions, Publication publication, Clock clock) {
        this.store = store;
        this.editions = editions;
        this.publication = publication;
        this.clock = clock;
    }

    /**
     * Publishes a release that somebody has decided to publish. First each edition is claimed in its log, so that it can neither be edited
     * nor taken out; then the ledger gets all entries at once; then the release is marked as published. Each step can be repeated.
     */
    Release commit(String id) {
        var release = store.find(id)
                .orElseThrow(() -> Refusal.missing("there is no release " + id).raise());
        if (release.state() != State.PUBLISHING) return release;
        var items = store.itemsOf(id);
        var published = items.stream()
                .filter(item -> item.action() == Action.PUBLISH)
                .flatMap(item -> claimed(item).stream())
                .toList();
        var entries = publication.publishRelease(id, published, withdrawals(items));
        return store.published(id, entries.orElse(null), clock.instant())
                .or(() -> store.find(id))
                .orElseThrow();
    }

    /** Claims the edition for the release; empty if somebody took it out before the release was being published. */
    private Optional<EditionId> claimed(Item item) {
        var latest = editions.of(item.guide()).getLast();
        if (!item.release().equals(latest.schedule().release())) return Optional.empty();
        var claimed = editions.publicationDue(latest.id(), item.release());
        return claimed.state() == Edition.State.APPROVED ? Optional.of(claimed.id()) : Optional.empty();
    }

    private static List<Publication.Withdrawal> withdrawals(List<Item> items) {
        var withdrawals = new ArrayList<Publication.Withdrawal>();
        for (var item : items) {
            var edition = item.edition();
            if (item.action() == Action.UNPUBLISH && edition != null)
                withdrawals.add(new Publication.Withdrawal(new EditionId(item.guide(), edition), item.redirectTo()));
        }
        return withdrawals;
    }
}
