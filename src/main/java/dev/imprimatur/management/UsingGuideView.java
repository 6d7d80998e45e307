// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.editing.UsingGuide;
import org.jspecify.annotations.Nullable;

/**
 * A guide that names an asset or refers to another guide.
 *
 * @param draft whether its draft does
 * @param published whether its current edition does
 */
record UsingGuideView(
        String id,
        String type,
        String slug,
        String locale,
        @Nullable String title,
        boolean draft,
        boolean published) {
    static UsingGuideView of(UsingGuide using) {
        var guide = using.guide();
        return new UsingGuideView(
                guide.id(),
                guide.type(),
                guide.slug(),
                guide.locale(),
                guide.title(),
                using.inDraft(),
                using.published());
    }
}
