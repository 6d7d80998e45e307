// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.TranslationSet;
import dev.imprimatur.editing.TranslationSets;
import dev.imprimatur.editing.Translations;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Which published guides are translations of one another. Sites know it from the ledger alone: each entry names the set of its guide. If a
 * guide that is published joins or leaves a set, an entry of its own says so.
 */
@Component
public class TranslationLinks {
    private static final String NOT_LIVE = "not-live";

    private final TranslationSets sets;
    private final Translations translations;
    private final Permissions permissions;
    private final Ledger ledger;
    private final Integrity integrity;
    private final Clock clock;

    TranslationLinks(
            TranslationSets sets,
            Translations translations,
            Permissions permissions,
            Ledger ledger,
            Integrity integrity,
            Clock clock) {
        this.sets = sets;
        this.translations = translations;
        this.permissions = permissions;
        this.ledger = ledger;
        this.integrity = integrity;
        this.clock = clock;
    }

    /** How the causes of the entries begin that put a guide into another set. */
    static String causes(String guide) {
        return "link:" + guide + ":";
    }

    /** Throws a refusal if the guide is published and the person is no publisher, who decides what sites read. */
    public void mayChange(Guide guide, Person by) {
        integrity.mustBeSound();
        if (ledger.lastOf(guide.id()).filter(LedgerEntry::isLive).isEmpty()) return;
        if (!by.has(Permissions.PUBLISHER))
            throw Refusal.forbidden(
                            "publisher-only",
                            "the guide is published, so a publisher decides which translations sites show beside it")
                    .raise();
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
    }

    /** Whether the person may change which guides this one is linked with. */
    public boolean allowsChange(Guide guide, Person by) {
        return permissions.allows(by, guide, Permissions.PUBLISHER)
                || guide.live() == null && permissions.allows(by, guide, Permissions.EDITOR);
    }

    /** Brings the cards and the ledger in line with a set. It can be repeated, and two nodes may do it at once. */
    public void settle(TranslationSet set) {
        translations.settleCards(set);
        align(Stream.concat(set.members().stream().map(TranslationSet.Member::guide), set.left().stream())
                .collect(Collectors.toSet()));
        sets.settle(set);
    }

    /** Completes the changes that a crash interrupted. */
    public void completeInterrupted() {
        for (var set : sets.unsettled())
            try {
                settle(set);
            } catch (Refused refused) {
                if (refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
            }
    }

    /**
     * The names of the sets of guides that are about to be published, by guide. A guide has none if its set has the id of the guide itself,
     * or if readers know no other guide of the set: nothing tells them of a guide that was never published.
     */
    Map<String, String> namesFor(Collection<Guide> published) {
        var linked = linked(published);
        return linked.isEmpty()
                ? Map.of()
                : names(
                        sets.of(linked),
                        linked,
                        published.stream().map(Guide::id).toList());
    }

    /** The ids of those guides whose cards name a set. If another node has just written the card, {@code Editions} notices it later. */
    private static Set<String> linked(Collection<Guide> guides) {
        return guides.stream()
                .filter(guide -> guide.translation() != null)
                .map(Guide::id)
                .collect(Collectors.toSet());
    }

    /** @param known the ids of guides that readers know, or are about to know, beside those in the ledger */
    private Map<String, String> names(
            Map<String, TranslationSet> setsOf, Collection<String> guides, Collection<String> known) {
        if (setsOf.isEmpty()) return Map.of();
        var all = new HashSet<>(known);
        all.addAll(ledger.lastOf(setsOf.keySet()).keySet());
        var names = new HashMap<String, String>();
        for (String guide : guides) {
            var set = setsOf.get(guide);
            if (set == null || set.id().equals(guide)) continue;
            boolean isNamed = set.members().stream()
                    .map(TranslationSet.Member::guide)
                    .anyMatch(other -> !other.equals(guide) && all.contains(other));
            if (isNamed) names.put(guide, set.id());
        }
        return names;
    }

    /** Lets the ledger name the sets of guides and of the others in these sets, if entries that were just appended do not. */
    void alignLedger(Collection<Guide> published, Collection<LedgerEntry> entries) {
        var linked = linked(published);
        for (var entry : entries) if (entry.translationSet() != null) linked.add(entry.id());
        if (linked.isEmpty()) return;
        linked.addAll(sets.of(linked).keySet());
        align(linked);
    }

    private void align(Set<String> guides) {
        var setsOf = sets.of(guides);
        var last = ledger.lastOf(guides);
        var names = names(setsOf, guides, Set.of());
        for (var entry : last.values())
            if (entry.isLive() && !Objects.equals(entry.translationSet(), names.get(entry.id())))
                append(entry, names.get(entry.id()));
    }

    private void append(LedgerEntry last, @Nullable String name) {
        integrity.mustBeSound();
        try {
            ledger.append(
                    causes(last.id()) + "after:" + last.position(),
                    last.id(),
                    (position, hash, before) -> Optional.ofNullable(before)
                            .filter(LedgerEntry::isLive)
                            .orElseThrow(() -> Refusal.conflict(NOT_LIVE, "the guide is unpublished")
                                    .raise())
                            .linked(name, position + 1, hash, clock.instant()));
        } catch (Refused refused) {
            // unpublished meanwhile: its next publication names the set
            if (!refused.refusal().name().equals(NOT_LIVE)) throw refused;
        }
    }
}
