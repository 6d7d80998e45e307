// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.representation.GuideAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The guides that are translations of one another according to the ledger. Most groups have only one guide.
 *
 * @param members the current addresses of the guides by id, also of those that are unpublished
 * @param position of the latest entry about a guide that was in the group before or after it
 * @param at when that entry was appended
 */
record TranslationGroup(Map<String, GuideAddress> members, long position, Instant at) {
    static final TranslationGroup EMPTY = new TranslationGroup(Map.of(), 0, Instant.EPOCH);

    TranslationGroup {
        members = Map.copyOf(members);
    }

    TranslationGroup with(String guide, GuideAddress address, long newPosition, Instant now) {
        if (members.isEmpty()) return new TranslationGroup(Map.of(guide, address), newPosition, now);
        var all = new HashMap<>(members);
        all.put(guide, address);
        return new TranslationGroup(all, newPosition, now);
    }

    TranslationGroup without(String guide, long newPosition, Instant now) {
        var all = new HashMap<>(members);
        all.remove(guide);
        return new TranslationGroup(all, newPosition, now);
    }
}
