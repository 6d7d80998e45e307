// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.Secret;
import dev.imprimatur.sessions.SessionStore.Row;
import dev.imprimatur.signing.SealedCollection.Stored;
import dev.imprimatur.store.Failures;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpHeaders;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Opens, finds and ends the sessions of people in the studio. A session belongs to whoever has its secret, which only the browser's cookie
 * holds. All nodes share the sessions: a request reads its session from the store, so a session that was ended anywhere opens nothing more.
 */
@Component
public class Sessions {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);
    /** The request attribute that holds the session of the request, once it was looked for. */
    private static final String FOUND = Sessions.class.getName();

    private static final String NONE = "none";
    private static final int LONGEST_BROWSER = 200;
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(30);
    private static final int PARTS_OF_TIMEOUT = 10;

    private static final String ENDED = "session-ended";
    private static final String SIGNED_OUT = "signed-out";

    /** The session of a request. */
    record Found(String secret, Stored<Row> stored, Row row) {
        static Optional<Found> of(String secret, Stored<Row> stored) {
            return stored.intact().map(row -> new Found(secret, stored, row));
        }

        @Override
        public String toString() {
            return "Found[" + row.name() + "]";
        }
    }

    private final SessionStore sessions;
    private final Audit audit;
    private final Clock clock;
    private final Duration timeout;
    private final Duration recordEvery;
    /** After a failed attempt, this node records no use of a session until this instant. */
    private volatile Instant recordAgainAt = Instant.MIN;

    /**
     * Reads the settings.
     *
     * @param timeout {@code server.servlet.session.timeout}: how long a session lasts after it was used last; a plain number is seconds
     * @param recordEvery {@code imprimatur.sessions.record-use-every}: how often the use of a session is written; at most a tenth of
     *     the timeout
     */
    Sessions(
            SessionStore sessions,
            Audit audit,
            Clock clock,
            @Value("${server.servlet.session.timeout:8h}") String timeout,
            @Value("${imprimatur.sessions.record-use-every:1m}") Duration recordEvery) {
        this.sessions = sessions;
        this.audit = audit;
        this.clock = clock;
        this.timeout = DurationStyle.detectAndParse(timeout, ChronoUnit.SECONDS);
        if (this.timeout.compareTo(SHORTEST_TIMEOUT) < 0 || this.timeout.compareTo(LONGEST_TIMEOUT) > 0)
            throw new IllegalArgumentException("server.servlet.session.timeout is 1m to 30d");
        var longest = this.timeout.dividedBy(PARTS_OF_TIMEOUT);
        this.recordEvery = recordEvery.compareTo(longest) > 0 ? longest : recordEvery;
    }

    /** Opens a session with a new secret, and ends the session that this browser had before. */
    public void open(String account, HttpServletRequest request, HttpServletResponse response) {
        var before = find(request);
        var now = clock.instant();
        var secret = Secret.fresh("");
        String browser =
                Optional.ofNullable(request.getHeader(HttpHeaders.USER_AGENT)).orElse("an unnamed browser");
        sessions.insert(new Row(
                secret.hash(),
                UUID.randomUUID().toString(),
                account,
                browser.length() > LONGEST_BROWSER ? browser.substring(0, LONGEST_BROWSER) : browser,
                request.getRemoteAddr(),
                now,
                now,
                now,
                List.of()));
        SessionCookie.set(secret.text(), request, response);
        request.setAttribute(FOUND, NONE);
        before.ifPresent(old -> end(old.name(), old.account()));
    }

    /** The session whose secret the request carries. Reads it from the store once for each request, and records that it is in use. */
    public Optional<Session> find(HttpServletRequest request) {
        if (request.getAttribute(FOUND) == null) {
            var found = SessionCookie.of(request).flatMap(this::read);
            if (found.isPresent()) request.setAttribute(FOUND, found.get());
            else request.setAttribute(FOUND, NONE);
        }
        return of(request);
    }

    /** The session of the request, if it was looked for and found. */
    public static Optional<Session> of(HttpServletRequest request) {
        return found(request).map(found -> found.row().session());
    }

    static Optional<Found> found(HttpServletRequest request) {
        return request.getAttribute(FOUND) instanceof Found found ? Optional.of(found) : Optional.empty();
    }

    private Optional<Found> read(String secret) {
        var stored = sessions.find(new Secret(secret).hash()).orElse(null);
        if (stored == null) return Optional.empty();
        if (stored.fault() != null) {
            log.warn("session {} {}; it opens nothing", stored.id(), stored.fault());
            return Optional.empty();
        }
        return Found.of(secret, stored).filter(found -> !isIdle(found.row())).map(this::recorded);
    }

    /** Whether the session has timed out. It is deleted later, by {@link #removeIdle}. */
    private boolean isIdle(Row row) {
        return !row.lastSeenAt().isAfter(idleSince());
    }

    /** The last use after which a session has timed out by now. */
    private Instant idleSince() {
        return clock.instant().minus(timeout);
    }

    /** Records that the session is in use, unless that was recorded recently. If that fails, for any reason, the session stays usable. */
    private Found recorded(Found found) {
        var now = clock.instant();
        if (now.isBefore(found.row().lastSeenAt().plus(recordEvery)) || now.isBefore(recordAgainAt)) return found;
        try {
            return sessions.replace(found.stored(), found.row().seen(now))
                    .flatMap(stored -> Found.of(found.secret(), stored))
                    .orElse(found);
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed))
                log.warn("the use of sessions could not be recorded: {}", failed.toString());
            recordAgainAt = now.plus(recordEvery);
            return found;
        }
    }

    /** Records that the person gave the password with this request. */
    public void passwordGiven(HttpServletRequest request) {
        var now = clock.instant();
        change(request, row -> row.proven(now));
        PasswordProof.given(request, now);
    }

    /** Changes the session of the request in the store, unless it has ended. */
    void change(HttpServletRequest request, UnaryOperator<Row> change) {
        for (var found = found(request); found.isPresent(); found = again(found.get())) {
            String secret = found.get().secret();
            var changed = sessions.replace(
                            found.get().stored(), change.apply(found.get().row()))
                    .flatMap(stored -> Found.of(secret, stored));
            if (changed.isEmpty()) continue;
            request.setAttribute(FOUND, changed.get());
            return;
        }
    }

    private Optional<Found> again(Found found) {
        return sessions.find(found.row().id()).flatMap(stored -> Found.of(found.secret(), stored));
    }

    /** Signs the person out: ends the session of the request and removes its cookie. */
    public void signOut(HttpServletRequest request, HttpServletResponse response) {
        find(request);
        var found = found(request);
        if (found.isPresent()) {
            sessions.take(found.get().row().id()).ifPresent(ended -> record(ended, SIGNED_OUT));
            request.setAttribute(FOUND, NONE);
        }
        SessionCookie.remove(request, response);
    }

    /** The sessions of an account on all nodes, the newest first. */
    public List<Session> of(String account) {
        return sessions.of(account, idleSince()).stream().map(Row::session).toList();
    }

    /** Ends a session of the account. Does nothing if the session has ended already. */
    public void end(String name, String account) {
        sessions.take(account, name).ifPresent(ended -> record(ended, ENDED));
    }

    /** Ends all sessions of an account except the named one, if a name is given. */
    public void endAllOf(String account, @Nullable String but) {
        takeEach(() -> sessions.takeOther(account, but));
    }

    /** Deletes the sessions that have timed out. */
    @Scheduled(fixedDelayString = "${imprimatur.sessions.clean-every:10m}")
    void removeIdle() {
        var since = idleSince();
        try {
            takeEach(() -> sessions.takeIdle(since));
        } catch (RuntimeException down) {
            log.warn("sessions that have timed out could not be removed: {}", down.toString());
        }
    }

    private void takeEach(Supplier<Optional<Stored<Row>>> next) {
        for (var ended = next.get(); ended.isPresent(); ended = next.get()) record(ended.get(), ENDED);
    }

    /** Records the end of a session that this node has deleted. A session that this server did not write was never open. */
    private void record(Stored<Row> ended, String how) {
        var row = ended.intact().orElse(null);
        if (row == null) {
            log.warn("session {}, which {}, was deleted", ended.id(), ended.fault());
            return;
        }
        try {
            if (how.equals(SIGNED_OUT)) audit.record(row.account(), how, "studio", null);
            else audit.record(by(), how, row.account() + " " + row.source(), null);
        } catch (RuntimeException down) {
            log.warn("the end of a session of {} could not be recorded: {}", row.account(), down.toString());
        }
    }

    /** The account whose request ends the session; null if the session timed out. */
    private static @Nullable String by() {
        var who = RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? attributes.getRequest().getUserPrincipal()
                : null;
        return who == null ? null : who.getName();
    }
}
