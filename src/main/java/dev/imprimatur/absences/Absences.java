// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.absences;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The absences of people. Somebody says when they are absent and who acts for them, or an administrator does. A delegate gains no right: what
 * they may do for somebody is what they may do themselves.
 */
@Component
public class Absences {
    private final AbsenceStore store;
    private final Accounts accounts;
    private final Audit audit;
    private final Clock clock;
    private final Period furthest;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @param furthest how far ahead an absence may end, {@code imprimatur.review.furthest-absence} */
    Absences(
            AbsenceStore store,
            Accounts accounts,
            Audit audit,
            Clock clock,
            @Value("${imprimatur.review.furthest-absence:P2Y}") Period furthest) {
        this.store = store;
        this.accounts = accounts;
        this.audit = audit;
        this.clock = clock;
        this.furthest = furthest;
    }

    /**
     * What a person asks for.
     *
     * @param from the first day, as 2026-12-01
     * @param until the last day
     * @param zone the name of a time zone; UTC if there is none
     * @param delegate the username of whoever acts for the person; null for nobody
     */
    public record Wanted(
            @Nullable String from,
            @Nullable String until,
            @Nullable String zone,
            @Nullable String delegate) {
        /** The absence as somebody would write it; the form of one that is not written yet if it is null. */
        public static Wanted of(@Nullable Absence absence) {
            return absence == null
                    ? new Wanted(null, null, "UTC", null)
                    : new Wanted(
                            absence.from().toString(), absence.until().toString(), absence.zone(), absence.delegate());
        }
    }

    /** The current absence of the person, or the next one. */
    public Optional<Absence> of(String person) {
        return store.find(person).filter(absence -> !absence.isOver(clock.instant()));
    }

    /** The absences that are not over, the first to begin first. */
    public List<Absence> all() {
        var now = clock.instant();
        return store.all().stream()
                .filter(absence -> !absence.isOver(now))
                .sorted(Comparator.comparing(Absence::begins).thenComparing(Absence::person))
                .toList();
    }

    public Away away() {
        return away(clock.instant());
    }

    /** Who is absent at this instant, as far as absences are stored that have not ended long ago. */
    public Away away(Instant at) {
        return new Away(store.all().stream()
                .filter(absence -> absence.isInForce(at))
                .collect(Collectors.toMap(Absence::person, Function.identity())));
    }

    /** Calls the listener on this node after each change on this node. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Sets the absence of a person, in place of the one that is set. Setting the same again changes nothing.
     *
     * @param seen the {@linkplain Absence#version version} that the change was made from; null to replace any
     */
    public Absence set(String person, Wanted wanted, @Nullable String seen, Person by) {
        var _ = accounts.account(person)
                .orElseThrow(() -> Refusal.missing("there is no active account with this id")
                        .raise());
        mustBeAllowed(person, by);
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var next = checked(person, wanted, by, now);
        for (; ; ) {
            var stored = store.find(person).orElse(null);
            var current = stored == null || stored.isOver(now) ? null : stored;
            mustBe(seen, current);
            if (current != null && isSame(current, next)) return current;
            if (!store.replace(stored, next)) continue;
            audit.record(
                    by.account(),
                    "absence-set",
                    person + " from " + next.from() + " to " + next.until() + " (" + next.zone() + ")"
                            + (next.delegate() == null ? "" : ", delegate " + next.delegate()),
                    null);
            listeners.forEach(Runnable::run);
            return next;
        }
    }

    private static boolean isSame(Absence one, Absence other) {
        return one.from().equals(other.from())
                && one.until().equals(other.until())
                && one.zone().equals(other.zone())
                && Objects.equals(one.delegate(), other.delegate());
    }

    /**
     * Ends the absence of a person, or gives a planned one up. What was passed on stays where it is.
     *
     * @param seen the {@linkplain Absence#version version} that the change was made from; null to end any
     */
    public void end(String person, @Nullable String seen, Person by) {
        accounts.known(person);
        mustBeAllowed(person, by);
        for (; ; ) {
            var current = of(person).orElse(null);
            mustBe(seen, current);
            if (current == null) return;
            if (!store.remove(current)) continue;
            audit.record(by.account(), "absence-ended", person, null);
            listeners.forEach(Runnable::run);
            return;
        }
    }

