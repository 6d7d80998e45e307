// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Reason;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.review.Release.Action;
import dev.imprimatur.review.Release.Item;
import dev.imprimatur.review.Release.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;

/**
 * What publishers do with releases. An edition of a release waits for it in the state {@code scheduled}, once it is approved. A release is
 * published only as a whole.
 */
@Component
public class Releases {
    private static final Logger log = LoggerFactory.getLogger(Releases.class);
    private static final int LONGEST_NAME = 200;
    /** The most releases of one state that a list shows. */
    private static final int MOST_LISTED = 200;
    /** The number of guides whose logs and processes follow before the publication answers; those of more guides follow afterwards. */
    private static final int AT_ONCE = 25;

    private final Permissions permissions;
    private final ReleaseStore store;
    private final ReleasePublication publication;
    private final Publication ledger;
    private final LedgerReader reader;
    private final Guides guides;
    private final Editions editions;
    private final Schedules schedules;
    private final ReleaseReadiness readiness;
    private final ContentTypes types;
    private final GuideReconciler reconciler;
    private final TaskScheduler scheduler;
    private final Clock clock;
    private final int mostGuides;
    /** The releases that this node is following at the moment. */
    private final Set<String> following = ConcurrentHashMap.newKeySet();

    /** @param mostGuides the most guides of one release, {@code imprimatur.releases.most-guides} */
    Releases(
            Permissions permissions,
            ReleaseStore store,
            ReleasePublication publication,
            Publication ledger,
            LedgerReader reader,
            Guides guides,
            Editions editions,
            Schedules schedules,
            ReleaseReadiness readiness,
            ContentTypes types,
            GuideReconciler reconciler,
            TaskScheduler scheduler,
            Clock clock,
            @Value("${imprimatur.releases.most-guides:2000}") int mostGuides) {
        if (mostGuides < 1 || mostGuides > 5_000)
            throw new IllegalArgumentException("imprimatur.releases.most-guides is 1 to 5000");
        this.permissions = permissions;
        this.store = store;
        this.publication = publication;
        this.ledger = ledger;
        this.reader = reader;
        this.guides = guides;
        this.editions = editions;
        this.schedules = schedules;
        this.readiness = readiness;
        this.types = types;
        this.reconciler = reconciler;
        this.scheduler = scheduler;
        this.clock = clock;
        this.mostGuides = mostGuides;
    }

    /**
     * A release as a person or a script writes it.
     *
     * @param publishAt a date and time, with an offset from UTC or as the clocks of the zone show it; null to publish it by hand
     * @param zone an IANA time zone; null if the time has an offset
     */
    public record Wanted(
            String name,
            @Nullable String publishAt,
            @Nullable String zone) {}

    /**
     * A guide as a person or a script adds it to a release.
     *
     * @param action {@code publish}, also if absent, or {@code unpublish}
     * @param reason of a withdrawal; required there
     */
    public record WantedGuide(
            @Nullable String action,
            @Nullable String reason,
            @Nullable String reasonCode,
            @Nullable String redirectTo) {
        public static final WantedGuide TO_PUBLISH = new WantedGuide(null, null, null, null);
    }

    /**
     * A guide of a release, with the guide as it is now.
     *
     * @param guide null if the guide was deleted
     * @param edition the edition that the release publishes or unpublishes; 0 if the guide was deleted
     */
    public record IncludedGuide(
            String id, Action action, @Nullable Guide guide, int edition) {}

    /**
     * A guide of a release, and what is still missing.
     *
     * @param missing in a sentence; null if nothing is
     */
    public record Checked(IncludedGuide included, @Nullable String missing) {
        public String id() {
            return included.id();
        }

        public Action action() {
            return included.action();
        }

        public @Nullable Guide guide() {
            return included.guide();
        }

        public int edition() {
            return included.edition();
        }
    }

    public Release create(Wanted wanted, Person by) {
        var now = clock.instant();
        var at = instant(wanted, now);
        return store.create(new Release(
                by.idOfNew(),
                name(wanted),
                State.OPEN,
                at,
                at == null ? null : wanted.zone(),
                null,
                by.withoutGrants(),
                now,
                at == null ? null : by.withoutGrants(),
                null,
                null));
    }

    /**
     * Sets the name and the instant of a release.
     *
     * @param seen the {@linkplain Release#version version} that the change was made from; null to replace any
     */
    public Release set(String id, Wanted wanted, @Nullable String seen, Person by) {
        var release = require(id);
        mustCover(release, by);
        String name = name(wanted);
        var at = instant(wanted, clock.instant());
        if (release.state() == State.OPEN && seen != null && !seen.equals(release.version())) throw changed(release);
        return store.set(release, seen != null, name, at, at == null ? null : wanted.zone(), by)
                .orElseThrow(() -> {
                    var now = require(id);
                    return now.state() == State.OPEN
                            ? changed(now)
                            : notOpen(now).raise();
                });
    }

