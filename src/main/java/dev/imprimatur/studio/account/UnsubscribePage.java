// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.notifications.Unsubscription;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/**
 * The page that the link in a mail opens. It ends the mails only when it is posted to, because programs that check mails open all links.
 * Mail programs post to it themselves (RFC 8058).
 */
@Controller
class UnsubscribePage {
    private final Unsubscription unsubscription;

    UnsubscribePage(Unsubscription unsubscription) {
        this.unsubscription = unsubscription;
    }

    @GetMapping("/unsubscribe/{token}")
    String ask(@PathVariable String token, HttpServletRequest request, HttpServletResponse response, Model model) {
        unsubscription.mustExist(token, request.getRemoteAddr());
        return shown(token, false, response, model);
    }

    @PostMapping("/unsubscribe/{token}")
    String end(@PathVariable String token, HttpServletRequest request, HttpServletResponse response, Model model) {
        unsubscription.end(token, request.getRemoteAddr());
        return shown(token, true, response, model);
    }

    private static String shown(String token, boolean ended, HttpServletResponse response, Model model) {
        response.setHeader("X-Robots-Tag", "noindex");
        model.addAttribute("token", token);
        model.addAttribute("ended", ended);
        return "studio/unsubscribe";
    }
}
