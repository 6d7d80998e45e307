// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.store.Uses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;

/**
 * A guide that names an asset or another guide.
 *
 * @param inDraft whether its draft does
 * @param published whether its current edition does
 */
public record UsingGuide(Guide guide, boolean inDraft, boolean published) {
    /** The most guides that are named: to see whether a draft still names a thing, it is read. */
    private static final int MOST = 100;

    /**
     * The guides that name something in their draft or in their current edition; the first hundred of them.
     *
     * @param stored what was recorded of them
     * @param isInDraft whether the draft of a guide still does
     */
    static List<UsingGuide> of(List<Uses.Use> stored, Guides guides, Predicate<Guide> isInDraft) {
        var byGuide = new LinkedHashMap<String, List<Uses.Use>>();
        for (var use : stored)
            byGuide.computeIfAbsent(use.guide(), it -> new ArrayList<>()).add(use);
        var known = guides.find(byGuide.keySet());
        var using = new ArrayList<UsingGuide>();
        for (var entry : byGuide.entrySet()) {
            if (using.size() == MOST) break;
            var guide = known.get(entry.getKey());
            if (guide == null) continue;
            var all = entry.getValue();
            var live = guide.live();
            boolean published = live != null && all.stream().anyMatch(use -> use.revision() == live.revision());
            boolean inDraft = all.stream().anyMatch(Uses.Use::isOfDraft) && isInDraft.test(guide);
            if (published || inDraft) using.add(new UsingGuide(guide, inDraft, published));
        }
        return using;
    }
}
