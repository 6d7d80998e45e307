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
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A submitted form that was refused. The page shows it again, so that the person can copy, correct or resend the text.
 *
 * @param action the path that the form was sent to
 * @param guide the path of the guide that the form is about; null if it is about none
 * @param texts the fields with text that the person wrote
 * @param rest all other fields
 * @param repeatable whether the form may be sent again from the page
 * @param proof whether the person must enter their password to send the form again
 * @param instead the page to open instead, if sending the form again would be refused again; otherwise null
 */
public record SubmittedForm(
        String action,
        @Nullable String guide,
        List<Text> texts,
        List<Text> rest,
        boolean repeatable,
        boolean proof,
        @Nullable String instead) {
    /** The names of refusals that say that a decision came too late. */
    private static final Set<String> OVER = Set.of("review-is-stale", "already-decided");

    /** One field of the form. */
    record Text(String name, String label, String value) {}

    /** Parameters that nobody typed. All other parameters count as text. */
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
            "version",
            "days",
            "type",
            "roles",
            "locale");

    /**
     * The submitted form; null if it contains no text. Passwords are left out. A form with a secret cannot be sent again, unless the secret
     * is only the password that confirms a signature.
     */
    public static @Nullable SubmittedForm of(HttpServletRequest request) {
        return of(request, false);
    }

    /**
     * The submitted form after a refusal. If the refusal only asks for the password, a form without text is returned, too, so that it can
     * be sent again.
     */
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
                // A form that another site created must not be sent by the person who is signed in here.
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

    /** This form with the labels of its fields instead of their names. */
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

    /** This form as the page shows it after the refusal. */
    private SubmittedForm after(Refusal refusal) {
        // the page says what has changed, so that whoever sends the form again decides on that
        if (refusal.members().get("current") instanceof Map<?, ?> current
                && current.get("etag") instanceof String etag
                && refusal.name().equals("schedule-changed"))
            return new SubmittedForm(
                    action,
                    guide,
                    texts,
                    rest.stream()
                            .map(text -> text.name().equals("version")
                                    ? new Text(text.name(), text.label(), etag.replace("\"", ""))
                                    : text)
                            .toList(),
                    repeatable,
                    proof,
                    instead);
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
