// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import dev.imprimatur.access.PersonArgument;
import dev.imprimatur.access.SigningRules;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.problem.MultipartForm;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.problem.UnexpectedFailure;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Runs a request with an idempotency key once, and repeats the first answer for every further request with the same key. Scripts send the
 * key in the header {@code Idempotency-Key} to the management API. Forms of the studio carry a key in a hidden field. This filter runs
 * after the security filters, so the account is known.
 */
@Component
@Order(0)
class IdempotentRequests extends OncePerRequestFilter {
    private static final Logger log = LoggerFactory.getLogger(IdempotentRequests.class);
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[!-~]{1,200}");
    private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final String MANAGEMENT = "/api/management/";
    private static final String STUDIO = "/studio/";
    /** The form field that holds the key. */
    private static final String ONCE = "once";
    /** Fields that are not part of the fingerprint: they differ between two pages of one form, or must not leave a trace. */
    private static final Set<String> NOT_FINGERPRINTED = Set.of(ONCE, "_csrf", SigningRules.FIELD);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration CHECK_EVERY = Duration.ofMillis(50);

    private final IdempotencyKeys keys;
    private final ResponseEncryption encryption;
    private final ProblemWriter problems;

    IdempotentRequests(IdempotencyKeys keys, ResponseEncryption encryption, ProblemWriter problems) {
        this.keys = keys;
        this.encryption = encryption;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !CHANGING.contains(request.getMethod());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String account = account(request);
        if (account == null) {
            chain.doFilter(request, response);
        } else if (request.getRequestURI().startsWith(MANAGEMENT)
                && request.getHeaders(HEADER).hasMoreElements()) {
            script(account, request, response, chain);
        } else {
            String formKey = request.getRequestURI().startsWith(STUDIO) ? formKey(request) : null;
            if (formKey == null) chain.doFilter(request, response);
            else once(Call.ofForm(account, formKey, content(request)), request, response, chain);
        }
    }

    private static @Nullable String account(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof Authentication authentication
                        && authentication.getPrincipal() instanceof Account account
                ? account.username()
                : null;
    }

    private void script(String account, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var given = Collections.list(request.getHeaders(HEADER));
        if (given.size() != 1 || !KEY.matcher(given.getFirst()).matches()) {
            problems.write(
                    Refusal.malformed(HEADER + " is given once, with 1 to 200 visible ASCII characters", List.of()),
                    response);
            return;
        }
        try {
            byte[] body = request.getInputStream().readAllBytes();
            once(
                    Call.ofScript(account, given.getFirst(), target(request), body),
                    new ReadRequest(request, body),
                    response,
                    chain);
        } catch (Refused tooLarge) {
            problems.write(tooLarge.refusal(), response);
        }
    }

    private static String target(HttpServletRequest request) {
        String query = request.getQueryString();
        return request.getMethod() + " " + request.getRequestURI() + (query == null ? "" : "?" + query);
    }

    /** Returns the key in the form; null if there is none. */
    private static @Nullable String formKey(HttpServletRequest request) {
        String key = request.getParameter(ONCE);
        return key == null || key.isBlank() ? null : key;
    }

    private static String content(HttpServletRequest request) {
        var fields = new TreeMap<>(request.getParameterMap());
        fields.keySet().removeAll(NOT_FINGERPRINTED);
        var upload = MultipartForm.readFrom(request);
        return target(request)
                + (upload == null ? "" : upload.fingerprint())
                + fields.entrySet().stream()
                        .map(field -> "\n" + field.getKey() + "=" + Arrays.toString(field.getValue()))
                        .collect(Collectors.joining());
    }

    private void once(Call call, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Claim claim;
        try {
            claim = claim(call);
        } catch (RuntimeException down) {
            refuse(call, UnexpectedFailure.refusal(down, request), request, response);
            return;
        }
        switch (claim) {
            case Claim.Begun begun -> run(call, begun, request, response, chain);
            case Claim.Answered answered -> {
                var answer = encryption.decrypt(answered.answer(), call.caller());
                if (answer.isPresent()) {
                    answer.get().write(response);
                } else {
                    keys.forgetAnswer(call.id(), answered.answer());
                    once(call, request, response, chain);
                }
            }
            case Claim.Running running ->
                refuse(
                        call,
                        Refusal.inProgress(
                                "request-in-progress",
                                "this request is already running; send it again shortly for its answer",
                                RETRY_AFTER),
                        request,
                        response);
            case Claim.Reused reused ->
                refuse(
                        call,
                        Refusal.of(
                                Refusal.Kind.INCOMPLETE,
                                "idempotency-key-reused",
                                "this key was used for a request with another method, path or body; use a new key for each "
                                        + "request, and an old key only to repeat its request"),
                        request,
                        response);
        }
    }

    /** Claims the key. The second of two clicks on a form waits for the answer to the first, for a limited time. */
    private Claim claim(Call call) {
        long start = System.nanoTime();
        for (; ; ) {
            var claim = keys.begin(call.id(), call.fingerprint());
            boolean waits = call.patient() && claim instanceof Claim.Running;
            if (!waits || System.nanoTime() - start > LONGEST_WAIT.toNanos()) return claim;
            LockSupport.parkNanos(CHECK_EVERY.toNanos());
        }
    }

    private void run(
            Call call, Claim.Begun begun, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        request.setAttribute(PersonArgument.REQUEST, call.id());
        var buffered = new ContentCachingResponseWrapper(response);
        try {
            chain.doFilter(request, buffered);
        } catch (IOException | ServletException | RuntimeException failed) {
            if (isDenied(failed)) record(call, begun, null);
            else record(() -> keys.release(call.id(), begun.run()));
            throw failed;
        }
        // an earlier run of this request has deleted the resource that this run does not find
        if (begun.again()
                && request.getMethod().equals("DELETE")
                && buffered.getStatus() == HttpServletResponse.SC_NOT_FOUND) {
            buffered.resetBuffer();
            buffered.setContentType(null);
            buffered.setStatus(HttpServletResponse.SC_NO_CONTENT);
        }
        record(call, begun, StoredResponse.of(buffered));
        buffered.copyBodyToResponse();
    }

    /** Whether the request was denied. The servlet wraps the exceptions that the security filters expect. */
    private static boolean isDenied(Exception failed) {
        var cause = failed instanceof ServletException ? failed.getCause() : failed;
        return cause instanceof AccessDeniedException || cause instanceof AuthenticationException;
    }

    /** @param answer null if the request was denied */
    private void record(Call call, Claim.Begun begun, @Nullable StoredResponse answer) {
        record(() -> {
            if (answer != null && (call.patient() ? answer.isRedirect() : answer.isFinal()))
                keys.answered(call.id(), begun.run(), encryption.encrypt(answer, call.caller()));
            else if (begun.again() || answer != null && answer.isFailure()) keys.release(call.id(), begun.run());
            else keys.forget(call.id(), begun.run());
        });
    }

    /** Records the outcome. A failure is only logged, because the request is done and a repeated request finds its effect. */
    private static void record(Runnable outcome) {
        try {
            outcome.run();
        } catch (RuntimeException down) {
            log.warn("the outcome of a request could not be recorded: {}", down.toString());
        }
    }

    private void refuse(Call call, Refusal refusal, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (call.patient()) ProblemWriter.showPage(refusal, request, response);
        else problems.write(refusal, response);
    }
}
