// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.failure;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.notifications.Bell;
import dev.imprimatur.notifications.Chats;
import dev.imprimatur.notifications.Undelivered;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.problem.UnexpectedFailure;
import dev.imprimatur.publication.Integrity;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.webhooks.Subscribers;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** Adds what all pages share: the person who looks at them, the number of waiting tasks, and the presentation of refusals. */
@ControllerAdvice(basePackageClasses = DisplayText.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class Pages {
    private final Inbox inbox;
    private final Subscribers subscribers;
    private final Integrity integrity;
    private final Damages damages;
    private final Failures failures;
    private final Bell bell;
    private final Undelivered undelivered;
    private final Chats chats;

    Pages(
            Inbox inbox,
            Subscribers subscribers,
            Integrity integrity,
            Damages damages,
            Failures failures,
            Bell bell,
            Undelivered undelivered,
            Chats chats) {
        this.bell = bell;
        this.undelivered = undelivered;
        this.chats = chats;
        this.inbox = inbox;
        this.subscribers = subscribers;
        this.integrity = integrity;
        this.damages = damages;
        this.failures = failures;
    }

    @ModelAttribute
    void common(Model model, HttpServletRequest request) {
        var me = who(request);
        // Error pages must not query a store that may have failed.
        if (me == null
                || request.getHeader("X-Requested-With") != null
                || request.getDispatcherType() == DispatcherType.ERROR) return;
        model.addAttribute("me", me);
        model.addAttribute("path", request.getRequestURI());
        model.addAttribute("waiting", inbox.waiting(me));
        model.addAttribute("unread", me.roles().isEmpty() ? 0 : bell.unread(me));
        model.addAttribute("fromLogs", !inbox.isFromEngine());
        // Every page tells administrators about paused webhooks, because they can resume them.
        model.addAttribute(
                "pausedWebhooks",
                me.has(Role.ADMIN.name()) ? subscribers.paused().size() : 0);
        model.addAttribute("undeliveredCount", me.has(Role.ADMIN.name()) ? undelivered.waiting() + chats.paused() : 0);
        model.addAttribute("lost", integrity.lost().orElse(null));
        model.addAttribute("damaged", me.has(Role.ADMIN.name()) ? integrity.failures() : List.of());
        model.addAttribute("altered", me.has(Role.ADMIN.name()) ? damages.all() : List.of());
    }

    static @Nullable Person who(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof Authentication authentication
                        && authentication.getPrincipal() instanceof Account account
                ? account.person()
                : null;
    }

    @ExceptionHandler
    @Nullable
    ModelAndView refused(Refused refused, HttpServletRequest request, HttpServletResponse response) throws IOException {
        return failures.shown(refused.refusal(), request, response);
    }

    /** Passes these exceptions on, because the security filters answer them. */
    @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
    void denied(RuntimeException denied) {
        throw denied;
    }

    @ExceptionHandler
    @Nullable
    ModelAndView anythingElse(Exception unforeseen, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        return failures.shown(UnexpectedFailure.refusal(unforeseen, request), request, response);
    }
}
