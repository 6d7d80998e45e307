// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.notifications;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What notifications are about. People choose for each kind how they are told. */
public enum NotificationKind {
    /** Somebody mentioned the person in a comment. */
    MENTION("Somebody mentions you in a comment"),
    /** A task was opened that a role of the person may take. */
    TASK("A task opens that you may take"),
    /** A task is still open at its time, or a review comes due. */
    REMINDER("A task or a review comes due"),
    /** Somebody decided on what the person wrote, or it was published or unpublished. */
    DECISION("Somebody decides on what you wrote"),
    /** Somebody commented on what the person wrote, or in a thread in which the person wrote. */
    COMMENT("Somebody comments on what you wrote, or answers you"),
    /** A schedule that the person set ended before its time. */
    SCHEDULE("A schedule that you set ends before its time"),
    /** The person owns a guide from now on. */
    OWNER("Somebody makes you the owner of a guide");

    private final String words;

    NotificationKind(String words) {
        this.words = words;
    }

    /** The kind in words, for a form. */
    public String words() {
        return words;
    }

    public String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind that the API calls so. */
    public static Optional<NotificationKind> named(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.apiName().equals(name))
                .findFirst();
    }
}
