package dev.imprimatur.editing;

import java.util.List;

/**
 * What a page was told about its edits: so an edit that arrives again, because its answer was lost or the network sent it
 * twice, counts once.
 *
 * @param page who sent them
 * @param upTo the number of the last edit that was answered
 * @param open numbers of edits among the last ones that were not taken
 */
public record Receipt(String page, long upTo, List<Long> open) {
    boolean covers(long number) {
        return number <= upTo && !open.contains(number);
    }
}
