// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Guides that are translations of one another: at most one in each locale, and one of them is the source of the others. The set is one
 * document, so that no two requests can break these rules.
 *
 * @param id the id of the guide that was the source when the set began; it stays when another guide becomes the source
 * @param source the id of the guide that the others are translated from
 * @param left the ids of guides that have left the set, until their cards and the ledger know it
 * @param settled whether the cards and the ledger have what this document says
 */
public record TranslationSet(String id, String source, List<Member> members, List<String> left, boolean settled) {
    public TranslationSet {
        members = List.copyOf(members);
        left = List.copyOf(left);
    }

    /** A guide of a set. */
    public record Member(String guide, String locale) {
        static Member of(Guide guide) {
            return new Member(guide.id(), guide.locale());
        }
    }

    static TranslationSet of(Guide source) {
        return new TranslationSet(source.id(), source.id(), List.of(Member.of(source)), List.of(), false);
    }

    public boolean has(String guide) {
        return members.stream().anyMatch(member -> member.guide().equals(guide));
    }

    /** The guide of a locale. */
    public Optional<String> in(String locale) {
        return members.stream()
                .filter(member -> member.locale().equals(locale))
                .map(Member::guide)
                .findFirst();
    }

    /** The language tags of all guides, and the shorter tags that each begins with: {@code de-DE} and {@code de}. */
    List<String> languages() {
        var all = new TreeSet<String>();
        for (var member : members)
            for (int end = member.locale().length();
                    end > 0;
                    end = member.locale().lastIndexOf('-', end - 1))
                all.add(member.locale().substring(0, end));
        return List.copyOf(all);
    }

    /** This set with another guide. Throws a refusal if it has a guide of this locale, or as many guides as a set may have. */
    TranslationSet with(Guide guide, int most) {
        var taken = in(guide.locale());
        if (taken.isPresent())
            throw Refusal.conflict(
                            "locale-taken",
                            "the guide has a translation in " + guide.locale() + " already: " + taken.get())
                    .raise();
        if (members.size() >= most)
            throw Refusal.conflict("too-many-translations", "a guide has at most " + most + " languages")
                    .raise();
        var all = new ArrayList<>(members);
        all.add(Member.of(guide));
        return new TranslationSet(
                id,
                source,
                all,
                left.stream().filter(other -> !other.equals(guide.id())).toList(),
                false);
    }

    /** This set without a guide. */
    TranslationSet without(String guide) {
        return new TranslationSet(
                id,
                source,
                members.stream().filter(member -> !member.guide().equals(guide)).toList(),
                Stream.concat(left.stream(), Stream.of(guide)).distinct().toList(),
                false);
    }

    TranslationSet sourcedBy(String guide) {
        return new TranslationSet(id, guide, members, left, false);
    }

    TranslationSet asSettled() {
        return new TranslationSet(id, source, members, List.of(), true);
    }

    TranslationSet asUnsettled() {
        return new TranslationSet(id, source, members, left, false);
    }
}
