// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.problem.Audience;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.studio.SubmittedForm;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The page where people sign in. */
@Controller
class SignInPage {
    @GetMapping("/")
    String root() {
        return "redirect:/studio";
    }

    @GetMapping("/login")
    String signIn(
            @RequestParam @Nullable String wrong,
            @RequestParam @Nullable String throttled,
            @RequestParam @Nullable String out,
            @RequestParam @Nullable String reset,
            Model model) {
        if (wrong != null) model.addAttribute("problem", "The username or the password is wrong.");
        if (throttled != null)
            model.addAttribute("problem", "There were too many failed attempts. Wait a little and try again.");
        if (out != null) model.addAttribute("notice", "You are signed out.");
        if (reset != null) model.addAttribute("notice", "Your new password holds. Sign in with it.");
        return "studio/login";
    }

    /** The page for people who may not do what they requested, or whose session has ended or cannot be read. The security filters forward requests to it. */
    @RequestMapping("/studio/denied")
    String denied(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute("/studio/denied") instanceof RuntimeException unreadable) throw unreadable;
        if (request.getUserPrincipal() == null) {
            boolean byScript = Audience.isByScript(request);
            if (!byScript && SubmittedForm.of(request) == null) return "redirect:/login";
            if (byScript) response.setHeader("HX-Redirect", "/login");
            throw Refusal.of(
                            Refusal.Kind.UNAUTHENTICATED,
                            "signed-out",
                            "your session has ended, so nothing was sent. Sign in again in another tab and send it from here")
                    .raise();
        }
        String why = (String) request.getAttribute("/studio/denied");
        throw Refusal.forbidden("forbidden", why == null ? "your roles do not allow this" : why)
                .raise();
    }

    /** Answers all other URLs below the studio's. */
    @RequestMapping("/studio/**")
    void nothing() {
        throw Refusal.missing("there is no page at this address").raise();
    }
}