    private static Refused changed(Release release) {
        var current = new LinkedHashMap<String, Object>();
        current.put("etag", "\"" + release.version() + "\"");
        current.put("name", release.name());
        if (release.publishAt() != null) current.put("publishAt", release.publishAt());
        if (release.zone() != null) current.put("zone", release.zone());
        return new Refusal(
                        Refusal.Kind.STALE,
                        "release-changed",
                        "the release has changed since you read it: it is “" + release.name() + "” now, "
                                + (release.publishAt() == null
                                        ? "without an instant"
                                        : "to be published at " + release.publishAt())
                                + "; look whether your change is still right before you send it again",
                        List.of(),
                        Map.of("current", current))
                .raise();
    }

    /** Throws a refusal unless the person, as a publisher, covers all guides of the release. */
    private void mustCover(Release release, Person by) {
        if (!by.isLimited()) return;
        guides.find(store.itemsOf(release.id()).stream().map(Item::guide).toList())
                .values()
                .forEach(guide -> permissions.mustAllow(by, guide, Permissions.PUBLISHER));
    }

    private static String name(Wanted wanted) {
        return CleanText.name("/name", wanted.name(), LONGEST_NAME);
    }

    private static @Nullable Instant instant(Wanted wanted, Instant now) {
        var zone = ScheduledTime.zone(wanted.zone());
        String text = wanted.publishAt();
        return text == null ? null : ScheduledTime.instant("/publishAt", text, zone, now);
    }

    public Release require(String id) {
        return store.find(id)
                .filter(release -> release.state() != State.DELETED)
                .orElseThrow(() ->
                        Refusal.missing("there is no release with this id").raise());
    }

    /** A release with the number of its guides. */
    public record Listed(Release release, long size) {}

    /** The open releases, the newest first, and then the latest that were published. */
    public List<Listed> all() {
        var open = store.counts();
        return Stream.of(State.PUBLISHING, State.OPEN, State.PUBLISHED)
                .flatMap(state -> store.in(state, MOST_LISTED).stream())
                .map(release -> new Listed(release, size(release, open.getOrDefault(release.id(), 0L))))
                .toList();
    }

    /** The open releases, the newest first. */
    public List<Release> open() {
        return store.in(State.OPEN, MOST_LISTED);
    }

    /** The release that the guide is in, and is not published with yet. */
    public Optional<Release> of(Guide guide) {
        return store.itemOf(guide.id()).flatMap(item -> store.find(item.release()));
    }

    /** The release with the number of its guides. */
    public Listed sized(Release release) {
        return new Listed(release, size(release, store.count(release.id())));
    }

    /** @param open the number of its guides as long as it is not published */
    private static long size(Release release, long open) {
        var entries = release.entries();
        return entries == null ? open : entries.size();
    }

    /** The open releases that are to be published from the first day to the last one, in UTC, in the order of their instants. */
    public List<Release> between(LocalDate first, LocalDate last) {
        return store.comingBetween(Calendar.startOf(first), Calendar.startOf(last.plusDays(1)));
    }

    /** Adds a guide to a release, or changes what the release does with it. Returns what is missing of the guide. */
    public Checked add(String id, Guide guide, WantedGuide wanted, Person by) {
        var release = require(id);
        if (release.state() != State.OPEN) throw notOpen(release).raise();
        permissions.mustAllow(by, guide, Permissions.PUBLISHER);
        var item = item(release, guide, wanted, by);
        var before = store.itemOf(guide.id());
        if (before.isEmpty() && store.count(id) >= mostGuides)
            throw Refusal.conflict("release-full", "a release has at most " + mostGuides + " guides")
                    .raise();
        var latest = editions.of(guide.id()).getLast();
        if (item.action() == Action.PUBLISH) schedules.mustWait(guide, latest);
        if (!store.put(item)) throw inAnother(guide).raise();
        try {
            editions.together(() -> {
                if (item.action() == Action.PUBLISH) editions.join(latest.id(), id, by);
                else editions.leave(latest.id(), id, by);
                reconciler.reconcileOrDefer(guide.id());
                return item;
            });
        } catch (Refused refused) {
            if (before.isPresent()) store.put(before.get());
            else store.remove(id, List.of(guide.id()));
            throw refused;
        }
        // the release may have been published or deleted meanwhile, without this guide
        var now = store.find(id);
        if (now.filter(it -> it.state() == State.OPEN).isPresent()) return readiness.of(item);
        takeOut(item, by);
        throw now.map(Releases::notOpen)
                .orElseGet(() -> Refusal.missing("there is no release with this id"))
                .raise();
    }

