// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import dev.imprimatur.audit.Audit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** The studio sessions of this node. Each session has a public name, so that pages can list sessions without showing cookies. */
@Component
public class Sessions implements HttpSessionListener {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);
    private static final String NAME = "imprimatur.session";
    private static final int LONGEST_BROWSER = 200;

    /**
     * A session of an account.
     *
     * @param browser the {@code User-Agent} that the browser sent
     * @param source the network address from which the session was opened
     */
    public record Open(String id, String username, String browser, String source, Instant since) {}

    private record Live(Open open, HttpSession session) {}

    private final Map<String, Live> live = new ConcurrentHashMap<>();
    private final Audit audit;
    private final Clock clock;
    private volatile boolean stopping;

    Sessions(Audit audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    public void opened(String username, HttpServletRequest request) {
        var session = request.getSession();
        // a sign-in in a browser that is signed in already takes over the session
        if (session.getAttribute(NAME) instanceof String old) over(old, "session-ended");
        String browser =
                Optional.ofNullable(request.getHeader(HttpHeaders.USER_AGENT)).orElse("an unnamed browser");
        var open = new Open(
                UUID.randomUUID().toString(),
                username,
                browser.length() > LONGEST_BROWSER ? browser.substring(0, LONGEST_BROWSER) : browser,
                request.getRemoteAddr(),
                Instant.ofEpochMilli(session.getCreationTime()));
        session.setAttribute(NAME, open.id());
        PasswordProof.store(request, clock.instant());
        live.put(open.id(), new Live(open, session));
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        if (event.getSession().getAttribute(NAME) instanceof String id) over(id, "session-ended");
    }

    /** Records a sign-out. The session ends right after this call. */
    public void signedOut(HttpServletRequest request) {
        String id = current(request);
        if (id != null) over(id, "signed-out");
    }

    /** Records the end of a session once, whether it timed out, was ended by somebody, or ended with a sign-out. */
    private void over(String id, String how) {
        var ended = live.remove(id);
        if (ended == null || stopping) return;
        var open = ended.open();
        try {
            if (how.equals("signed-out")) audit.record(open.username(), how, "studio", null);
            else audit.record(by(), how, open.username() + " " + open.source(), null);
        } catch (RuntimeException down) {
            log.warn("the end of a session of {} could not be recorded: {}", open.username(), down.toString());
        }
    }

    /** The account whose request ends the session; null if the session timed out. */
    private static @Nullable String by() {
        var who = RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? attributes.getRequest().getUserPrincipal()
                : null;
        return who == null ? null : who.getName();
    }

    /** All sessions end when the server stops. The log of the server says so, and the audit does not. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        stopping = true;
    }

    /** The sessions of an account, the newest first. */
    public List<Open> of(String username) {
        return live.values().stream()
                .map(Live::open)
                .filter(open -> open.username().equals(username))
                .sorted(Comparator.comparing(Open::since).reversed())
                .toList();
    }

    /** The name of the session of this request. */
    public @Nullable String current(HttpServletRequest request) {
        var session = request.getSession(false);
        return session == null ? null : (String) session.getAttribute(NAME);
    }

    /** Ends a session of the account. Does nothing if the session has ended already. */
    public void end(String id, String username) {
        var ended = live.get(id);
        if (ended != null && ended.open().username().equals(username)) invalidate(ended);
    }

    /** Ends all sessions of an account except the named one, if a name is given. */
    public void endAllOf(String username, @Nullable String but) {
        live.values().stream()
                .filter(it -> it.open().username().equals(username))
                .filter(it -> !it.open().id().equals(but))
                .forEach(this::invalidate);
    }

    private void invalidate(Live ended) {
        over(ended.open().id(), "session-ended");
        try {
            ended.session().invalidate();
        } catch (IllegalStateException over) {
            // the session has timed out meanwhile
        }
    }
}
