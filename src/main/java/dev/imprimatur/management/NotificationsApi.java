// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.notifications.Bell;
import dev.imprimatur.notifications.NotificationKind;
import dev.imprimatur.notifications.NotificationSettings;
import dev.imprimatur.notifications.Notifications.Notification;
import dev.imprimatur.notifications.PreferenceStore.Preferences;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The notifications of the person who asks, and how that person is told. */
@RestController
@RequestMapping(Api.ROOT + "/notifications")
@PreAuthorize("isAuthenticated()")
class NotificationsApi {
    private static final int MOST_IDS = 500;

    private final Bell bell;
    private final NotificationSettings settings;

    NotificationsApi(Bell bell, NotificationSettings settings) {
        this.bell = bell;
        this.settings = settings;
    }

    record GuideRef(String id, String type, String locale, String slug, String title) {}

    /** @param expert whether it is somebody without an account, whom somebody invited */
    record By(
            String username,
            @Nullable String name,
            @Nullable String title,
            boolean expert) {
        static @Nullable By of(Bell.Item item) {
            String username = item.notification().by();
            var who = item.who();
            if (username == null) return null;
            return who == null
                    ? new By(username, null, null, false)
                    : new By(username, who.name(), who.title(), who.isExpert());
        }
    }

    record Told(
            String id,
            String kind,
            String event,
            @Nullable GuideRef guide,
            int edition,
            @Nullable List<String> parts,
            @Nullable String task,
            @Nullable String comment,
            @Nullable By by,
            @Nullable String path,
            Instant at,
            boolean read) {
        static Told of(Bell.Item item) {
            Notification it = item.notification();
            var guide = item.guide();
            return new Told(
                    it.id(),
                    it.kind().apiName(),
                    it.event(),
                    guide == null
                            ? null
                            : new GuideRef(guide.id(), guide.type(), guide.locale(), guide.slug(), guide.title()),
                    it.edition(),
                    it.parts(),
                    it.task(),
                    it.comment(),
                    By.of(item),
                    item.path(),
                    it.at(),
                    it.read());
        }
    }

    /** @param unread how many are unread, at most {@link Bell#MOST_COUNTED} */
    record TellingPage(List<Told> items, @Nullable String next, int unread) {}

    @GetMapping
    @NeedsScope(Scope.READ)
    TellingPage list(
            @RequestParam(defaultValue = "false") boolean unread,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam @Nullable String cursor,
            Person me) {
        var page = bell.page(me, unread, cursor, Api.pageSize(limit));
        return new TellingPage(page.items().stream().map(Told::of).toList(), page.next(), bell.unread(me));
    }

    record Seen(@Nullable List<String> ids, @Nullable Instant until) {}

    /** Marks the named notifications as read, or all up to an instant. */
    @PostMapping("/read")
    @NeedsScope(Scope.COMMENT)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void read(@RequestBody Seen seen, Person me) {
        var ids = seen.ids();
        if ((ids == null) == (seen.until() == null))
            throw Refusal.malformed("", "name either ids or until").raise();
        if (ids != null && ids.size() > MOST_IDS)
            throw Refusal.malformed("/ids", "at most " + MOST_IDS).raise();
        if (ids != null) bell.read(me, ids);
        if (seen.until() != null) bell.readUntil(me, seen.until());
    }

    record PreferencesView(Map<String, List<String>> kinds, String digest, int hour, String zone) {
        static PreferencesView of(Preferences it) {
            var kinds = new TreeMap<String, List<String>>();
            Arrays.stream(NotificationKind.values())
                    .map(it::of)
                    .forEach(choice -> kinds.put(
                            choice.kind().apiName(),
                            Stream.of(choice.bell() ? "studio" : "", choice.mail() ? "mail" : "")
                                    .filter(way -> !way.isEmpty())
                                    .toList()));
            return new PreferencesView(kinds, it.digest().apiName(), it.hour(), it.zone());
        }
    }

    @GetMapping("/preferences")
    @NeedsScope(Scope.READ)
    PreferencesView preferences(Person me) {
        return PreferencesView.of(settings.of(me));
    }

    record WantedPreferences(
            Map<String, List<String>> kinds,
            String digest,
            @Nullable Integer hour,
            @Nullable String zone) {}

    @PutMapping("/preferences")
    @NeedsScope(Scope.COMMENT)
    PreferencesView choose(@RequestBody WantedPreferences wanted, Person me) {
        var now = settings.of(me);
        return PreferencesView.of(settings.choose(
                me,
                new NotificationSettings.Wanted(
                        wanted.kinds(),
                        wanted.digest(),
                        wanted.hour() == null ? now.hour() : wanted.hour(),
                        wanted.zone() == null ? now.zone() : wanted.zone())));
    }
}