    private static void mustBeAllowed(String person, Person by) {
        if (by.isExternal() || !by.account().equals(person) && !by.has("ADMIN"))
            throw Refusal.forbidden(
                            "not-yours", "only " + person + " or an administrator says when " + person + " is absent")
                    .raise();
    }

    private static void mustBe(@Nullable String seen, @Nullable Absence current) {
        if (seen == null || current != null && seen.equals(current.version())) return;
        throw new Refusal(
                        Refusal.Kind.STALE,
                        "absence-changed",
                        "the absence has changed since you read it; look whether yours is still right before you send it again",
                        List.of(),
                        current == null ? Map.of() : Map.of("current", Map.of("etag", "\"" + current.version() + "\"")))
                .raise();
    }

    private Absence checked(String person, Wanted wanted, Person by, Instant now) {
        var faults = new ArrayList<Fault>();
        String zone = wanted.zone() == null ? "UTC" : wanted.zone();
        if (!ZoneId.getAvailableZoneIds().contains(zone)) {
            faults.add(new Fault("/zone", "is an IANA time zone such as Europe/Berlin, or UTC"));
            zone = "UTC";
        }
        var today = now.atZone(ZoneId.of(zone)).toLocalDate();
        var from = day("/from", wanted.from(), faults);
        var until = day("/until", wanted.until(), faults);
        if (from != null && until != null) {
            if (until.isBefore(from)) faults.add(new Fault("/until", "the last day lies before the first day"));
            else if (until.isBefore(today)) faults.add(new Fault("/until", "the last day lies in the past"));
            else if (until.isAfter(today.plus(furthest)))
                faults.add(new Fault("/until", "the last day lies after " + today.plus(furthest)));
            if (from.isBefore(today.minus(furthest)))
                faults.add(new Fault("/from", "the first day lies before " + today.minus(furthest)));
        }
        String delegate = wanted.delegate();
        if (delegate != null && delegate.equals(person))
            faults.add(new Fault("/delegate", "nobody acts for themselves; name somebody else, or nobody"));
        else if (delegate != null
                && accounts.account(delegate).filter(Account::active).isEmpty())
            faults.add(new Fault("/delegate", "there is no active account of this name"));
        if (!faults.isEmpty() || from == null || until == null)
            throw Refusal.malformed("this is no absence", faults).raise();
        return new Absence(person, from, until, zone, delegate, by.account(), now, false);
    }

    private static @Nullable LocalDate day(String pointer, @Nullable String text, List<Fault> faults) {
        try {
            if (text != null) return LocalDate.parse(text);
        } catch (DateTimeParseException wrong) {
            // reported below
        }
        faults.add(new Fault(pointer, "is a day such as 2026-12-24"));
        return null;
    }

    /** The absences in force whose tasks were not passed on yet. */
    public List<Absence> toPassOn() {
        var now = clock.instant();
        return store.all().stream()
                .filter(absence -> absence.isInForce(now) && !absence.passedOn())
                .toList();
    }

    public void passedOn(Absence absence) {
        store.passedOn(absence);
    }

    /** Forgets absences that ended more than this time ago. */
    public void forgetEnded(Duration ago) {
        store.removeEndedBefore(clock.instant().minus(ago));
    }

    /** The number of absences that are not over and name the account as the delegate. */
    public long countDelegatedTo(String delegate) {
        return delegatedTo(delegate).size();
    }

    private List<Absence> delegatedTo(String delegate) {
        var now = clock.instant();
        return store.delegatedTo(delegate).stream()
                .filter(absence -> !absence.isOver(now))
                .toList();
    }

    /**
     * Names another delegate in all absences that name the account. Whoever is absent is not named as their own delegate: they then have
     * none.
     *
     * @return the number of absences that were changed
     */
    public int handOver(String from, String to, Person by) {
        int done = 0;
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        for (var absence : delegatedTo(from)) {
            String next = absence.person().equals(to) ? null : to;
            if (!store.replace(absence, absence.delegatedTo(next, by.account(), now))) continue;
            audit.record(by.account(), "absence-set", absence.person() + " delegate " + from + " to " + next, null);
            done++;
        }
        return done;
    }
}
