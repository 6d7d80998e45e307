// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.absences.Absences;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.comments.Comment;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.comments.Mentions;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.EndedSchedule;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Notice;
import dev.imprimatur.notifications.Notifications.Notification;
import dev.imprimatur.people.Person;
import dev.imprimatur.review.Claim;
import dev.imprimatur.review.Claims;
import dev.imprimatur.review.OpenTask;
import dev.imprimatur.review.OpenedTasks;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Decides whom an event concerns. Nobody is told of what they did themselves, and nobody who is deactivated or has no role is told
 * anything. Tasks are for those whose role covers the guide.
 */
@Component
class Recipients {
    /** The kinds of entries that concern people other than the one who did it. */
    private static final Set<LogEntry.Kind> TELLING = EnumSet.of(
            LogEntry.Kind.SUBMITTED,
            LogEntry.Kind.DECIDED,
            LogEntry.Kind.APPROVED,
            LogEntry.Kind.CHANGES_REQUESTED,
            LogEntry.Kind.PUBLISHED,
            LogEntry.Kind.REVIEW_DUE,
            LogEntry.Kind.OVERDUE,
            LogEntry.Kind.REVISION_CALLED,
            LogEntry.Kind.UNPUBLISHED,
            LogEntry.Kind.REMINDED,
            LogEntry.Kind.ESCALATED,
            LogEntry.Kind.REVIEW_ANNOUNCED,
            LogEntry.Kind.OWNER_CHANGED,
            // to those who may take the tasks that it opened
            LogEntry.Kind.MOVED,
            // they may end a schedule
            LogEntry.Kind.SCHEDULED,
            LogEntry.Kind.SCHEDULE_DROPPED,
            LogEntry.Kind.SUPERSEDED,
            LogEntry.Kind.DISCARDED);

    private final Accounts accounts;
    private final Guides guides;
    private final Editions editions;
    private final Permissions permissions;
    private final OpenedTasks tasks;
    private final Discussions discussions;
    private final Claims claims;
    private final Absences absences;

    Recipients(
            Accounts accounts,
            Guides guides,
            Editions editions,
            Permissions permissions,
            OpenedTasks tasks,
            Discussions discussions,
            Claims claims,
            Absences absences) {
        this.claims = claims;
        this.absences = absences;
        this.accounts = accounts;
        this.guides = guides;
        this.editions = editions;
        this.permissions = permissions;
        this.tasks = tasks;
        this.discussions = discussions;
    }

    /**
     * Why somebody is told.
     *
     * @param task the id of the task; null if it is about none
     */
    record Reason(NotificationKind kind, @Nullable String task) {}

    /** The active accounts that may read guides, by username. */
    private Map<String, Account> readers() {
        return accounts.accounts().stream()
                .filter(account -> account.active() && permissions.mayRead(account.person()))
                .collect(Collectors.toMap(Account::username, account -> account));
    }

    /** The people whom an entry of an edition log concerns, each with the reason. */
    Map<String, Reason> of(LogEntry entry) {
        if (!TELLING.contains(entry.kind()) || isImported(entry)) return Map.of();
        var edition = editions.get(entry.edition());
        // an import tells nobody, and an approval that publishes at once was told of already
        if (entry.kind() == LogEntry.Kind.PUBLISHED
                && edition.log().stream().noneMatch(it -> it.kind() == LogEntry.Kind.PUBLICATION_DUE)) return Map.of();
        var guide = guides.stored(entry.edition().guide());
        if (guide.isEmpty()) return Map.of();
        var told = new Told(readers(), isByNobody(entry) ? null : entry.by().account());
        switch (entry.kind()) {
            case SUBMITTED, DECIDED, APPROVED, CHANGES_REQUESTED, REVIEW_DUE, OVERDUE -> {
                tellOfTasks(guide.get(), edition, entry, told);
                if (entry.kind() == LogEntry.Kind.OVERDUE || entry.kind() == LogEntry.Kind.REVIEW_DUE)
                    tellOrDelegate(guide.get().owner(), entry.at(), told);
                else if (entry.kind() != LogEntry.Kind.SUBMITTED)
                    told.addAll(writers(guide.get(), edition), NotificationKind.DECISION);
            }
            case REMINDED, ESCALATED, REVIEW_ANNOUNCED ->
                tellOfNotice(guide.get(), edition, entry.notice(), entry.at(), told);
            case PUBLISHED -> told.addAll(writers(guide.get(), edition), NotificationKind.DECISION);
            case UNPUBLISHED, REVISION_CALLED -> {
                told.add(guide.get().owner(), NotificationKind.DECISION, null);
                told.addAll(writers(guide.get(), edition), NotificationKind.DECISION);
            }
            case MOVED -> tellOfTasks(guide.get(), edition, entry, told);
            case OWNER_CHANGED -> told.add(entry.owner(), NotificationKind.OWNER, null);
            default -> {}
        }
        edition.endedSchedule()
                .filter(ended -> ended.cause().seq() == entry.seq() && ended.isByAnother())
                .map(EndedSchedule::setBy)
                .ifPresent(setBy -> told.add(setBy.account(), NotificationKind.SCHEDULE, null));
        return told.people;
    }

    /** The people whom a comment concerns. */
    Map<String, Reason> of(Comment comment) {
        var guide = guides.stored(comment.guide());
        if (guide.isEmpty()) return Map.of();
        var told = new Told(readers(), comment.author());
        told.addAll(
                Mentions.in(comment.body()).stream()
                        .filter(name -> Optional.ofNullable(told.readers.get(name))
                                .filter(account -> discussions.mayComment(account.person(), guide.get()))
                                .isPresent())
                        .toList(),
                NotificationKind.MENTION);
        told.addAll(
                comment.parent() == null ? List.of() : inThread(comment.guide(), comment.parent()),
                NotificationKind.COMMENT);
        told.addAll(guide.get().contributors(), NotificationKind.COMMENT);
        return told.people;
    }

