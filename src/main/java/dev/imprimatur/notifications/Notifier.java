// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.history.Revision;
import dev.imprimatur.notifications.Notifications.Notification;
import dev.imprimatur.notifications.Notifications.Notification.Mail;
import dev.imprimatur.notifications.PreferenceStore.Preferences;
import dev.imprimatur.notifications.Recipients.Reason;
import dev.imprimatur.review.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Turns events into the notifications of the people whom they concern, as each person chose. Doing it again changes nothing. */
@Component
class Notifier {
    /**
     * An event.
     *
     * @param id the id of the fact
     * @param by the username of the person who did it; null if nobody did
     */
    record Event(
            String id,
            String name,
            String guide,
            int edition,
            @Nullable List<String> parts,
            @Nullable String comment,
            @Nullable String thread,
            @Nullable String by,
            Instant at) {
        static Event of(LogEntry entry) {
            return new Event(
                    entry.edition() + "." + entry.seq(),
                    Recipients.event(entry),
                    entry.edition().guide(),
                    entry.edition().number(),
                    entry.parts(),
                    null,
                    null,
                    Recipients.isByNobody(entry) ? null : entry.by().account(),
                    entry.at());
        }

        /** Of the edition with the revision that the comment is about. */
        static Event of(Comment comment, Guide guide, GuideRevisions revisions) {
            int edition = revisions
                    .findIntact(guide, comment.revision())
                    .map(Revision::edition)
                    .orElse(guide.edition());
            return new Event(
                    comment.id(),
                    "commented",
                    comment.guide(),
                    edition,
                    null,
                    comment.id(),
                    Objects.requireNonNullElse(comment.parent(), comment.id()),
                    comment.author(),
                    comment.at());
        }
    }

    /** The kinds of entries after which a task may be closed. */
    private static final Set<LogEntry.Kind> CLOSING = EnumSet.of(
            LogEntry.Kind.SUBMITTED,
            LogEntry.Kind.DECIDED,
            LogEntry.Kind.APPROVED,
            LogEntry.Kind.CHANGES_REQUESTED,
            LogEntry.Kind.CONFIRMED,
            LogEntry.Kind.REVISION_CALLED,
            LogEntry.Kind.SUPERSEDED,
            LogEntry.Kind.UNPUBLISHED,
            LogEntry.Kind.DISCARDED,
            LogEntry.Kind.MOVED);

    private final Recipients recipients;
    private final Notifications notifications;
    private final PreferenceStore preferences;
    private final MailSetup mail;
    private final Guides guides;
    private final GuideRevisions revisions;
    private final Bell bell;
    private final Duration gathering;

    /** @param gathering how long a digest that is sent immediately waits for more, {@code imprimatur.notifications.gather} */
    Notifier(
            Recipients recipients,
            Notifications notifications,
            PreferenceStore preferences,
            MailSetup mail,
            Guides guides,
            GuideRevisions revisions,
            Bell bell,
            @Value("${imprimatur.notifications.gather:1m}") Duration gathering) {
        this.recipients = recipients;
        this.notifications = notifications;
        this.preferences = preferences;
        this.mail = mail;
        this.guides = guides;
        this.revisions = revisions;
        this.bell = bell;
        this.gathering = gathering;
    }

    void tell(LogEntry entry) {
        tell(Event.of(entry), recipients.of(entry));
        if (CLOSING.contains(entry.kind())
                && !Recipients.isImported(entry)
                && guides.stored(entry.edition().guide()).isPresent()) readClosed(entry);
    }

    /** Of a task that was decided, ended or replaced nobody has anything to do any more, so it does not stay unread. */
    private void readClosed(LogEntry entry) {
        var people = notifications.readOfClosedTasks(
                entry.edition().guide(), entry.edition().number(), recipients.openTasks(entry.edition()), entry.at());
        bell.changed(people);
    }

    void tell(Comment comment) {
        guides.stored(comment.guide())
                .ifPresent(guide -> tell(Event.of(comment, guide, revisions), recipients.of(comment)));
    }

    void tell(Claim claim) {
        String absent = claim.insteadOf();
        tell(
                event(claim, absent == null ? "assigned" : "delegated", absent == null ? claim.by() : absent),
                recipients.of(claim));
        if (absent != null) tell(event(claim, "passed-on", claim.person()), recipients.absent(claim));
    }

    private static Event event(Claim claim, String name, @Nullable String by) {
        var edition = claim.editionId();
        return new Event(
                claim.id() + "." + name, name, edition.guide(), edition.number(), null, null, null, by, claim.at());
    }

    private void tell(Event event, Map<String, Reason> people) {
        if (people.isEmpty()) return;
        var chosen = preferences.of(people.keySet());
        var fresh = new ArrayList<Notification>();
        people.forEach((person, reason) -> {
            var theirs = chosen.getOrDefault(person, Preferences.unchosen(person));
            boolean mailed = mail.isConfigured() && theirs.mails(reason.kind());
            boolean listed = theirs.of(reason.kind()).bell();
            if (!mailed && !listed) return;
            fresh.add(new Notification(
                    Notification.id(event.at(), event.id(), person),
                    person,
                    reason.kind(),
                    reason.kind() == NotificationKind.MENTION ? "mentioned" : event.name(),
                    event.guide(),
                    event.edition(),
                    event.parts(),
                    reason.task(),
                    event.comment(),
                    event.thread(),
                    event.by(),
                    event.at(),
                    listed,
                    false,
                    mailed ? Mail.DUE : Mail.NONE,
                    mailed ? theirs.due(event.at(), gathering) : null));
        });
        if (fresh.isEmpty()) return;
        notifications.insertMissing(fresh);
        bell.changed(people.keySet());
    }
}
