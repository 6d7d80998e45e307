package dev.imprimatur.studio;

import dev.imprimatur.editing.Person;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells a page that is still open whose session the browser has now, so that it can go on after a new sign-in. */
@RestController
class SessionPage {
    record Token(String header, String token) {}

    record Session(String account, Token csrf) {}

    @GetMapping("/studio/session")
    Session session(Person me, CsrfToken csrf) {
        return new Session(me.account(), new Token(csrf.getHeaderName(), csrf.getToken()));
    }
}
