// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import java.util.regex.Pattern;

/**
 * Why a mail or a message to a chat was not delivered, for an administrator.
 *
 * @param words what happened, and what to do
 * @param technical what the other server or the network said
 */
record DeliveryFailure(String words, String technical) {
    private static final Pattern STATUS = Pattern.compile("status ([1-5]\\d\\d)");

    /** Reads why a mail server did not accept a mail. */
    static DeliveryFailure ofMail(String error) {
        return new DeliveryFailure(mail(error), error);
    }

    private static String mail(String error) {
        if (says(error, "no mail server is configured"))
            return "No mail server is configured. Whoever runs Imprimatur enters one.";
        if (says(error, "connect|unknown ?host|no route|unreachable|resolve"))
            return "The mail server cannot be reached. Check its address and whether it runs.";
        if (says(error, "timed? ?out")) return "The mail server did not answer in time.";
        if (says(error, "authenticat|credential|\\b53[045]\\b"))
            return "The mail server does not accept the name or password of Imprimatur. Check both in the configuration.";
        if (says(error, "\\b(ssl|tls|certificate|pkix)"))
            return "The mail server offers no connection that can be trusted.";
        if (says(error, "\\b55[0134]\\b|\\b5\\.1\\.\\d|mailbox|recipient|domain|local name|address"))
            return "The mail server does not accept the address. Correct it in the account.";
        if (says(error, "\\b552\\b|quota|full")) return "The mailbox is full.";
        if (says(error, "^4\\d\\d\\b")) return "The mail server asks to try again later.";
        return "The mail server did not accept the mail.";
    }

    /** Reads why a chat did not accept a message. */
    static DeliveryFailure ofChat(String error) {
        var status = STATUS.matcher(error);
        return new DeliveryFailure(
                status.matches() ? chat(Integer.parseInt(status.group(1))) : unanswered(error), error);
    }

    private static String chat(int status) {
        return switch (status) {
            case 404, 410 ->
                "The chat no longer knows this address. Create a new incoming webhook there, add it here, and delete this one.";
            case 401, 403 -> "The chat allows no messages at this address. Check its incoming webhook.";
            case 429 -> "The chat asks for fewer messages. They are sent later.";
            default ->
                status / 100 == 5
                        ? "The chat has a failure of its own."
                        : status / 100 == 3
                                ? "The address leads to another one. Enter the address that the chat shows for its incoming webhook."
                                : "The chat does not accept the message. Check that this is the address of an incoming webhook.";
        };
    }

    private static String unanswered(String error) {
        return says(error, "no response within|timed? ?out")
                ? "The chat did not answer in time."
                : "The chat cannot be reached. Check the address, and whether this server may reach it.";
    }

    private static boolean says(String error, String pattern) {
        return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE).matcher(error).find();
    }
}
