// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.notifications.Notifications.Notification;
import dev.imprimatur.paging.Page;
import dev.imprimatur.people.Person;
import dev.imprimatur.store.SharedRead;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The notifications of a person in the studio: how many are unread, and the list. */
@Component
public class Bell {
    /** The greatest number of unread notifications that is counted. */
    public static final int MOST_COUNTED = 100;

    private static final int MOST_PEOPLE = 10_000;
    /** How long another node may still show a number that has changed. */
    private static final Duration COUNTED = Duration.ofSeconds(2);

    private final Notifications notifications;
    private final Guides guides;
    private final Wording wording;
    private final AsyncCache<String, Integer> counts = Caffeine.newBuilder()
            .maximumSize(MOST_PEOPLE)
            .expireAfterWrite(COUNTED)
            .buildAsync();

    Bell(Notifications notifications, Guides guides, Wording wording) {
        this.notifications = notifications;
        this.guides = guides;
        this.wording = wording;
    }

    /**
     * A notification as its person sees it.
     *
     * @param guide the guide; null if it was deleted
     * @param words what happened, as the rest of a sentence that begins with the name of the person who did it
     * @param path the page of the studio that the notification leads to; null if the guide was deleted
     */
    public record Item(
            Notification notification,
            @Nullable Guide guide,
            @Nullable Actor who,
            String words,
            @Nullable String path) {}

    /** The number of unread notifications, at most {@value #MOST_COUNTED}. */
    public int unread(Person me) {
        return Objects.requireNonNull(
                SharedRead.get(counts, me.account(), person -> notifications.unread(person, MOST_COUNTED)));
    }

    /** A page of the person's notifications, the newest first. */
    public Page<Item> page(Person me, boolean unread, @Nullable String cursor, int limit) {
        var page = notifications.page(me.account(), unread, cursor, limit);
        var ids = new HashSet<String>();
        page.items().forEach(it -> ids.add(it.guide()));
        Map<String, Guide> cards = guides.find(ids);
        return page.map(it -> item(it, cards.get(it.guide())));
    }

    private Item item(Notification it, @Nullable Guide guide) {
        return new Item(it, guide, wording.who(it), wording.did(it, guide), guide == null ? null : Wording.path(it));
    }

    /** Marks notifications as read; those of others, and those that do not exist, are left out. */
    public void read(Person me, Collection<String> ids) {
        if (!ids.isEmpty()) notifications.read(me.account(), ids);
        counts.synchronous().invalidate(me.account());
    }

    /** Marks all notifications of the instant and earlier ones as read. Later ones, which the person has not seen, stay unread. */
    public void readUntil(Person me, Instant until) {
        notifications.readUntil(me.account(), until);
        counts.synchronous().invalidate(me.account());
    }

    /** Forgets the counts of people who got notifications. */
    void changed(Collection<String> people) {
        counts.synchronous().invalidateAll(people);
    }
}
