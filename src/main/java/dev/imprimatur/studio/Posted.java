package dev.imprimatur.studio;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words of a form that was not taken, to be shown again in a form: to copy, to mend, or to send again.
 *
 * @param action where the form was sent
 * @param guide the page of the guide that it was about
 * @param texts what the person wrote
 * @param rest what else the form held
 * @param repeatable whether it may be sent again from here
 */
record Posted(String action, @Nullable String guide, List<Text> texts, List<Text> rest, boolean repeatable) {
    /** One field of the form. */
    record Text(String name, String label, String value) {}

    private static final Map<String, String> LABELS = Map.of(
            "body", "Comment",
            "quote", "Passage",
            "message", "Message",
            "reason", "Why",
            "title", "Title");
    /** What forms hold that nobody wrote; whatever is not named here counts as words. */
    private static final Set<String> MACHINERY = Set.of(
            "_csrf",
            "base",
            "page",
            "item",
            "edition",
            "rest",
            "writer",
            "once",
            "action",
            "outcome",
            "task",
            "revision",
            "contentHash",
            "pointer",
            "parent",
            "view",
            "against",
            "resolved",
            "etag",
            "merged",
            "theirs",
            "account",
            "guide",
            "type",
            "roles",
            "locale");

    /** What was posted, or null if that were no words. A password is never shown, and a form with one not sent again. */
    static @Nullable Posted of(HttpServletRequest request) {
        if (!request.getMethod().equals("POST") || request.getHeader(Custody.SCRIPT) != null) return null;
        var texts = new ArrayList<Text>();
        var rest = new ArrayList<Text>();
        request.getParameterMap().forEach((name, values) -> {
            if (!isSecret(name) && !name.equals("_csrf"))
                Arrays.stream(values)
                        .map(value -> new Text(name, label(name), value))
                        .forEach(isWords(name) ? texts::add : rest::add);
        });
        if (texts.stream().allMatch(text -> text.value().isBlank())) return null;
        String action = address(request);
        boolean whole = request.getParameterMap().keySet().stream().noneMatch(Posted::isSecret);
        return new Posted(
                action,
                action.matches("/studio/guides/[0-9a-z]+/.*") ? action.replaceAll("^((/[^/]+){3}).*", "$1") : null,
                texts,
                rest,
                whole && isFromHere(request) && isOfThisAccount(request));
    }

    private static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("password") || lower.contains("secret");
    }

    private static boolean isWords(String name) {
        return !MACHINERY.contains(name) && !name.startsWith("choice:") && !name.startsWith("mine:");
    }

    private static String label(String name) {
        return LABELS.getOrDefault(
                name, name.startsWith("/") ? name.substring(1).replace("/", ", ") : name);
    }

    private static String address(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) instanceof String forwarded
                ? forwarded
                : request.getRequestURI();
    }

    /** A form that another site made up is not offered to be sent by whoever is signed in here. */
    private static boolean isFromHere(HttpServletRequest request) {
        if ("same-origin".equals(request.getHeader("Sec-Fetch-Site"))) return true;
        String origin = request.getHeader("Origin");
        try {
            return origin != null && Objects.equals(URI.create(origin).getAuthority(), request.getHeader("Host"));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static boolean isOfThisAccount(HttpServletRequest request) {
        var session = request.getUserPrincipal();
        String writer = request.getParameter("writer");
        return session == null || writer == null || writer.equals(session.getName());
    }
}
