// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.accounts.PasswordReset;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.studio.DisplayText;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The page that a one-time reset link opens: whoever has the link chooses a new password. */
@Controller
class ResetPage {
    private final PasswordReset reset;

    ResetPage(PasswordReset reset) {
        this.reset = reset;
    }

    @GetMapping("/reset/{token}")
    String form(@PathVariable String token, HttpServletRequest request, HttpServletResponse response, Model model) {
        // The URL contains the secret, so it must not reach other sites or their logs as a referrer.
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cache-Control", "private, no-store");
        model.addAttribute("account", reset.account(token, request.getRemoteAddr()));
        model.addAttribute("token", token);
        return "studio/reset";
    }

    @PostMapping("/reset")
    String choose(
            @RequestParam String token,
            @RequestParam String wanted,
            @RequestParam String again,
            HttpServletRequest request,
            HttpServletResponse response,
            Model model) {
        try {
            if (!wanted.equals(again))
                throw Refusal.malformed("/again", "the two passwords differ; write the same twice")
                        .raise();
            reset.use(token, wanted, request.getRemoteAddr());
        } catch (Refused refused) {
            if (refused.refusal().kind() != Refusal.Kind.MALFORMED) throw refused;
            response.setStatus(refused.refusal().kind().status());
            model.addAttribute("problem", DisplayText.sentence(refused.refusal().detail()));
            return form(token, request, response, model);
        }
        return "redirect:/login?reset";
    }
}
