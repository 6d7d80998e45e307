// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOptions;
import dev.imprimatur.store.UniqueInsert;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;
import org.springframework.stereotype.Component;

/** The collection of preferences, one document for each person who chose something. */
@Component
public class PreferenceStore {
    /**
     * How a person is told.
     *
     * @param person the username of the account
     * @param choices what the person chose for each kind; a kind that is missing is listed in the studio and mailed
     * @param digest how often the person is mailed
     * @param hour of daily digests: the hour of the day, 0 to 23, in the zone
     * @param zone the name of a time zone
     */
    public record Preferences(@BsonId String person, List<Choice> choices, Digest digest, int hour, String zone) {
        private static final int MORNING = 8;

        public Preferences {
            choices = List.copyOf(choices);
        }

        /** Whether notifications of a kind are listed in the studio, and whether they are mailed. */
        public record Choice(NotificationKind kind, boolean bell, boolean mail) {}

        /** How often a person is mailed at most. */
        public enum Digest {
            IMMEDIATELY,
            HOURLY,
            DAILY,
            OFF;

            public String apiName() {
                return name().toLowerCase(Locale.ROOT);
            }

            /** The frequency that the API calls so. */
            public static Optional<Digest> named(String name) {
                return Arrays.stream(values())
                        .filter(digest -> digest.apiName().equals(name))
                        .findFirst();
            }
        }

        /** What holds for a person who chose nothing. */
        static Preferences unchosen(String person) {
            return new Preferences(person, List.of(), Digest.HOURLY, MORNING, "UTC");
        }

        public Choice of(NotificationKind kind) {
            return choices.stream()
                    .filter(choice -> choice.kind() == kind)
                    .findFirst()
                    .orElse(new Choice(kind, true, true));
        }

        /** Whether notifications of the kind are mailed. */
        public boolean mails(NotificationKind kind) {
            return digest != Digest.OFF && of(kind).mail();
        }

        /** The same preferences without any mail. */
        Preferences withoutMail() {
            return new Preferences(person, choices, Digest.OFF, hour, zone);
        }

        /**
         * When the digest is due that holds a notification of this instant.
         *
         * @param gathering how long a digest that is sent immediately waits for further notifications
         */
        Instant due(Instant at, Duration gathering) {
            return switch (digest) {
                case IMMEDIATELY, OFF -> at.plus(gathering);
                case HOURLY -> at.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
                case DAILY -> {
                    var local = at.atZone(ZoneId.of(zone));
                    var today = local.toLocalDate().atTime(hour, 0).atZone(local.getZone());
                    yield (today.toInstant().isAfter(at)
                                    ? today
                                    : local.toLocalDate()
                                            .plusDays(1)
                                            .atTime(hour, 0)
                                            .atZone(local.getZone()))
                            .toInstant();
                }
            };
        }
    }

    private final MongoCollection<Preferences> preferences;

    PreferenceStore(MongoDatabase database) {
        preferences = database.getCollection("notification_preferences", Preferences.class);
    }

    Preferences of(String person) {
        var stored = preferences.find(Filters.eq("_id", person)).first();
        return stored == null ? Preferences.unchosen(person) : stored;
    }

    /** The preferences of these people, in one query. */
    Map<String, Preferences> of(Collection<String> people) {
        var all = new HashMap<String, Preferences>();
        people.forEach(person -> all.put(person, Preferences.unchosen(person)));
        if (!people.isEmpty())
            preferences.find(Filters.in("_id", people)).forEach(stored -> all.put(stored.person(), stored));
        return all;
    }

    void save(Preferences wanted) {
        if (!UniqueInsert.insert(preferences, wanted))
            preferences.replaceOne(Filters.eq("_id", wanted.person()), wanted, new ReplaceOptions().upsert(false));
    }
}
