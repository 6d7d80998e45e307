// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.catalogue.ReadPosition;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.paging.Page;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The operations of administrators on webhook subscribers. */
@Component
public class Subscribers {
    private static final int SECRET_BYTES = 32;
    /** How long messages are also signed with the previous secret. */
    private static final Duration OVERLAP = Duration.ofDays(1);

    private final Webhooks webhooks;
    private final WebhookAttempts attempts;
    private final Dispatcher dispatcher;
    private final Addresses addresses;
    private final LedgerReader ledger;
    private final ReadPosition readPosition;
    private final ContentTypes types;
    private final Audit audit;
    private final Clock clock;
    private final int most;
    private final SecureRandom random = new SecureRandom();

    /** @param most how many subscribers there may be, {@code imprimatur.webhooks.most} */
    Subscribers(
            Webhooks webhooks,
            WebhookAttempts attempts,
            Dispatcher dispatcher,
            Addresses addresses,
            LedgerReader ledger,
            ReadPosition readPosition,
            ContentTypes types,
            Audit audit,
            Clock clock,
            @Value("${imprimatur.webhooks.most:100}") int most) {
        this.webhooks = webhooks;
        this.attempts = attempts;
        this.dispatcher = dispatcher;
        this.addresses = addresses;
        this.ledger = ledger;
        this.readPosition = readPosition;
        this.types = types;
        this.audit = audit;
        this.clock = clock;
        this.most = most;
    }

    public List<Webhook> all() {
        return webhooks.all();
    }

    public Webhook require(String id) {
        return webhooks.find(id)
                .orElseThrow(() -> Refusal.missing("there is no such webhook").raise());
    }

    /**
     * Adds a subscriber, who gets all ledger entries from now on. The same request again returns the subscriber that the first request added.
     *
     * @param kinds the wanted kinds of ledger entries; empty for all
     * @param wantedTypes the wanted content types; empty for all
     * @return the subscriber with its secret, which is shown only here
     */
    public Webhook add(String url, List<String> kinds, List<String> wantedTypes, Person by) {
        addresses.mustBeWebAddress(url);
        var knownKinds = Arrays.stream(LedgerEntry.Kind.values())
                .map(LedgerEntry.Kind::spelling)
                .toList();
        if (!knownKinds.containsAll(kinds))
            throw Refusal.malformed("/kinds", "some of " + String.join(", ", knownKinds))
                    .raise();
        var knownTypes = types.all().stream().map(ContentType::name).toList();
        if (!knownTypes.containsAll(wantedTypes))
            throw Refusal.malformed("/types", "some of " + String.join(", ", knownTypes))
                    .raise();
        String id = by.idOfNew();
        var existing = webhooks.find(id);
        if (existing.isPresent()) return existing.get();
        if (webhooks.all().size() >= most)
            throw Refusal.conflict("too-many-webhooks", "there may be " + most + " webhooks; delete one first")
                    .raise();
        var now = now();
        var webhook = new Webhook(
                id,
                url,
                kinds,
                wantedTypes,
                now,
                List.of(freshSecret(by)),
                readPosition.position(),
                0,
                null,
                now,
                null,
                "",
                Instant.EPOCH);
        webhooks.insert(webhook);
        audit.record(by.account(), "webhook-created", webhook.id() + " " + url, null);
        return webhook;
    }

    private Webhook.Secret freshSecret(Person by) {
        byte[] key = new byte[SECRET_BYTES];
        random.nextBytes(key);
        return new Webhook.Secret(Courier.SECRET_PREFIX + Base64.getEncoder().encodeToString(key), null, by.request());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Gives the subscriber a new secret. For a day, messages are also signed with the previous secret. The same request again returns
     * the secret that the first request made.
     */
    public String rotateSecret(String id, Person by) {
        var webhook = require(id);
        var existing = webhook.secrets().stream()
                .filter(secret -> secret.request() != null && secret.request().equals(by.request()))
                .findFirst();
        if (existing.isPresent()) return existing.get().value();
        var now = now();
        var fresh = freshSecret(by);
        var kept = webhook.secrets().stream()
                .filter(secret -> secret.until() == null)
                .map(secret -> new Webhook.Secret(secret.value(), now.plus(OVERLAP), secret.request()));
        webhooks.setSecrets(id, Stream.concat(Stream.of(fresh), kept).toList());
        audit.record(by.account(), "webhook-secret-rotated", id, null);
        return fresh.value();
    }

    public void delete(String id, String by) {
        if (!webhooks.delete(id)) require(id);
        attempts.deleteOf(id);
        audit.record(by, "webhook-deleted", id, null);
    }

    /** Resumes a subscriber that is paused or waits for its next attempt, at its current position. */
    public void resume(String id, String by) {
        if (!webhooks.resume(id, now())) require(id);
        audit.record(by, "webhook-resumed", id, null);
    }

    /** Sends a test message and returns the result. */
    public Attempt test(String id) {
        return dispatcher.test(require(id));
    }

    /** Sends one entry again with the same message id, independent of the subscriber's position. */
    public Attempt redeliver(String id, long position) {
        var entry = ledger.at(List.of(position)).stream()
                .filter(it -> it.position() <= readPosition.position())
                .findFirst()
                .orElseThrow(() -> Refusal.malformed("/position", "there is no such position in the ledger")
                        .raise());
        return dispatcher.send(require(id), entry);
    }

    /** Returns a page of attempts for the subscriber, newest first. */
    public Page<Attempt> attempts(String id, @Nullable String cursor, int limit) {
        return attempts.page(require(id).id(), cursor, limit);
    }

    /** Returns the paused subscribers, which need an administrator. */
    public List<Webhook> paused() {
        return all().stream().filter(webhook -> webhook.paused() != null).toList();
    }

    /** Returns the state of a subscriber: {@code active}, {@code failing} or {@code paused}. */
    public static String state(Webhook webhook) {
        if (webhook.paused() != null) return "paused";
        return webhook.failures() > 0 ? "failing" : "active";
    }

    /** A subscriber as it is shown, without its secrets. */
    public record View(
            String id,
            String url,
            List<String> kinds,
            List<String> types,
            Instant createdAt,
            String state,
            long position,
            int failures,
            @Nullable Instant failingSince,
            @Nullable Instant nextAttempt,
            @Nullable String pausedBecause) {
        public static View of(Webhook webhook) {
            return new View(
                    webhook.id(),
                    webhook.url(),
                    webhook.kinds(),
                    webhook.types(),
                    webhook.createdAt(),
                    Subscribers.state(webhook),
                    webhook.position(),
                    webhook.failures(),
                    webhook.failingSince(),
                    webhook.failures() > 0 && webhook.paused() == null ? webhook.nextAttempt() : null,
                    webhook.paused());
        }
    }
}
