package dev.imprimatur.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/** Who is signed in to the studio from where, on this node; a session is known by a name of its own, never by its cookie. */
@Component
public class Sessions implements HttpSessionListener {
    private static final String NAME = "imprimatur.session";
    private static final int LONGEST_BROWSER = 200;

    /**
     * Somebody's session.
     *
     * @param browser as it calls itself
     * @param source the network address it was opened from
     */
    public record Open(String id, String username, String browser, String source, Instant since) {}

    private record Live(Open open, HttpSession session) {}

    private final Map<String, Live> live = new ConcurrentHashMap<>();

    void opened(String username, HttpServletRequest request) {
        var session = request.getSession();
        String browser =
                Optional.ofNullable(request.getHeader(HttpHeaders.USER_AGENT)).orElse("an unnamed browser");
        var open = new Open(
                UUID.randomUUID().toString(),
                username,
                browser.length() > LONGEST_BROWSER ? browser.substring(0, LONGEST_BROWSER) : browser,
                request.getRemoteAddr(),
                Instant.ofEpochMilli(session.getCreationTime()));
        session.setAttribute(NAME, open.id());
        live.put(open.id(), new Live(open, session));
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        if (event.getSession().getAttribute(NAME) instanceof String id) live.remove(id);
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

    /** Ends a session of that account; one that is over already stays so. */
    public void end(String id, String username) {
        var ended = live.get(id);
        if (ended != null && ended.open().username().equals(username)) invalidate(ended);
    }

    /** Ends all sessions of an account but the one named, if any. */
    public void endAllOf(String username, @Nullable String but) {
        live.values().stream()
                .filter(it -> it.open().username().equals(username))
                .filter(it -> !it.open().id().equals(but))
                .forEach(this::invalidate);
    }

    private void invalidate(Live ended) {
        live.remove(ended.open().id());
        try {
            ended.session().invalidate();
        } catch (IllegalStateException over) {
            // it has ended by itself meanwhile
        }
    }
}
