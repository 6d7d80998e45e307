// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.people.AuthenticationMethod;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.sessions.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Decides whether a person may sign now. In the studio, signing needs a password that was given recently, so that a hijacked session cannot
 * sign anything (21 CFR 11.200). Scripts may sign only where the operator allows it.
 */
@Component
public class SigningRules {
    /** The input of a form that holds the password of the person who sends the form. */
    public static final String FIELD = "own-password";

    private static final String NEEDED = "password-needed";
    private static final String WRONG = "password-wrong";
    private static final String POINTER = "/" + FIELD;

    private final Accounts accounts;
    private final Sessions sessions;
    private final Clock clock;
    private final Duration passwordAge;
    private final boolean byToken;

    /**
     * Reads the settings.
     *
     * @param passwordAge {@code imprimatur.signing.password-age}: how long a password counts as recent; 0 asks for it every time
     * @param byToken {@code imprimatur.signing.by-token}: whether decisions may be signed with a token
     */
    SigningRules(
            Accounts accounts,
            Sessions sessions,
            Clock clock,
            @Value("${imprimatur.signing.password-age:15m}") Duration passwordAge,
            @Value("${imprimatur.signing.by-token:true}") boolean byToken) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.clock = clock;
        this.passwordAge = passwordAge;
        this.byToken = byToken;
    }

    /** Whether the refusal asks for the password, after which the same form can be sent again. */
    public static boolean asksForPassword(Refusal refusal) {
        return Set.of(NEEDED, WRONG).contains(refusal.name());
    }

    /** Whether this person must enter the password in order to sign now. */
    public boolean needsPassword(Person by) {
        var method = by.means();
        if (method == null) return true;
        if (method.kind() == AuthenticationMethod.Kind.PASSWORD || method.kind() == AuthenticationMethod.Kind.LINK)
            return false;
        var provenAt = method.provenAt();
        return provenAt == null || !provenAt.plus(passwordAge).isAfter(clock.instant());
    }

    /** Throws a refusal unless the password came with this request or was given recently in this session. */
    public void mustBeProven(Person by) {
        if (needsPassword(by))
            throw asked(NEEDED, "give your password again: " + why()).raise();
    }

    /** Throws a refusal unless this person may sign a decision with their kind of authentication. */
    public void mustBeAbleToSign(Person by) {
        var method = by.means();
        if (method == null || method.kind() != AuthenticationMethod.Kind.TOKEN) mustBeProven(by);
        else if (!byToken)
            throw Refusal.forbidden(
                            "no-review-by-token",
                            "this server takes no signed decision through a token; decide in the studio")
                    .raise();
    }

    private String why() {
        return passwordAge.isZero()
                ? "it is asked for each time that you sign"
                : "it was not given in the last " + words(passwordAge);
    }

    private static String words(Duration age) {
        long minutes = age.toMinutes();
        return age.toSeconds() % 60 != 0 || minutes == 0
                ? age.toSeconds() + " seconds"
                : minutes + (minutes == 1 ? " minute" : " minutes");
    }

    private static Refusal asked(String name, String detail) {
        return new Refusal(Refusal.Kind.INCOMPLETE, name, detail, List.of(new Fault(POINTER, detail)), Map.of());
    }

    /** Checks the password that came with a request. A wrong password counts as a failed sign-in. */
    public void prove(String username, String password, HttpServletRequest request) {
        try {
            accounts.signIn(username, password, request.getRemoteAddr());
        } catch (Refused refused) {
            if (refused.refusal().kind() != Refusal.Kind.UNAUTHENTICATED) throw refused;
            throw asked(WRONG, "this is not your password; nothing was done").raise();
        }
        sessions.passwordGiven(request);
    }
}