    /** The person to whom somebody else or a rule gave a task. */
    Map<String, Reason> of(Claim claim) {
        var told = new Told(readers(), claim.by());
        told.add(claim.person(), NotificationKind.TASK, task(claim));
        return told.people;
    }

    private String task(Claim claim) {
        return tasks.decisions(claim.editionId()).stream()
                .filter(claim::isOf)
                .map(OpenTask::id)
                .findFirst()
                .orElse(claim.id());
    }

    /** The absent person for whom somebody else has a task. */
    Map<String, Reason> absent(Claim claim) {
        var told = new Told(readers(), null);
        told.add(claim.insteadOf(), NotificationKind.TASK, null);
        return told.people;
    }

    private Collection<String> inThread(String guide, String first) {
        return discussions.inThread(guide, first).stream().map(Comment::author).collect(Collectors.toSet());
    }

    /** What the application itself did, such as an import, tells nobody; what its timers did, does. */
    static boolean isImported(LogEntry entry) {
        return isByNobody(entry)
                && Set.of(LogEntry.Kind.SUBMITTED, LogEntry.Kind.DECIDED, LogEntry.Kind.APPROVED)
                        .contains(entry.kind());
    }

    static boolean isByNobody(LogEntry entry) {
        return entry.by().account().equals(Person.SYSTEM.account());
    }

    private void tellOfTasks(Guide guide, Edition edition, LogEntry entry, Told told) {
        for (var task : tasks.by(entry)) tellTakers(guide, edition, task, told, NotificationKind.TASK, task.takers());
    }

    private void tellTakers(
            Guide guide, Edition edition, OpenTask task, Told told, NotificationKind kind, String... roles) {
        var revision = task.revision();
        Set<String> barred = task.vouches() && revision != null ? editions.contributors(edition, revision) : Set.of();
        told.readers.values().stream()
                .filter(account -> !barred.contains(account.username()))
                .filter(account -> permissions.allowsByCard(account.person(), guide, roles))
                .forEach(account -> told.add(account.username(), kind, task.id()));
    }

    private void tellOfNotice(Guide guide, Edition edition, @Nullable Notice notice, Instant at, Told told) {
        if (notice == null) return;
        tellOrDelegate(notice.owner(), at, told);
        if (notice.task() != null)
            for (var task : tasks.decisions(edition.id())) {
                if (task.task().equals(notice.task())) {
                    tellTakers(
                            guide,
                            edition,
                            task,
                            told,
                            NotificationKind.REMINDER,
                            Stream.concat(Stream.of(notice.group()), Stream.of(task.takers()))
                                    .distinct()
                                    .toArray(String[]::new));
                    tellOrDelegate(claims.of(task).map(Claim::person).orElse(null), at, told);
                }
            }
        else
            told.readers.values().stream()
                    .filter(account -> permissions.allowsByCard(account.person(), guide, notice.group()))
                    .forEach(account -> told.add(account.username(), NotificationKind.REMINDER, null));
    }

    /** Tells a person, and whoever acts for them if they were absent at that time. */
    private void tellOrDelegate(@Nullable String person, Instant at, Told told) {
        if (person == null) return;
        told.add(person, NotificationKind.REMINDER, null);
        absences.away(at).delegateOf(person).ifPresent(delegate -> told.add(delegate, NotificationKind.REMINDER, null));
    }

    /** Everybody who wrote in the edition, and who submitted it. */
    private Collection<String> writers(Guide guide, Edition edition) {
        var writers = new TreeSet<String>();
        edition.submissionEntry().ifPresent(entry -> writers.add(entry.by().account()));
        edition.submitted().ifPresent(revision -> writers.addAll(editions.contributors(edition, revision)));
        if (edition.id().equals(guide.current())) writers.addAll(guide.contributors());
        return writers;
    }

    /** The ids of the open tasks of the edition in which somebody decides. */
    Set<String> openTasks(EditionId edition) {
        return tasks.decisions(edition).stream().map(OpenTask::id).collect(Collectors.toSet());
    }

    /** Whether the person is still to be told at the time of sending: active, and may read. A task must still be open to them. */
    boolean isStillConcerned(Notification it, Account account, Guide guide) {
        if (!account.active() || !permissions.mayRead(account.person())) return false;
        if (it.task() == null) return true;
        return tasks.decisions(edition(it)).stream()
                .anyMatch(task ->
                        task.id().equals(it.task()) && permissions.allowsByCard(account.person(), guide, task.roles()));
    }

    private static EditionId edition(Notification it) {
        return new EditionId(it.guide(), it.edition());
    }

    /** The name of the event that an entry is. */
    static String event(LogEntry entry) {
        return entry.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The people who are told, each for the first reason that was found. */
    private static final class Told {
        private final Map<String, Account> readers;
        private final @Nullable String actor;
        private final Map<String, Reason> people = new LinkedHashMap<>();

        Told(Map<String, Account> readers, @Nullable String actor) {
            this.readers = readers;
            this.actor = actor;
        }

        void add(@Nullable String username, NotificationKind kind, @Nullable String task) {
            Optional.ofNullable(username)
                    .filter(name -> readers.containsKey(name) && !Objects.equals(name, actor))
                    .ifPresent(name -> people.putIfAbsent(name, new Reason(kind, task)));
        }

        void addAll(Collection<String> usernames, NotificationKind kind) {
            usernames.forEach(username -> add(username, kind, null));
        }
    }
}