    private Refusal inAnother(Guide guide) {
        return of(guide)
                .filter(other -> other.state() == State.OPEN)
                .map(other -> Refusal.conflict(
                        "in-another-release",
                        "the guide is in the release “" + other.name() + "”; take it out of that one first"))
                .orElseGet(() -> Refusal.inProgress(
                        "release-being-completed",
                        "the guide is in a release that was just published or deleted; try again in a moment",
                        Duration.ofSeconds(2)));
    }

    private Item item(Release release, Guide guide, WantedGuide wanted, Person by) {
        boolean ends = "unpublish".equals(wanted.action());
        if (!ends && wanted.action() != null && !"publish".equals(wanted.action()))
            throw Refusal.malformed("/action", "is publish or unpublish").raise();
        var now = clock.instant();
        if (!ends) {
            if (wanted.reason() != null || wanted.reasonCode() != null || wanted.redirectTo() != null)
                throw Refusal.malformed("/action", "reason, reasonCode and redirectTo belong to the action unpublish")
                        .raise();
            return new Item(guide.id(), release.id(), Action.PUBLISH, null, null, null, null, by.withoutGrants(), now);
        }
        String reason = wanted.reason();
        Explanation.mustBeGiven("/reason", reason);
        reason(guide, wanted.reasonCode());
        var live = guide.live();
        if (live == null)
            throw Refusal.conflict("not-live", "the guide is not published, so there is nothing to unpublish")
                    .raise();
        ledger.mayRedirect(guide, wanted.redirectTo());
        return new Item(
                guide.id(),
                release.id(),
                Action.UNPUBLISH,
                live.edition(),
                reason,
                wanted.reasonCode(),
                wanted.redirectTo(),
                by.withoutGrants(),
                now);
    }

    private @Nullable Reason reason(Guide guide, @Nullable String code) {
        return Explanation.reason(types.require(guide.type()).reasons(Reason.Of.UNPUBLISH), code);
    }

    /** Takes a guide out of a release. If its edition was approved, it is under review again. */
    public void remove(String id, String guide, Person by) {
        var release = require(id);
        if (release.state() != State.OPEN) throw notOpen(release).raise();
        var item = store.itemOf(guide).filter(it -> it.release().equals(id));
        if (item.isEmpty()) return;
        guides.find(List.of(guide)).values().forEach(card -> permissions.mustAllow(by, card, Permissions.PUBLISHER));
        takeOut(item.get(), by);
        if (require(id).state() != State.OPEN) throw notOpen(require(id)).raise();
    }

    private void takeOut(Item item, Person by) {
        if (item.action() == Action.PUBLISH)
            editions.together(() -> {
                editions.leave(editions.of(item.guide()).getLast().id(), item.release(), by);
                reconciler.reconcileOrDefer(item.guide());
                return item;
            });
        store.remove(item.release(), List.of(item.guide()));
    }

    /** Deletes a release that is not published. Its guides are taken out. */
    public void delete(String id, Person by) {
        var release = store.find(id);
        if (release.isEmpty()) return;
        mustCover(release.get(), by);
        if (release.get().state() != State.DELETED
                && store.move(id, State.OPEN, State.DELETED, by).isEmpty())
            throw notOpen(require(id)).raise();
        if (store.count(id) <= AT_ONCE) finishDeletion(id, by);
        else {
            var _ = scheduler.schedule(() -> finishDeletion(id, by), Instant.EPOCH);
        }
    }

    private void finishDeletion(String id, Person by) {
        store.itemsOf(id).forEach(item -> takeOut(item, by));
        store.delete(id);
    }

    /** The guides of a release, as they are now. */
    public List<IncludedGuide> included(Release release) {
        return readiness.included(release);
    }

    /** The guides of a release, each with what is missing. */
    public List<Checked> check(Release release) {
        return readiness.of(release);
    }

    /** Publishes a release as a whole. Publishing the same release again changes nothing. */
    public Release publish(String id, Person by) {
        mustCover(require(id), by);
        return publishAs(id, by);
    }

    private Release publishAs(String id, Person by) {
        var release = require(id);
        if (release.state() == State.OPEN) {
            mustBeComplete(release);
            store.move(id, State.OPEN, State.PUBLISHING, by);
        }
        return complete(require(id));
    }

