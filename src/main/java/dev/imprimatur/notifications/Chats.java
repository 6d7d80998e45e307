// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.notifications.ChatHooks.ChatHook;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.webhooks.Addresses;
import dev.imprimatur.webhooks.Courier;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The operations of administrators on chats. */
@Component
public class Chats {
    private static final int LONGEST_NAME = 100;
    /** How many characters of an address are shown, and how many it has at least behind the server if any are. */
    private static final int SHOWN = 4;

    private static final int SHORTEST_SECRET = 24;

    private final ChatHooks hooks;
    private final ChatMessages messages;
    private final ChatSender sender;
    private final Courier courier;
    private final Addresses addresses;
    private final ContentTypes types;
    private final Audit audit;
    private final Clock clock;
    private final int most;

    /** @param most how many chats there may be, {@code imprimatur.notifications.most-chats} */
    Chats(
            ChatHooks hooks,
            ChatMessages messages,
            ChatSender sender,
            Courier courier,
            Addresses addresses,
            ContentTypes types,
            Audit audit,
            Clock clock,
            @Value("${imprimatur.notifications.most-chats:20}") int most) {
        this.hooks = hooks;
        this.messages = messages;
        this.sender = sender;
        this.courier = courier;
        this.addresses = addresses;
        this.types = types;
        this.audit = audit;
        this.clock = clock;
        this.most = most;
    }

    /**
     * A chat as it is shown. The path of its address is a secret.
     *
     * @param name what administrators call it; null if they gave it no name
     * @param server the scheme, host and port of the address
     * @param ending the last characters of the address; null if they would say much of it
     * @param state {@code active}, {@code failing} or {@code paused}
     * @param nextAttempt when it is tried again; null if the last attempt succeeded, or if it is paused
     */
    public record View(
            String id,
            @Nullable String name,
            String server,
            @Nullable String ending,
            List<String> events,
            List<String> types,
            Instant createdAt,
            String state,
            int failures,
            @Nullable Instant nextAttempt,
            @Nullable String error) {
        static View of(ChatHook hook) {
            boolean failing = hook.failures() > 0 && !hook.paused();
            return new View(
                    hook.id(),
                    hook.name(),
                    URI.create(hook.url()).resolve("/").toString(),
                    endOf(hook.url()),
                    hook.events(),
                    hook.types(),
                    hook.createdAt(),
                    hook.paused() ? "paused" : failing ? "failing" : "active",
                    hook.failures(),
                    failing ? hook.nextAttempt() : null,
                    hook.error());
        }
    }

    private static @Nullable String endOf(String url) {
        int secret = url.length() - URI.create(url).resolve("/").toString().length();
        return secret < SHORTEST_SECRET ? null : url.substring(url.length() - SHOWN);
    }

    public List<View> all() {
        return hooks.all().stream().map(View::of).toList();
    }

    /** The number of chats that need an administrator. */
    public long paused() {
        return hooks.all().stream().filter(ChatHook::paused).count();
    }

    public View require(String id) {
        return View.of(hook(id));
    }

    private ChatHook hook(String id) {
        return hooks.find(id)
                .orElseThrow(() -> Refusal.missing("there is no such chat").raise());
    }

    /** The events that chats may be told, in alphabetical order. */
    public static List<String> events() {
        return List.copyOf(new TreeSet<>(ChatOutbox.EVENTS));
    }

    /**
     * Adds a chat, which is told of events from now on. The same request again returns the chat that the first request added.
     *
     * @param name null for none
     * @param events the wanted events; empty for all
     * @param wantedTypes the content types of the guides; empty for all
     */
    public View add(@Nullable String name, String url, List<String> events, List<String> wantedTypes, Person by) {
        String called = name == null || name.isBlank() ? null : CleanText.name("/name", name, LONGEST_NAME);
        addresses.mustBeWebAddress(url);
        if (!ChatOutbox.EVENTS.containsAll(events))
            throw Refusal.malformed("/events", "some of " + String.join(", ", events()))
                    .raise();
        var known = types.all().stream().map(ContentType::name).toList();
        if (!known.containsAll(wantedTypes))
            throw Refusal.malformed("/types", "some of " + String.join(", ", known))
                    .raise();
        String id = by.idOfNew();
        var existing = hooks.find(id);
        if (existing.isPresent()) return View.of(existing.get());
        if (hooks.all().size() >= most)
            throw Refusal.conflict("too-many-chats", "there may be " + most + " chats; delete one first")
                    .raise();
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        hooks.insert(new ChatHook(id, called, url, events, wantedTypes, now, 0, null, false, now, "", Instant.EPOCH));
        audit.record(
                by.account(),
                "chat-created",
                id + " " + require(id).server() + (called == null ? "" : " " + called),
                null);
        return require(id);
    }

    public void delete(String id, Person by) {
        if (!hooks.delete(id)) hook(id);
        messages.deleteOf(id);
        audit.record(by.account(), "chat-deleted", id, null);
    }

    /** Posts what waits, from now on. */
    public void resume(String id, Person by) {
        if (!hooks.resume(id, clock.instant())) hook(id);
        audit.record(by.account(), "chat-resumed", id, null);
    }

    /** Posts a test message and returns the result. */
    public Courier.Outcome test(String id) {
        return courier.post(hook(id).url(), sender.body("A test message from Imprimatur."));
    }
}
