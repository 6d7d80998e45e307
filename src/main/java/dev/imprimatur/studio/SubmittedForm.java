// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import dev.imprimatur.access.SameOrigin;
import dev.imprimatur.access.SigningRules;
import dev.imprimatur.problem.Audience;
import dev.imprimatur.problem.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A submitted form that was refused. The page shows it again, so that the person can copy, correct or resend the text.
 *
 * @param action where the form was sent
 * @param guide the page of the guide that it was about
 * @param texts what the person wrote
 * @param rest what else the form held
 * @param repeatable whether it may be sent again from here
 * @param proof whether it is sent again with the password of whoever sends it
 * @param instead the page of what is there now, where sending it again would be refused again
 */
public record SubmittedForm(
        String action,
        @Nullable String guide,
        List<Text> texts,
        List<Text> rest,
        boolean repeatable,
        boolean proof,
        @Nullable String instead) {
    /** Refusals of what was decided about something that is over. */
    private static final Set<String> OVER = Set.of("review-is-stale", "already-decided");

    /** One field of the form. */
    record Text(String name, String label, String value) {}

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
            "scope",
            "days",
            "type",
            "roles",
            "locale");

    /** What was posted, or null if that were no words. A password is never shown, and a form with one not sent again. */
    public static @Nullable SubmittedForm of(HttpServletRequest request) {
        return of(request, false);
    }

    /** The same after a refusal; one that only asks for the password leaves a form without words to be sent again, too. */
    public static @Nullable SubmittedForm of(HttpServletRequest request, Refusal refusal) {
        var posted = of(request, SigningRules.asksForPassword(refusal));
        return posted == null ? null : posted.after(refusal);
    }

    private static @Nullable SubmittedForm of(HttpServletRequest request, boolean proof) {
        if (!request.getMethod().equals("POST") || request.getHeader(FormOwnership.SCRIPT) != null && !proof)
            return null;
        var texts = new ArrayList<Text>();
        var rest = new ArrayList<Text>();
        request.getParameterMap().forEach((name, values) -> {
            if (!isSecret(name) && !name.equals("_csrf"))
                Arrays.stream(values)
                        .map(value -> new Text(name, name, value))
                        .forEach(isWords(name) ? texts::add : rest::add);
        });
        if (!proof && texts.stream().allMatch(text -> text.value().isBlank())) return null;
        String action = Audience.path(request);
        boolean whole = request.getParameterMap().keySet().stream()
                .filter(name -> !name.equals(SigningRules.FIELD))
                .noneMatch(SubmittedForm::isSecret);
        return new SubmittedForm(
                action,
                action.matches("/studio/guides/[0-9a-z]+/.*") ? action.replaceAll("^((/[^/]+){3}).*", "$1") : null,
                texts,
                rest,
                // a form that another site made up is not offered to be sent by whoever is signed in here
                whole && SameOrigin.sent(request) && isOfThisAccount(request),
                proof,
                null);
    }

    private static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("password") || lower.contains("secret");
    }

    private static boolean isWords(String name) {
        return !MACHINERY.contains(name)
                && !name.startsWith("choice:")
                && !name.startsWith("mine:")
                && !name.startsWith("reason:");
    }

    /** This with what the form calls its fields instead of their names. */
    public SubmittedForm labelled(UnaryOperator<String> label) {
        return new SubmittedForm(
                action,
                guide,
                texts.stream()
                        .map(text -> new Text(text.name(), label.apply(text.name()), text.value()))
                        .toList(),
                rest,
                repeatable,
                proof,
                instead);
    }

    /** This as it is shown after that refusal. */
    private SubmittedForm after(Refusal refusal) {
        return guide == null || !OVER.contains(refusal.name())
                ? this
                : new SubmittedForm(action, guide, texts, rest, false, false, guide + "/review");
    }

    private static boolean isOfThisAccount(HttpServletRequest request) {
        var session = request.getUserPrincipal();
        String writer = request.getParameter("writer");
        return session == null || writer == null || writer.equals(session.getName());
    }
}
