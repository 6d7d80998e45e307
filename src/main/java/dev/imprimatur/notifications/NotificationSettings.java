// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.notifications.PreferenceStore.Preferences;
import dev.imprimatur.notifications.PreferenceStore.Preferences.Choice;
import dev.imprimatur.notifications.PreferenceStore.Preferences.Digest;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What people choose: of what they are told, how, and how often they are mailed. */
@Component
public class NotificationSettings {
    /** The ways in which people are told: {@code studio} lists a notification in the studio, {@code mail} mails it. */
    private static final List<String> WAYS = List.of("studio", "mail");

    private static final int LAST_HOUR = 23;

    private final PreferenceStore preferences;
    private final Notifications notifications;
    private final Clock clock;
    private final Duration gathering;

    NotificationSettings(
            PreferenceStore preferences,
            Notifications notifications,
            Clock clock,
            @Value("${imprimatur.notifications.gather:1m}") Duration gathering) {
        this.preferences = preferences;
        this.notifications = notifications;
        this.clock = clock;
        this.gathering = gathering;
    }

    /** How long a digest that is sent at once waits for further notifications. */
    public Duration gathering() {
        return gathering;
    }

    public Preferences of(Person me) {
        return preferences.of(me.account());
    }

    /**
     * What a person chooses.
     *
     * @param kinds the ways by kind; a kind that is missing is told in all ways
     * @param digest {@code immediately}, {@code hourly}, {@code daily} or {@code off}
     * @param hour of daily digests, 0 to 23
     * @param zone the name of a time zone, such as {@code Europe/Berlin}
     */
    public record Wanted(Map<String, List<String>> kinds, String digest, int hour, String zone) {}

    /** Saves what the person chose. A digest that waits follows the new choice. */
    public Preferences choose(Person me, Wanted wanted) {
        var faults = new ArrayList<Fault>();
        var choices = new ArrayList<Choice>();
        wanted.kinds().forEach((name, ways) -> {
            var kind = NotificationKind.named(name);
            if (kind.isEmpty()) faults.add(new Fault("/kinds", "the kinds are " + String.join(", ", kinds())));
            else if (!WAYS.containsAll(ways) || new HashSet<>(ways).size() < ways.size())
                faults.add(new Fault("/kinds/" + name, "some of " + String.join(", ", WAYS) + ", or none"));
            else choices.add(new Choice(kind.get(), ways.contains("studio"), ways.contains("mail")));
        });
        var digest = Digest.named(wanted.digest());
        if (digest.isEmpty()) faults.add(new Fault("/digest", "one of immediately, hourly, daily, off"));
        if (wanted.hour() < 0 || wanted.hour() > LAST_HOUR) faults.add(new Fault("/hour", "0 to 23"));
        if (!isZone(wanted.zone())) faults.add(new Fault("/zone", "the name of a time zone, such as Europe/Berlin"));
        if (!faults.isEmpty())
            throw Refusal.malformed("nobody can be told like this", faults).raise();
        var chosen = new Preferences(me.account(), choices, digest.orElseThrow(), wanted.hour(), wanted.zone());
        save(chosen);
        return chosen;
    }

    private static boolean isZone(String name) {
        try {
            return name.length() <= 64
                    && ZoneId.getAvailableZoneIds().contains(ZoneId.of(name).getId());
        } catch (DateTimeException unknown) {
            return false;
        }
    }

    private static List<String> kinds() {
        return Arrays.stream(NotificationKind.values())
                .map(NotificationKind::apiName)
                .toList();
    }

    /** Ends all mails to the account until its holder asks for them again. Returns whether it got any before. */
    boolean endMail(String account) {
        var now = preferences.of(account);
        if (now.digest() == Digest.OFF) return false;
        save(now.withoutMail());
        return true;
    }

    private void save(Preferences chosen) {
        preferences.save(chosen);
        notifications.moveMail(
                chosen.person(), chosen.digest() == Digest.OFF ? null : chosen.due(clock.instant(), gathering));
    }
}
