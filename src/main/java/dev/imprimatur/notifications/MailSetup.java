// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import java.net.URI;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.stereotype.Component;

/** What the operator configured for mail: the mail server, the sender, and the address of the studio in links. */
@Component
public class MailSetup {
    private final ObjectProvider<JavaMailSender> sender;
    private final String baseUrl;
    private final String from;

    /**
     * Takes the settings from the configuration.
     *
     * @param baseUrl the address at which people reach the studio, {@code imprimatur.notifications.base-url}
     * @param from the address that mails come from, {@code imprimatur.notifications.from}; empty for {@code imprimatur} at the host of the
     *     base URL
     */
    MailSetup(
            ObjectProvider<JavaMailSender> sender,
            @Value("${imprimatur.notifications.base-url:http://localhost:${server.port:8080}}") String baseUrl,
            @Value("${imprimatur.notifications.from:}") String from) {
        this.sender = sender;
        this.baseUrl = baseUrl.replaceAll("/+$", "");
        this.from = from.isBlank() ? "imprimatur@" + host(baseUrl) : from;
    }

    private static String host(String baseUrl) {
        try {
            var address = URI.create(baseUrl);
            boolean isWeb = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
            if (isWeb && address.getHost() != null && address.getQuery() == null && address.getFragment() == null)
                return address.getHost();
        } catch (IllegalArgumentException malformed) {
            // refused below
        }
        throw new IllegalArgumentException(
                "imprimatur.notifications.base-url is the https or http address at which people reach the studio; not “"
                        + baseUrl + "”");
    }

    /** Whether a mail server is configured. If not, nothing is mailed. */
    public boolean isConfigured() {
        return sender.getIfAvailable() != null;
    }

    JavaMailSender sender() {
        return sender.getObject();
    }

    /** The address that mails come from. */
    public String from() {
        return from;
    }

    /** The URL of a page of the studio. */
    String link(String path) {
        return baseUrl + path;
    }

    /** The host in the ids of messages. */
    String host() {
        return host(baseUrl);
    }
}
