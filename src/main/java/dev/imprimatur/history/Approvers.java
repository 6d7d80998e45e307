// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.history;

import java.util.HashSet;
import java.util.stream.Stream;

/** Counts the people behind approvals. */
public final class Approvers {
    private Approvers() {}

    /**
     * The number of people who approved. An approval counts if nobody with the same account, and nobody for whom the same account answers,
     * approved before: a colleague and the experts whom they invited are one, and so is an expert whom two colleagues invited.
     */
    public static int count(Stream<LogEntry> approvals) {
        var accounts = new HashSet<String>();
        var answerable = new HashSet<String>();
        return (int) approvals
                .map(LogEntry::by)
                .filter(by -> !accounts.contains(by.account()) && !answerable.contains(by.answerable()))
                .peek(by -> {
                    accounts.add(by.account());
                    answerable.add(by.answerable());
                })
                .count();
    }
}
