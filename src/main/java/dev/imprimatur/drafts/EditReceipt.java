// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import java.util.List;

/**
 * Which edits of a page were answered. An edit that arrives twice, because its answer was lost or the network repeated it,
 * is therefore applied once.
 *
 * @param page who sent them: a page, or a request with an idempotency key
 * @param upTo the number of the last edit that was answered
 * @param open numbers of edits among the last ones that were not taken
 */
public record EditReceipt(String page, long upTo, List<Long> open) {
    private static final int MOST = 40;

    /** The receipt for a request that changed the whole draft at once. */
    static EditReceipt of(String request) {
        return new EditReceipt(request, 1, List.of());
    }

    /** As many of the last ones as a draft keeps. */
    static List<EditReceipt> latest(List<EditReceipt> all) {
        return all.subList(Math.max(0, all.size() - MOST), all.size());
    }

    boolean covers(long number) {
        return number <= upTo && !open.contains(number);
    }
}
