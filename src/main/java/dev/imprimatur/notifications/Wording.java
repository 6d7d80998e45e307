// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.invitations.Invitations;
import dev.imprimatur.notifications.Notifications.Notification;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;

/** Says what a notification is about, and where it leads. */
@Component
class Wording {
    private final Accounts accounts;
    private final Invitations invitations;
    private final ContentTypes types;

    Wording(Accounts accounts, Invitations invitations, ContentTypes types) {
        this.accounts = accounts;
        this.invitations = invitations;
        this.types = types;
    }

    /** The person who did it; null if nobody did. */
    @Nullable
    Actor who(Notification it) {
        return it.by() == null ? null : actor(it.by());
    }

    /** The holder of an account, or an expert whom somebody invited; named by the username if there is neither. */
    Actor actor(String username) {
        return accounts.caller(username)
                .map(account -> new Actor(account.displayName(), null, false))
                .or(() -> invitations.expert(username).map(it -> new Actor(it.name(), it.title(), true)))
                .orElseGet(() -> new Actor(username, null, false));
    }

    /**
     * What happened to the guide, as a sentence without the guide: after the name of a person if one did it.
     *
     * @param guide the guide; null if it was deleted
     */
    String did(Notification it, @Nullable Guide guide) {
        return switch (it.kind()) {
            case MENTION -> "mentioned you in a comment on";
            case COMMENT -> "commented on";
            case OWNER -> "made you the owner of";
            case SCHEDULE -> "ended the schedule that you set for";
            case TASK, REMINDER, DECISION ->
                it.by() == null
                        ? byNobody(it.event(), it.parts(), guide, it.task() != null)
                        : did(it.event(), it.task() != null);
        };
    }

    static String did(String event, boolean asks) {
        return switch (event) {
            case "assigned" -> "assigned you a task on";
            case "delegated" -> "is absent, so you have their task on";
            case "passed-on" -> "has your task, because you are absent, on";
            case "submitted" -> "asks for a review of";
            case "decided" -> asks ? "completed a step, and asks for the next one of" : "completed a step of";
            case "approved" -> asks ? "approved, and asks for a further approval of" : "approved";
            case "changes-requested" -> "requests changes of";
            case "revision-called" -> "asks for a next edition of";
            case "published" -> "published";
            case "unpublished" -> "unpublished";
            case "commented" -> "commented on";
            case "moved" -> "changed the workflow of";
            default -> "changed";
        };
    }

    /**
     * What happened to the guide although nobody did it.
     *
     * @param parts the parts whose review it is about; null if it is about the whole guide
     */
    String byNobody(String event, @Nullable List<String> parts, @Nullable Guide guide, boolean asks) {
        String review = parts == null || guide == null
                ? "The review"
                : "The review of "
                        + types.require(guide.type()).labels(parts).stream()
                                .map(DigestMail::isolated)
                                .collect(Collectors.joining(" and "));
        return switch (event) {
            case "assigned" -> "You have a task:";
            case "reminded" -> "Still waiting for a decision:";
            case "escalated" -> "Nobody has decided in time:";
            case "review-announced" -> review + " comes due soon:";
            case "review-due" -> review + " is due:";
            case "overdue" -> review + " is overdue:";
            case "published" -> "Published:";
            case "unpublished" -> "Unpublished:";
            default -> asks ? "Waiting for a decision:" : "Changed:";
        };
    }

    /** The page of the studio that shows what it is about. */
    static String path(Notification it) {
        return path(it.guide(), it.edition(), it.event(), it.thread());
    }

    static String path(String guide, int edition, String event, @Nullable String thread) {
        var address = UriComponentsBuilder.fromPath("/studio/guides/{id}");
        if (thread != null)
            address.path("/review").queryParam("edition", edition).fragment("thread-{thread}");
        else if (!event.equals("changes-requested") && !event.equals("owner-changed"))
            address.path("/review").queryParam("edition", edition);
        return thread == null
                ? address.encode().buildAndExpand(guide).toUriString()
                : address.encode().buildAndExpand(guide, thread).toUriString();
    }
}
