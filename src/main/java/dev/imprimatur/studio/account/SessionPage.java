// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.account;

import dev.imprimatur.people.Person;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** Who is signed in, and with which token their forms are sent: a page that is older than the session asks here. */
@Controller
class SessionPage {
    /** The token, and the header that carries it. */
    record Csrf(String header, String token) {}

    record Session(String account, String name, Csrf csrf) {}

    /** Answers 401 where nobody is signed in. */
    @GetMapping("/studio/session")
    @ResponseBody
    Session session(Person me, CsrfToken token) {
        return new Session(me.account(), me.name(), new Csrf(token.getHeaderName(), token.getToken()));
    }
}
