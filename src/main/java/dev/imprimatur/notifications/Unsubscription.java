// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.audit.Audit;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.throttling.Throttle;
import org.springframework.stereotype.Component;

/** Ends the mails to the person to whom a mail with a link was sent. The link is the credential, and is good for nothing else. */
@Component
public class Unsubscription {
    private final UnsubscribeLinks links;
    private final NotificationSettings settings;
    private final Throttle throttle;
    private final Audit audit;

    Unsubscription(UnsubscribeLinks links, NotificationSettings settings, Throttle throttle, Audit audit) {
        this.links = links;
        this.settings = settings;
        this.throttle = throttle;
        this.audit = audit;
    }

    /** Refuses a token that was never in a mail, and counts it against the network address that sent it. */
    public void mustExist(String token, String source) {
        if (links.person(token).isEmpty()) throw wrong(source);
    }

    /** Ends the mails. Doing it again changes nothing. */
    public void end(String token, String source) {
        String person = links.person(token).orElseThrow(() -> wrong(source));
        if (settings.endMail(person)) audit.record(person, "mail-unsubscribed", null, source);
    }

    private Refused wrong(String source) {
        throttle.failed(source);
        return Refusal.missing("there is no such link").raise();
    }
}
