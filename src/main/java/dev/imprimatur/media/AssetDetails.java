// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What people say of an asset. It may change at any time, so nothing of it is delivered: a guide holds its own alternative text.
 *
 * @param alt the alternative text that is proposed where the asset is inserted; null if there is none
 * @param decorative whether the picture tells nothing, so that it needs no alternative text
 * @param credit whom to name, such as the photographer
 * @param focalPoint the point that a crop should keep; null for the middle
 */
public record AssetDetails(
        @Nullable String alt,
        boolean decorative,
        @Nullable String credit,
        @Nullable String licence,
        @Nullable FocalPoint focalPoint,
        List<String> tags) {
    private static final int LONGEST_ALT = 1_000;
    private static final int LONGEST = 300;
    private static final int MOST_TAGS = 30;
    private static final int LONGEST_TAG = 50;

    public AssetDetails {
        tags = List.copyOf(tags);
    }

    /** @param x from 0 at the left edge to 1 at the right; {@code y} likewise from the top */
    public record FocalPoint(double x, double y) {
        boolean isWithin() {
            return x >= 0 && x <= 1 && y >= 0 && y <= 1;
        }
    }

    /** Details with an alternative text and a credit only. */
    public static AssetDetails of(@Nullable String alt, @Nullable String credit) {
        return new AssetDetails(alt, false, credit, null, null, List.of());
    }

    /** The details in their normal form. Throws a refusal that points to what is wrong. */
    AssetDetails checked() {
        var faults = new ArrayList<Fault>();
        var checked = new AssetDetails(
                text("/alt", alt, LONGEST_ALT, faults),
                decorative,
                text("/credit", credit, LONGEST, faults),
                text("/licence", licence, LONGEST, faults),
                focalPoint,
                tags(faults));
        if (focalPoint != null && !focalPoint.isWithin())
            faults.add(new Fault("/focalPoint", "x and y are 0 to 1, from the left and from the top"));
        if (!faults.isEmpty())
            throw Refusal.malformed("the details are not valid", faults).raise();
        return checked;
    }

    private static @Nullable String text(String pointer, @Nullable String text, int longest, List<Fault> faults) {
        if (text == null || CleanText.isBlank(text)) return null;
        String stripped = text.strip();
        String fault = CleanText.fault(stripped);
        if (fault == null && CleanText.hasUnseen(stripped)) fault = "is one line without direction marks";
        if (fault == null && CleanText.length(stripped) > longest) fault = "has at most " + longest + " characters";
        if (fault != null) faults.add(new Fault(pointer, fault));
        return stripped;
    }

    private List<String> tags(List<Fault> faults) {
        if (tags.size() > MOST_TAGS) faults.add(new Fault("/tags", "at most " + MOST_TAGS + " tags"));
        var distinct = new TreeSet<String>();
        for (int i = 0; i < tags.size(); i++) {
            String tag = text("/tags/" + i, tags.get(i), LONGEST_TAG, faults);
            if (tag != null) distinct.add(tag);
        }
        return List.copyOf(distinct);
    }
}
