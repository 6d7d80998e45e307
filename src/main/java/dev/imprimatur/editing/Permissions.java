// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.history.Edition;
import dev.imprimatur.people.Grant;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Decides whether a person may do something with a guide: whether a role that the act needs covers the guide. Every act of the API and the
 * studio that changes a guide asks here. A grant by tag looks at the tags of the revision that was published last. If nothing was ever
 * published, it looks at the tags of the revision that is under review, or else at those of the draft, before and after a change, so that
 * nobody gains access by a change of tags.
 */
@Component
public class Permissions {
    public static final String EDITOR = "EDITOR";
    public static final String REVIEWER = "REVIEWER";
    public static final String PUBLISHER = "PUBLISHER";

    private final Guides guides;
    private final Editions editions;

    Permissions(Guides guides, Editions editions) {
        this.guides = guides;
        this.editions = editions;
    }

    /** Whether the person may read guides: with any role, all of them. Roles limit what people do, not what they read. */
    public boolean mayRead(Person who) {
        return !who.roles().isEmpty();
    }

    /** Whether one of the roles of the person covers the guide. */
    public boolean allows(Person by, Guide guide, String... anyOf) {
        return isSystem(by) || covers(by, guide, tags(by, guide, anyOf), anyOf);
    }

    /** Whether one of the roles of the person covers the guide according to this card, for lists; an act asks {@link #mustAllow}. */
    public boolean allowsByCard(Person by, Guide guide, String... anyOf) {
        return guide.tags() == null ? allows(by, guide, anyOf) : covers(by, guide, guide.tags(), anyOf);
    }

    /** Throws a refusal unless one of these roles of the person covers the guide. */
    public void mustAllow(Person by, Guide guide, String... anyOf) {
        if (!allows(by, guide, anyOf))
            throw refusal(by, guide.type(), guide.locale(), anyOf).raise();
    }

    /** Throws a refusal unless the person, as an editor, may bring back the deleted guide with this card. */
    public void mustAllowDeleted(Person by, Guide card) {
        if (!isSystem(by) && !allowsDeleted(by, card))
            throw refusal(by, card.type(), card.locale(), EDITOR).raise();
    }

    /** Whether the person, as an editor, may bring back the deleted guide with this card. */
    public boolean allowsDeleted(Person by, Guide card) {
        return covers(by, card, Objects.requireNonNullElse(card.tags(), List.of()), EDITOR);
    }

    /** Throws a refusal unless the person, as an editor, may have a draft with this content in this locale. */
    public void mustAllowNew(Person by, String type, String locale, JsonNode content) {
        if (!isSystem(by) && !isCovered(by, type, locale, tagsIn(content), EDITOR))
            throw refusal(by, type, locale, EDITOR).raise();
    }

    /** Throws a refusal unless one of these roles covers the draft both before and after a change. Drafts of published guides pass. */
    void mustAllowChange(Person by, Guide guide, JsonNode before, JsonNode after, String... anyOf) {
        if (isSystem(by) || guide.wasPublished() || !isByTag(by, anyOf)) return;
        if (!covers(by, guide, tagsIn(before), anyOf) || !covers(by, guide, tagsIn(after), anyOf))
            throw refusal(by, guide.type(), guide.locale(), anyOf).raise();
    }

    private static boolean isSystem(Person by) {
        return by.account().equals(Person.SYSTEM.account());
    }

    private static boolean covers(Person by, Guide guide, Collection<String> tags, String... anyOf) {
        return isCovered(by, guide.type(), guide.locale(), tags, anyOf);
    }

    private static boolean isCovered(Person by, String type, String locale, Collection<String> tags, String... anyOf) {
        for (String role : anyOf) if (by.has(role, type, locale, tags)) return true;
        return false;
    }

    private static boolean isByTag(Person by, String... anyOf) {
        for (String role : anyOf)
            if (by.has(role) && by.grants(role).stream().anyMatch(Grant::looksAtTags)) return true;
        return false;
    }

    /** The tags of the guide; read from the store if a grant depends on them, because a card that this node remembers may be outdated. */
    private Collection<String> tags(Person by, Guide guide, String... anyOf) {
        if (!isByTag(by, anyOf)) return List.of();
        var stored = guides.stored(guide.id());
        if (stored.isPresent() && stored.get().tags() == null) {
            // a card of a release that stored no tags
            editions.refreshCard(guide.id());
            stored = guides.stored(guide.id());
        }
        if (stored.isEmpty()) return List.of();
        // a draft may differ from the revision that is under review
        return tagsUnderReview(stored.get())
                .orElse(Objects.requireNonNullElse(stored.get().tags(), List.of()));
    }

    /** The tags of the revision that is under review or approved, if nothing was ever published. */
    private Optional<List<String>> tagsUnderReview(Guide stored) {
        if (stored.wasPublished()) return Optional.empty();
        var edition = editions.get(stored.current());
        return edition.state() == Edition.State.DRAFT
                ? Optional.empty()
                : editions.submittedContent(edition).map(Permissions::tagsIn);
    }

    /** The tags in the content. */
    static List<String> tagsIn(JsonNode content) {
        return content.path("tags").values().stream()
                .flatMap(tag -> tag.asStringOpt().stream())
                .toList();
    }

    private static Refusal refusal(Person by, String type, String locale, String... anyOf) {
        var held = new TreeSet<String>();
        for (String role : anyOf) if (by.has(role)) held.add(role);
        String needed = words(Set.of(anyOf), " or ");
        String detail = held.isEmpty()
                ? "this needs the role " + needed
                : "this needs the role " + needed + " for this guide, which is a " + type + " in " + locale
                        + "; your role is limited to "
                        + held.stream()
                                .flatMap(role -> by.grants(role).stream())
                                .map(Grant::words)
                                .distinct()
                                .collect(Collectors.joining(", or to "));
        return new Refusal(
                Refusal.Kind.FORBIDDEN,
                held.isEmpty() ? "wrong-role" : "out-of-scope",
                detail,
                List.of(),
                Map.of(
                        "roles",
                        List.copyOf(new TreeSet<>(Set.of(anyOf))),
                        "scope",
                        Map.of("type", type, "locale", locale)));
    }

    private static String words(Set<String> roles, String between) {
        return roles.stream()
                .map(role -> role.toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(between));
    }
}
