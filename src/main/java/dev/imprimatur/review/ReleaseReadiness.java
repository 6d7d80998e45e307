// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Requirement;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.review.Release.Action;
import dev.imprimatur.review.Release.Item;
import dev.imprimatur.review.Releases.Checked;
import dev.imprimatur.review.Releases.IncludedGuide;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says which guides of a release are ready, and what the others lack. */
@Component
class ReleaseReadiness {
    private final ReleaseStore store;
    private final Guides guides;
    private final Editions editions;
    private final Publication publication;
    private final LedgerReader reader;
    private final Workflows workflows;
    private final ContentTypes types;

    ReleaseReadiness(
            ReleaseStore store,
            Guides guides,
            Editions editions,
            Publication publication,
            LedgerReader reader,
            Workflows workflows,
            ContentTypes types) {
        this.store = store;
        this.guides = guides;
        this.editions = editions;
        this.publication = publication;
        this.reader = reader;
        this.workflows = workflows;
        this.types = types;
    }

    /** The guides of a release, each with what is missing. */
    List<Checked> of(Release release) {
        var entries = release.entries();
        if (entries != null)
            return published(entries).stream()
                    .map(guide -> new Checked(guide, null))
                    .toList();
        var items = store.itemsOf(release.id());
        var cards = guides.find(items.stream().map(Item::guide).toList());
        var redirects = redirects(items, cards);
        return items.stream()
                .map(item -> {
                    var checked = checked(item, cards.get(item.guide()));
                    return checked.missing() == null && isInCircle(item, cards.get(item.guide()), redirects)
                            ? new Checked(
                                    checked.included(),
                                    "its redirect leads back to itself through other guides that the release unpublishes; send readers somewhere else")
                            : checked;
                })
                .toList();
    }

    /** Where the release sends readers, by the address of the unpublished guide. */
    private static Map<String, String> redirects(List<Item> items, Map<String, Guide> cards) {
        var redirects = new HashMap<String, String>();
        for (var item : items) {
            var card = cards.get(item.guide());
            if (card != null && item.redirectTo() != null)
                redirects.put(address(card, card.slug()), address(card, item.redirectTo()));
        }
        return redirects;
    }

    private static String address(Guide guide, String slug) {
        return guide.type() + " " + guide.locale() + " " + slug;
    }

    private static boolean isInCircle(Item item, @Nullable Guide card, Map<String, String> redirects) {
        if (card == null || item.redirectTo() == null) return false;
        String own = address(card, card.slug());
        String at = redirects.get(own);
        for (int hop = 0; at != null && hop < redirects.size(); hop++) {
            if (at.equals(own)) return true;
            at = redirects.get(at);
        }
        return false;
    }

    /** The guides of a release, as they are now. */
    List<IncludedGuide> included(Release release) {
        var entries = release.entries();
        if (entries != null) return published(entries);
        var items = store.itemsOf(release.id());
        var cards = guides.find(items.stream().map(Item::guide).toList());
        return items.stream()
                .map(item -> included(item, cards.get(item.guide())))
                .toList();
    }

    private static IncludedGuide included(Item item, @Nullable Guide card) {
        var edition = item.edition();
        int number = card == null ? 0 : edition == null ? card.edition() : edition;
        return new IncludedGuide(item.guide(), item.action(), card, number);
    }

    /** One guide of a release that is not published yet. */
    Checked of(Item item) {
        return checked(item, guides.find(List.of(item.guide())).get(item.guide()));
    }

    private List<IncludedGuide> published(LedgerEntry.Release entries) {
        var all = reader.of(entries);
        var cards = guides.find(all.stream().map(LedgerEntry::id).toList());
        return all.stream()
                .map(entry -> new IncludedGuide(
                        entry.id(),
                        entry.isLive() ? Action.PUBLISH : Action.UNPUBLISH,
                        cards.get(entry.id()),
                        entry.edition()))
                .toList();
    }

    private Checked checked(Item item, @Nullable Guide card) {
        if (card == null) return new Checked(included(item, null), "the guide was deleted; take it out of the release");
        var edition = item.edition();
        if (edition != null) {
            var live = card.live();
            String missing = live == null || live.edition() != edition
                    ? "edition " + edition
                            + " is not published any more; take the guide out of the release or add it again"
                    : null;
            return new Checked(included(item, card), missing);
        }
        var latest = editions.of(item.guide()).getLast();
        return new Checked(
                new IncludedGuide(item.guide(), item.action(), card, latest.id().number()),
                missing(card, latest, item));
    }

    private @Nullable String missing(Guide card, Edition edition, Item item) {
        if (!item.release().equals(edition.schedule().release()))
            return edition.state().isInProgress()
                    ? "edition " + edition.id().number() + " is not in the release; add the guide again"
                    : "edition " + edition.id().number() + " is "
                            + edition.state().apiName() + "; take the guide out of the release or add its next edition";
        return switch (edition.state()) {
            case DRAFT -> "edition " + edition.id().number() + " is not submitted yet";
            case IN_REVIEW -> "edition " + edition.id().number() + " is under review and needs " + approvals(edition);
            default -> {
                String waiting = waiting(card, edition);
                yield waiting == null ? refusal(edition.id()) : waiting;
            }
        };
    }

    /** The tasks behind the last approval that come before the publication; null if there are none. */
    private @Nullable String waiting(Guide card, Edition edition) {
        var workflow = workflows.of(types.require(card.type()), edition);
        if (workflow.isAtPublication(edition)) return null;
        return workflow.openTasks(edition).stream()
                .map(Workflow.Step::name)
                .reduce((one, other) -> one + "” and “" + other)
                .map(names -> "edition " + edition.id().number() + " waits for “" + names + "”")
                .orElse(null);
    }

    /** The approvals that are missing, and the groups of which somebody has to be among those who give them. */
    private static String approvals(Edition edition) {
        int missing = edition.approvalsMissing();
        String groups = edition.openRequirements().stream()
                .map(Requirement::group)
                .distinct()
                .map(group -> "somebody of the group " + group)
                .collect(Collectors.joining(" and "));
        return missing
                + (missing == 1 ? " more approval" : " more approvals")
                + (groups.isEmpty() ? "" : (missing == 1 ? ", by " : ", among them by ") + groups);
    }

    private @Nullable String refusal(EditionId edition) {
        try {
            publication.mustBePublishable(edition);
            return null;
        } catch (Refused refused) {
            if (refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
            return refused.refusal().detail();
        }
    }
}
