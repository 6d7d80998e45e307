// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Language;
import dev.imprimatur.notifications.ChatHooks.ChatHook;
import dev.imprimatur.notifications.ChatMessages.ChatMessage;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.WatchThread;
import dev.imprimatur.webhooks.Courier;
import dev.imprimatur.webhooks.RetryDelay;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Posts messages to chats, in order. If a node dies between the answer of the chat and the note of it, another node posts the message
 * again: chats know no ids of messages.
 */
@Component
class ChatSender implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ChatSender.class);
    private static final int GONE = 410;
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final ChatHooks hooks;
    private final ChatMessages messages;
    private final Courier courier;
    private final Guides guides;
    private final Wording wording;
    private final MailSetup setup;
    private final LedgerReader ledger;
    private final JsonMapper json;
    private final Clock clock;
    private final Duration checkEvery;
    private final Duration oldest;
    private final Duration firstRetry;
    private final int attempts;
    private final String node = UUID.randomUUID().toString();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final WatchThread thread = new WatchThread("chats", this::round);
    private @Nullable ExecutorService senders;

    ChatSender(
            ChatHooks hooks,
            ChatMessages messages,
            Courier courier,
            Guides guides,
            Wording wording,
            MailSetup setup,
            LedgerReader ledger,
            JsonMapper json,
            Clock clock,
            @Value("${imprimatur.notifications.check-every:5s}") Duration checkEvery,
            @Value("${imprimatur.notifications.oldest:3d}") Duration oldest,
            @Value("${imprimatur.notifications.first-retry:1m}") Duration firstRetry,
            @Value("${imprimatur.notifications.attempts:8}") int attempts) {
        this.hooks = hooks;
        this.messages = messages;
        this.courier = courier;
        this.guides = guides;
        this.wording = wording;
        this.setup = setup;
        this.ledger = ledger;
        this.json = json;
        this.clock = clock;
        this.checkEvery = checkEvery;
        this.oldest = oldest;
        this.firstRetry = firstRetry;
        this.attempts = attempts;
    }

    private void round() throws InterruptedException {
        try {
            // MongoDB may have been restored from an old backup
            if (!ledger.isBehind())
                for (var hook : hooks.all())
                    if (!hook.paused() && messages.next(hook.id()).isPresent() && busy.add(hook.id()))
                        Objects.requireNonNull(senders).execute(() -> post(hook.id()));
        } catch (RuntimeException failed) {
            if (thread.isRunning()) log.warn("messages to chats wait: {}", failed.toString());
        }
        thread.pause(checkEvery);
    }

    private void post(String id) {
        try {
            var now = clock.instant();
            var held = hooks.claim(id, node, now, now.plus(LEASE));
            if (held.isEmpty()) return;
            while (thread.isRunning() && postNext(held.get())) {
                // until nothing is left, or the chat does not accept it
            }
        } catch (RuntimeException failed) {
            if (thread.isRunning()) log.warn("messages to the chat {} wait: {}", id, failed.toString());
        } finally {
            busy.remove(id);
        }
    }

    /** Posts the next message. Returns false if there is none, if it failed, or if this node has lost the lease. */
    private boolean postNext(ChatHook hook) {
        var next = messages.next(hook.id());
        if (next.isEmpty()) {
            hooks.release(hook, clock.instant());
            return false;
        }
        var message = next.get();
        var guide = guides.stored(message.guide());
        boolean isNews = message.at().isAfter(clock.instant().minus(oldest));
        if (guide.isPresent() && isNews) {
            var outcome = courier.post(hook.url(), body(text(message, guide.get())));
            if (!outcome.succeeded()) {
                failed(hook, outcome);
                return false;
            }
        }
        messages.close(message.id());
        return hooks.posted(hook, clock.instant().plus(LEASE));
    }

    String body(String text) {
        return json.writeValueAsString(Map.of("text", text));
    }

    private String text(ChatMessage it, Guide guide) {
        String title = "“" + harmless(guide.title()) + "”, "
                + Language.of(guide.locale()).name();
        String did = it.by() == null
                ? wording.byNobody(it.event(), it.parts(), guide, it.asks())
                : wording.actor(it.by()).words(ChatSender::harmless) + " " + Wording.did(it.event(), it.asks());
        return did + " " + title + " " + setup.link(Wording.path(it.guide(), it.edition(), it.event(), it.thread()));
    }

    /** The text as every chat shows it: isolated, without markup and links, and without a mention that would call everybody. */
    static String harmless(String text) {
        return DigestMail.isolated(DigestMail.oneLine(text)
                .replace("&", "＆")
                .replace('<', '‹')
                .replace('>', '›')
                .replace("@", "@\u200B")
                .replace("://", ":\u200B//")
                .replaceAll("(?<=[\\p{L}\\p{N}])\\.(?=\\p{L})", ".\u200B")
                .replaceAll("([*_~`|\\[\\]])", "\u200B$1"));
    }

    private void failed(ChatHook hook, Courier.Outcome outcome) {
        var now = clock.instant();
        boolean paused =
                hook.failures() + 1 >= attempts || Integer.valueOf(GONE).equals(outcome.status());
        String error = outcome.status() == null ? String.valueOf(outcome.error()) : "status " + outcome.status();
        if (paused) log.warn("the chat {} is paused: {}", hook.id(), error);
        var own = now.plus(RetryDelay.after(firstRetry, hook.failures()));
        hooks.failed(hook, error, RetryDelay.notBefore(own, outcome.retryAfter()), paused, now);
    }

    @Override
    public void start() {
        senders = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("chat-", 0).factory());
        thread.start();
    }

    @Override
    public void stop() {
        thread.stop();
        if (senders != null) senders.shutdownNow();
    }

    @Override
    public boolean isRunning() {
        return thread.isRunning();
    }
}
