// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.LogEntry;
import dev.imprimatur.notifications.ChatHooks.ChatHook;
import dev.imprimatur.notifications.ChatMessages.ChatMessage;
import dev.imprimatur.notifications.Notifier.Event;
import dev.imprimatur.paging.Place;
import dev.imprimatur.review.OpenedTasks;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Puts events into the collection of messages to chats. Doing it again changes nothing. */
@Component
class ChatOutbox {
    /** The events that chats may be told. */
    static final Set<String> EVENTS = Set.of(
            "submitted",
            "decided",
            "approved",
            "changes-requested",
            "revision-called",
            "published",
            "unpublished",
            "reminded",
            "escalated",
            "review-announced",
            "review-due",
            "overdue",
            "commented");

    private final ChatHooks hooks;
    private final ChatMessages messages;
    private final Guides guides;
    private final GuideRevisions revisions;
    private final Editions editions;
    private final OpenedTasks tasks;

    ChatOutbox(
            ChatHooks hooks,
            ChatMessages messages,
            Guides guides,
            GuideRevisions revisions,
            Editions editions,
            OpenedTasks tasks) {
        this.revisions = revisions;
        this.hooks = hooks;
        this.messages = messages;
        this.guides = guides;
        this.editions = editions;
        this.tasks = tasks;
    }

    void tell(LogEntry entry) {
        var event = Event.of(entry);
        if (!EVENTS.contains(event.name()) || Recipients.isImported(entry)) return;
        var wanting = wanting(event);
        if (wanting.isEmpty() || editions.get(entry.edition()).evidence().isPresent()) return;
        put(event, !tasks.by(entry).isEmpty(), wanting);
    }

    void tell(Comment comment) {
        var guide = guides.stored(comment.guide());
        if (guide.isEmpty()) return;
        var event = Event.of(comment, guide.get(), revisions);
        put(event, false, wanting(event));
    }

    private List<ChatHook> wanting(Event event) {
        var all = hooks.all();
        if (all.isEmpty()) return List.of();
        var guide = guides.stored(event.guide());
        return guide.isEmpty()
                ? List.of()
                : all.stream()
                        .filter(hook -> hook.wants(event.name(), guide.get().type()))
                        // what happened before the chat was added is no news there
                        .filter(hook -> !event.at().isBefore(hook.createdAt()))
                        .toList();
    }

    private void put(Event event, boolean asks, List<ChatHook> wanting) {
        messages.insertMissing(wanting.stream()
                .map(hook -> new ChatMessage(
                        hook.id() + "." + Place.key(event.at()) + "." + event.id(),
                        hook.id(),
                        event.name(),
                        event.guide(),
                        event.edition(),
                        event.parts(),
                        event.thread(),
                        event.by(),
                        asks,
                        event.at(),
                        true))
                .toList());
    }

    void deleteBefore(Instant from) {
        messages.deleteBefore(from);
    }
}
