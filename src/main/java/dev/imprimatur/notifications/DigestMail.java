// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import dev.imprimatur.editing.Language;
import dev.imprimatur.problem.CleanText;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.HtmlUtils;

/**
 * Writes a digest as a mail: plain and HTML, one link for each notification. Of a guide it holds the title and nothing else.
 *
 * @param lines what happened, the oldest first
 * @param unsubscribe the URL that ends the mails
 * @param settings the URL of the page where people choose how they are told
 */
record DigestMail(List<Line> lines, String unsubscribe, String settings) {
    private static final int LONGEST_TITLE = 200;
    /** Embeddings, overrides and isolates, which may reach beyond the text that contains them. */
    private static final Pattern UNBALANCED = Pattern.compile("[\\u202A-\\u202E\\u2066-\\u2069]");

    /**
     * One notification.
     *
     * @param who the person who did it; null if nobody did
     * @param did what happened
     * @param title the title of the guide
     * @param language the language of the guide, because its translations may have the same title
     * @param link the URL of the task, or of what happened
     */
    record Line(@Nullable Actor who, String did, String title, Language language, String link) {
        Line {
            title = oneLine(title);
        }

        private String words(UnaryOperator<String> each) {
            return (who == null ? "" : who.words(name -> each.apply(oneLine(name))) + " ") + did + " ";
        }
    }

    /** The text in one line without control characters, so that it cannot begin a header, and not longer than a subject may be. */
    static String oneLine(String text) {
        String line = UNBALANCED
                .matcher(text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " "))
                .replaceAll("")
                .strip();
        return CleanText.shortened(line, LONGEST_TITLE);
    }

    /** A text that people chose, isolated so that its writing direction does not affect the sentence around it. */
    static String isolated(String text) {
        return "\u2068" + text + "\u2069";
    }

    private String subject() {
        if (lines.size() > 1) return lines.size() + " notifications from Imprimatur";
        var line = lines.getFirst();
        String language = ", " + line.language().name();
        String words = line.words(DigestMail::isolated);
        return words
                + isolated(CleanText.shortened(line.title(), LONGEST_TITLE - words.length() - language.length()))
                + language;
    }

    /**
     * Fills the message.
     *
     * @param id the Message-ID, which stays the same when the digest is sent again
     */
    void write(MimeMessage message, String id, String from, String to, String name, Instant at)
            throws MessagingException, UnsupportedEncodingException {
        String utf8 = StandardCharsets.UTF_8.name();
        var sender = new InternetAddress(from, true);
        sender.setPersonal("Imprimatur", utf8);
        message.setFrom(sender);
        var recipient = new InternetAddress(to, true);
        recipient.setPersonal(oneLine(name), utf8);
        message.setRecipient(Message.RecipientType.TO, recipient);
        message.setSubject(subject(), utf8);
        message.setSentDate(Date.from(at));
        message.setHeader("Message-ID", id);
        message.setHeader("Auto-Submitted", "auto-generated");
        message.setHeader("List-Unsubscribe", "<" + unsubscribe + ">");
        message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        var plain = new MimeBodyPart();
        plain.setText(plain(), utf8, "plain");
        var html = new MimeBodyPart();
        html.setText(html(), utf8, "html");
        message.setContent(new MimeMultipart("alternative", plain, html));
    }

    private String plain() {
        var text = new StringBuilder();
        for (var line : lines)
            text.append(line.words(DigestMail::isolated))
                    .append("“")
                    .append(isolated(line.title()))
                    .append("”, ")
                    .append(line.language().name())
                    .append('\n')
                    .append(line.link())
                    .append("\n\n");
        return text.append("-- \nChoose what you are mailed: ")
                .append(settings)
                .append("\nNo more mails: ")
                .append(unsubscribe)
                .append('\n')
                .toString();
    }

    private String html() {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(subject()))
                .append("</title></head><body>\n<ul>\n");
        for (var line : lines) {
            html.append("<li>")
                    .append(line.words(name -> "<bdi>" + escaped(name) + "</bdi>"))
                    .append("<a href=\"")
                    .append(escaped(line.link()))
                    .append("\"><bdi lang=\"")
                    .append(escaped(line.language().tag()))
                    .append("\" dir=\"")
                    .append(line.language().direction())
                    .append("\">")
                    .append(escaped(line.title()))
                    .append("</bdi></a>, ")
                    .append(escaped(line.language().name()))
                    .append("</li>\n");
        }
        return html.append("</ul>\n<p><a href=\"")
                .append(escaped(settings))
                .append("\">Choose what you are mailed</a>. <a href=\"")
                .append(escaped(unsubscribe))
                .append("\">No more mails</a>.</p>\n</body></html>\n")
                .toString();
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, StandardCharsets.UTF_8.name());
    }
}
