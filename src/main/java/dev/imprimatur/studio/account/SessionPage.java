// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.people.Person;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** Says who is signed in and which CSRF token their forms need. Pages that are older than the session ask here. */
@Controller
class SessionPage {
    /** The CSRF token and the name of its header. */
    record Csrf(String header, String token) {}

    record Session(String account, String name, Csrf csrf) {}

    /** Answers 401 if nobody is signed in. */
    @GetMapping("/studio/session")
    @ResponseBody
    Session session(Person me, CsrfToken token) {
        return new Session(me.account(), me.name(), new Csrf(token.getHeaderName(), token.getToken()));
    }
}
