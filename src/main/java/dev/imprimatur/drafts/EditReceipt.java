// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import java.util.List;

/**
 * Records which edits of a page were answered. So an edit is applied only once, even if it arrives twice because its answer was lost or the
 * network repeated it.
 *
 * @param page the id of the page, or of a request with an idempotency key
 * @param upTo the number of the last edit that was answered
 * @param open the numbers of edits in the last request that were not saved
 */
public record EditReceipt(String page, long upTo, List<Long> open) {
    private static final int MOST = 40;

    /** The receipt for a request that changed the whole draft at once. */
    static EditReceipt of(String request) {
        return new EditReceipt(request, 1, List.of());
    }

    /** The latest receipts, as many as a draft keeps. */
    static List<EditReceipt> latest(List<EditReceipt> all) {
        return all.subList(Math.max(0, all.size() - MOST), all.size());
    }

    boolean covers(long number) {
        return number <= upTo && !open.contains(number);
    }
}
