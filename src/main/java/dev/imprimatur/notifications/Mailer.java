// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Language;
import dev.imprimatur.notifications.Mailboxes.Mailbox;
import dev.imprimatur.notifications.Notifications.Notification;
import dev.imprimatur.notifications.Notifications.Notification.Mail;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.store.WatchThread;
import dev.imprimatur.webhooks.RetryDelay;
import jakarta.mail.MessagingException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.mail.MailException;
import org.springframework.stereotype.Component;

/**
 * Mails the digests that are due. The content of a digest is fixed in the store before it is sent, and its Message-ID is made from it. If a
 * node dies while it sends, another node sends the same digest with the same Message-ID.
 */
@Component
class Mailer implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Mailer.class);
    private static final int LONGEST_ERROR = 500;
    /** Longer than the time that an attempt may take with the timeouts of the mail server. */
    private static final Duration LEASE = Duration.ofMinutes(10);

    private static final Duration LINKS_KEPT = Duration.ofDays(400);

    private final MailSetup setup;
    private final Notifications notifications;
    private final Mailboxes mailboxes;
    private final PreferenceStore preferences;
    private final UnsubscribeLinks links;
    private final Recipients recipients;
    private final Wording wording;
    private final Accounts accounts;
    private final Guides guides;
    private final LedgerReader ledger;
    private final Clock clock;
    private final Duration checkEvery;
    private final Duration oldest;
    private final Duration firstRetry;
    private final int attempts;
    private final int mostItems;
    private final Semaphore connections;
    private final String node = UUID.randomUUID().toString();
    private final WatchThread thread = new WatchThread("mails", this::round);
    private @Nullable ExecutorService senders;

    /**
     * Takes the limits from the configuration.
     *
     * @param checkEvery how often the node looks for due digests, {@code imprimatur.notifications.check-every}
     * @param oldest what is older than this is not mailed, {@code imprimatur.notifications.oldest}
     * @param firstRetry the wait after the first failure; each further failure makes it four times as long, up to eight hours,
     *     {@code imprimatur.notifications.first-retry}
     * @param attempts after how many attempts a digest waits for an administrator, {@code imprimatur.notifications.attempts}
     * @param mostItems how many notifications a digest holds, {@code imprimatur.notifications.most-in-mail}
     * @param connections how many mails a node sends at once, {@code imprimatur.notifications.connections}
     */
    Mailer(
            MailSetup setup,
            Notifications notifications,
            Mailboxes mailboxes,
            PreferenceStore preferences,
            UnsubscribeLinks links,
            Recipients recipients,
            Wording wording,
            Accounts accounts,
            Guides guides,
            LedgerReader ledger,
            Clock clock,
            @Value("${imprimatur.notifications.check-every:5s}") Duration checkEvery,
            @Value("${imprimatur.notifications.oldest:3d}") Duration oldest,
            @Value("${imprimatur.notifications.first-retry:1m}") Duration firstRetry,
            @Value("${imprimatur.notifications.attempts:8}") int attempts,
            @Value("${imprimatur.notifications.most-in-mail:50}") int mostItems,
            @Value("${imprimatur.notifications.connections:4}") int connections) {
        this.setup = setup;
        this.notifications = notifications;
        this.mailboxes = mailboxes;
        this.preferences = preferences;
        this.links = links;
        this.recipients = recipients;
        this.wording = wording;
        this.accounts = accounts;
        this.guides = guides;
        this.ledger = ledger;
        this.clock = clock;
        this.checkEvery = checkEvery;
        this.oldest = oldest;
        this.firstRetry = firstRetry;
        this.attempts = attempts;
        this.mostItems = mostItems;
        this.connections = new Semaphore(connections);
    }

    private void round() throws InterruptedException {
        try {
            // MongoDB may have been restored from an old backup
            if (!ledger.isBehind()) sendDue();
        } catch (RuntimeException failed) {
            if (thread.isRunning()) log.warn("mails wait: {}", failed.toString());
        }
        thread.pause(checkEvery);
    }

    /** Sends every digest that is due, several at once, and waits until they are sent. */
    private void sendDue() throws InterruptedException {
        var now = clock.instant();
        var people = new TreeSet<>(notifications.peopleWithMail(now));
        people.addAll(mailboxes.waiting(now));
        var sending = people.stream()
                .map(person -> Objects.requireNonNull(senders).submit(() -> attempt(person)))
                .toList();
        for (var one : sending) {
            try {
                one.get();
            } catch (ExecutionException failed) {
                log.warn("a mail was not sent: {}", String.valueOf(failed.getCause()));
            }
        }
        links.deleteBefore(now.minus(LINKS_KEPT));
    }

    private void attempt(String person) {
        try {
            connections.acquire();
            try {
                if (thread.isRunning()) send(person);
            } finally {
                connections.release();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            if (thread.isRunning()) log.warn("the mail to {} waits: {}", person, failed.toString());
        }
    }

    /** Sends the digest of one person if this node gets the lease. */
    void send(String person) {
        var now = clock.instant();
        var claimed = mailboxes.claim(person, node, now, now.plus(LEASE));
        if (claimed.isEmpty()) return;
        var box = claimed.get();
        var digest = box.digest() == null ? fixed(box, now) : Optional.of(box.digest());
        if (digest.isEmpty()) {
            mailboxes.release(box, now);
            return;
        }
        var mail =
                isForgotten(digest.get(), box, now) ? Optional.<Composed>empty() : composed(digest.get(), person, now);
        if (mail.isPresent()) {
            String error = delivered(mail.get(), digest.get());
            if (error != null) {
                failed(box, error);
                return;
            }
        }
        var sent = mail.map(Composed::sent).orElse(List.of());
        var dropped = digest.get().notifications().stream()
                .filter(id -> !sent.contains(id))
                .toList();
        if (!sent.isEmpty()) notifications.mailed(sent, Mail.SENT);
        if (!dropped.isEmpty()) notifications.mailed(dropped, Mail.NONE);
        mailboxes.done(box, clock.instant());
    }

    /** Whether the digest is too old: it comes from a restored store, or no node ran for long. What an administrator retries is not. */
    private boolean isForgotten(Mailbox.Digest digest, Mailbox box, Instant now) {
        var bound = now.minus(oldest);
        return digest.at().isBefore(bound)
                && (box.failingSince() == null || box.failingSince().isBefore(bound));
    }

    /** Fixes what the next digest holds; empty if there is nothing to send, or if another node took over. */
    private Optional<Mailbox.Digest> fixed(Mailbox box, Instant now) {
        var due = notifications.toMail(box.person(), mostItems);
        // what the person has read in the studio; and after a restore, what was mailed long ago looks as if it were to
        // be mailed
        var stale = due.stream()
                .filter(it -> it.read() || it.at().isBefore(now.minus(oldest)))
                .map(Notification::id)
                .toList();
        if (!stale.isEmpty()) notifications.mailed(stale, Mail.NONE);
        var ids = due.stream()
                .map(Notification::id)
                .filter(id -> !stale.contains(id))
                .toList();
        if (ids.isEmpty()) return Optional.empty();
        var hash = Sha256.of(String.join("\n", ids).getBytes(StandardCharsets.UTF_8));
        var digest = new Mailbox.Digest(HexFormat.of().formatHex(hash, 0, 16), ids, now);
        return mailboxes.fix(box, digest) ? Optional.of(digest) : Optional.empty();
    }

    /** A digest to an address, and the notifications that are in it. */
    private record Composed(DigestMail mail, String address, String name, List<String> sent) {}

    /** Writes the digest as of now: without what the person may no longer read, does not want any more, or has read or done. */
    private Optional<Composed> composed(Mailbox.Digest digest, String person, Instant now) {
        var account = accounts.account(person);
        String address = account.map(Account::email).orElse(null);
        if (account.isEmpty() || address == null) return Optional.empty();
        var chosen = preferences.of(person);
        var wanted = notifications.find(digest.notifications()).stream()
                .filter(it -> it.mail() == Mail.DUE && !it.read() && chosen.mails(it.kind()))
                .toList();
        var cards = guides.find(wanted.stream().map(Notification::guide).collect(Collectors.toSet()));
        var current = wanted.stream()
                .filter(it -> Optional.ofNullable(cards.get(it.guide()))
                        .filter(guide -> recipients.isStillConcerned(it, account.get(), guide))
                        .isPresent())
                .toList();
        if (current.isEmpty()) return Optional.empty();
        var lines = current.stream()
                .map(it -> line(it, Objects.requireNonNull(cards.get(it.guide()))))
                .toList();
        return Optional.of(new Composed(
                new DigestMail(
                        lines,
                        setup.link("/unsubscribe/" + links.make(person, now)),
                        setup.link("/studio/notifications/settings")),
                address,
                account.get().displayName(),
                current.stream().map(Notification::id).toList()));
    }

    private DigestMail.Line line(Notification it, Guide guide) {
        return new DigestMail.Line(
                wording.who(it),
                wording.did(it, guide),
                guide.title(),
                Language.of(guide.locale()),
                setup.link(Wording.path(it)));
    }

    /** Hands the mail to the mail server. Returns why it was not accepted; null if it was. */
    private @Nullable String delivered(Composed mail, Mailbox.Digest digest) {
        if (!setup.isConfigured()) return "no mail server is configured";
        try {
            var message = setup.sender().createMimeMessage();
            mail.mail()
                    .write(
                            message,
                            "<" + digest.id() + "@" + setup.host() + ">",
                            setup.from(),
                            mail.address(),
                            mail.name(),
                            digest.at());
            setup.sender().send(message);
            return null;
        } catch (MailException | MessagingException | UnsupportedEncodingException failed) {
            return reason(failed);
        }
    }

    private static String reason(Exception failed) {
        Throwable cause = failed;
        while (cause.getCause() != null) cause = cause.getCause();
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String line = DigestMail.oneLine(message);
        return CleanText.start(line, LONGEST_ERROR);
    }

    private void failed(Mailbox box, String error) {
        var now = clock.instant();
        boolean gaveUp = box.failures() + 1 >= attempts;
        var wait = RetryDelay.after(firstRetry, box.failures());
        if (gaveUp) log.warn("the mail to {} waits for an administrator: {}", box.person(), error);
        mailboxes.failed(box, error, Objects.requireNonNullElse(box.failingSince(), now), now.plus(wait), gaveUp, now);
    }

    @Override
    public void start() {
        if (!setup.isConfigured()) return;
        senders = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("mail-", 0).factory());
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
