// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the people that a comment mentions: {@code @} and a username. The address of a mailbox mentions nobody. In scripts that write no
 * spaces between words, a mention may follow a word at once.
 */
public final class Mentions {
    /** How many people one comment mentions; what looks like a further mention stays text. */
    public static final int MOST = 20;

    private static final String JOINED_SCRIPTS =
            "\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}";
    private static final Pattern MENTION = Pattern.compile("(?<![[\\p{L}\\p{M}\\p{N}_.%+@＠/\\\\-]&&[^"
            + JOINED_SCRIPTS
            + "]])[@＠]([a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?)(?![\\p{IsLatin}\\p{M}\\p{N}_@＠])");

    private Mentions() {}

    /**
     * A part of a comment.
     *
     * @param username the account that the part mentions; null if the part is text
     */
    public record Part(String text, @Nullable String username) {}

    /** The usernames that the text mentions, whether or not there are such accounts, in the order of the text. */
    public static Set<String> in(String text) {
        var names = new LinkedHashSet<String>();
        MENTION.matcher(text).results().map(found -> name(found.group(1))).forEach(name -> {
            if (names.size() < MOST) names.add(name);
        });
        return names;
    }

    private static String name(String written) {
        return written.toLowerCase(Locale.ROOT);
    }

    /** The text in parts. A name that no account has stays text. */
    public static List<Part> parts(String text, Predicate<String> isAccount) {
        var mentioned = in(text);
        var parts = new ArrayList<Part>();
        var matcher = MENTION.matcher(text);
        int end = 0;
        while (matcher.find()) {
            String name = name(matcher.group(1));
            if (!mentioned.contains(name) || !isAccount.test(name)) continue;
            if (matcher.start() > end) parts.add(new Part(text.substring(end, matcher.start()), null));
            parts.add(new Part(matcher.group(), name));
            end = matcher.end();
        }
        if (end < text.length()) parts.add(new Part(text.substring(end), null));
        return parts;
    }
}