    private void mustBeComplete(Release release) {
        var all = check(release);
        // what is missing may be missing because somebody deletes the release meanwhile
        var now = require(release.id());
        if (now.state() != State.OPEN) throw notOpen(now).raise();
        if (all.isEmpty())
            throw Refusal.conflict("release-incomplete", "the release has no guides; add some first")
                    .raise();
        var faults = all.stream()
                .filter(it -> it.missing() != null)
                .map(it -> new Fault("/guides/" + it.id(), name(it) + ": " + it.missing()))
                .toList();
        if (!faults.isEmpty())
            throw new Refusal(
                            Refusal.Kind.CONFLICT,
                            "release-incomplete",
                            faults.size() + " of " + all.size()
                                    + " guides of the release are not ready, so nothing is published",
                            faults,
                            Map.of())
                    .raise();
    }

    private static String name(Checked checked) {
        var guide = checked.guide();
        return guide == null ? checked.id() : guide.title();
    }

    /** Publishes the releases that are due. One that lacks something is held. */
    void publishDue() {
        eachAlone(store.due(clock.instant()), due -> {
            try {
                publishAs(due.id(), Optional.ofNullable(due.decidedBy()).orElse(due.createdBy()));
            } catch (Refused refused) {
                if (refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
                log.warn(
                        "the release {} was due and is not published: {}",
                        due.id(),
                        refused.refusal().detail());
                store.hold(due, clock.instant());
            }
        });
    }

    /** Completes what a crash interrupted. */
    void completeInterrupted() {
        eachAlone(store.in(State.PUBLISHING, MOST_LISTED), this::complete);
        eachAlone(
                store.withItems().stream()
                        .flatMap(id -> store.find(id).stream())
                        .toList(),
                release -> {
                    if (release.state() == State.PUBLISHED) follow(release, store.itemsOf(release.id()));
                });
        eachAlone(
                store.in(State.DELETED, MOST_LISTED),
                release -> finishDeletion(
                        release.id(), Optional.ofNullable(release.decidedBy()).orElse(Person.SYSTEM)));
    }

    /** Does the work for each release. One whose stored data was changed keeps no other from its turn. */
    private static void eachAlone(List<Release> releases, Consumer<Release> work) {
        for (var release : releases)
            try {
                work.accept(release);
            } catch (Refused refused) {
                log.warn(
                        "the release {} waits: {}",
                        release.id(),
                        refused.refusal().detail());
            }
    }

    private Release complete(Release begun) {
        var release = editions.together(() -> publication.commit(begun.id()));
        var items = store.itemsOf(release.id());
        if (items.size() <= AT_ONCE) follow(release, items);
        else {
            var _ = scheduler.schedule(() -> follow(release, items), Instant.EPOCH);
        }
        return release;
    }

    /** Brings logs and processes in line with the release, which readers see already. */
    private void follow(Release release, List<Item> items) {
        if (!following.add(release.id())) return;
        try {
            followAll(release, items);
        } finally {
            following.remove(release.id());
        }
    }

    private void followAll(Release release, List<Item> items) {
        var entries = release.entries();
        // a lost entry is no sign that the release went without its guide
        if (reader.isBehind()) return;
        var byGuide = entries == null
                ? Map.<String, LedgerEntry>of()
                : reader.of(entries).stream().collect(Collectors.toMap(LedgerEntry::id, Function.identity()));
        for (var item : items) {
            var entry = byGuide.get(item.guide());
            if (entry == null) {
                // somebody added it a moment too late
                takeOut(item, Person.SYSTEM);
                continue;
            }
            editions.together(() -> {
                follow(item, entry);
                return entry;
            });
            reconciler.reconcileOrDefer(item.guide());
            store.remove(release.id(), List.of(item.guide()));
        }
    }

    private void follow(Item item, LedgerEntry entry) {
        var id = new EditionId(entry.id(), entry.edition());
        if (entry.isLive()) ledger.publish(id);
        else
            editions.unpublished(
                    id,
                    entry.position(),
                    item.reason(),
                    reason(guides.require(item.guide()), item.reasonCode()),
                    item.by());
    }

    private static Refusal notOpen(Release release) {
        return release.state() == State.DELETED
                ? Refusal.missing("there is no release with this id")
                : Refusal.conflict(
                        "release-" + (release.state() == State.PUBLISHED ? "published" : "being-published"),
                        release.state() == State.PUBLISHED
                                ? "the release is published and does not change any more"
                                : "the release is being published at the moment; read it again");
    }
}
