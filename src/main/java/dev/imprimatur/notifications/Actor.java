// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who did what people are told of.
 *
 * @param name the display name
 * @param title the title of an expert; null for a member of the team, and if the expert has none
 * @param isExpert whether it is somebody without an account, whom somebody invited
 */
public record Actor(String name, @Nullable String title, boolean isExpert) {
    /**
     * The name for use in a sentence; an expert is marked as one, so that nobody takes the expert for a member of the team.
     *
     * @param each prepares the name and the title, which people chose, for the text that they are put into
     */
    String words(UnaryOperator<String> each) {
        String words = each.apply(name);
        if (title != null) words += ", " + each.apply(title);
        return isExpert ? words + " (invited expert)" : words;
    }
}
