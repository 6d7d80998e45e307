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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
        Stream.concat(set.members().stream().map(TranslationSet.Member::guide), set.left().stream())
                .forEach(this::alignLedger);
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

    /** The name of the guide's set in the ledger; null if it is the id of the guide itself. */
    @Nullable
    String nameFor(String guide) {
        return sets.nameFor(guide);
    }

    /** The names of the sets of these guides, without those that are the id of the guide itself. */
    Map<String, String> namesFor(Collection<String> guides) {
        var names = new HashMap<String, String>();
        sets.of(guides).forEach((guide, set) -> {
            if (!set.id().equals(guide)) names.put(guide, set.id());
        });
        return names;
    }

    /** Puts guides into their sets if they have joined or left one while these entries were appended. */
    void alignLedger(Collection<LedgerEntry> entries) {
        var names = namesFor(entries.stream().map(LedgerEntry::id).toList());
        for (var entry : entries)
            if (!Objects.equals(entry.translationSet(), names.get(entry.id()))) alignLedger(entry.id());
    }

    void alignLedger(LedgerEntry entry) {
        alignLedger(List.of(entry));
    }

    private void alignLedger(String guide) {
        var last = ledger.lastOf(guide).filter(LedgerEntry::isLive).orElse(null);
        String name = sets.nameFor(guide);
        if (last == null || Objects.equals(last.translationSet(), name)) return;
        integrity.mustBeSound();
        try {
            ledger.append(causes(guide) + "after:" + last.position(), guide, (position, hash, before) -> Optional.ofNullable(
                            before)
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
