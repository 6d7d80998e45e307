// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** Finds guides that a text or a field of another guide can refer to. */
@Controller
class GuideChoices {
    private static final int MOST = 20;

    private final Guides guides;

    GuideChoices(Guides guides) {
        this.guides = guides;
    }

    /** @param live whether the guide is published */
    record Choice(String id, String title, String type, String slug, String locale, boolean live) {
        static Choice of(Guide guide) {
            return new Choice(
                    guide.id(), guide.title(), guide.type(), guide.slug(), guide.locale(), guide.live() != null);
        }
    }

    /**
     * Returns at most 20 guides: the one with this id, or those with these words in their title or slug. Those whose title begins with the
     * words come first, then those that are published.
     *
     * @param types the names of content types; empty for all
     */
    @GetMapping("/studio/guides/choices")
    @PreAuthorize("isAuthenticated()")
    @ResponseBody
    List<Choice> choices(
            @RequestParam(defaultValue = "") String q, @RequestParam(defaultValue = "") List<String> types) {
        String words = q.strip().toLowerCase(Locale.ROOT);
        var order = Comparator.comparing((Guide guide) -> !guide.id().equals(words))
                .thenComparing(guide -> !title(guide).startsWith(words))
                .thenComparing(guide -> guide.live() == null)
                .thenComparing(GuideChoices::title)
                .thenComparing(Guide::id);
        return guides.cached().stream()
                .filter(guide -> guide.id().equals(words) || guide.isCalled(words))
                .filter(guide -> types.isEmpty() || types.contains(guide.type()))
                .sorted(order)
                .limit(MOST)
                .map(Choice::of)
                .toList();
    }

    private static String title(Guide guide) {
        return guide.title().toLowerCase(Locale.ROOT);
    }
}
