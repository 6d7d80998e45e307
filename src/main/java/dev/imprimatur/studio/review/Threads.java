// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.comments.Comment;
import dev.imprimatur.comments.Discussions;
import dev.imprimatur.comments.Passage;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Segmentation;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.editing.Guide;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Places comment threads beside the parts of a page that they are about. */
@Component
public class Threads {
    private static final int LONGEST_QUOTE = 400;

    private final Discussions discussions;
    private final ContentTypes types;

    Threads(Discussions discussions, ContentTypes types) {
        this.discussions = discussions;
        this.types = types;
    }

    /**
     * One comment with its answers.
     *
     * @param place the labels that lead from the field to the part that the comment is on; empty if the comment is on the field itself
     * @param quote the passage as the shown content has it; if the passage is gone, the text as it was when the comment was made
     * @param orphaned whether the passage or place of the comment no longer exists
     */
    public record Discussion(
            Comment comment, String place, @Nullable String quote, boolean orphaned, List<Comment> answers) {
        public String id() {
            return comment.id();
        }
    }

    /**
     * All threads of a guide.
     *
     * @param at the threads about places that the page shows, by pointer
     * @param whole the threads about the whole guide
     * @param lost the threads about places that the page does not show
     */
    public record Placed(Map<String, List<Discussion>> at, List<Discussion> whole, List<Discussion> lost) {
        public List<Discussion> at(String pointer) {
            return at.getOrDefault(pointer, List.of());
        }

        public List<Discussion> all() {
            var all = new ArrayList<>(whole);
            all.addAll(lost);
            at.values().forEach(all::addAll);
            return all;
        }

        /** Only the threads that are not resolved. */
        public Placed open() {
            var open = new LinkedHashMap<String, List<Discussion>>();
            at.forEach((pointer, threads) -> open.put(pointer, open(threads)));
            return new Placed(open, open(whole), open(lost));
        }

        private static List<Discussion> open(List<Discussion> threads) {
            return threads.stream()
                    .filter(thread -> !thread.comment().resolved())
                    .toList();
        }
    }

    /** @param shown the pointers of the places that the page shows */
    public Placed of(Guide guide, IdentifiedContent content, Set<String> shown) {
        var at = new LinkedHashMap<String, List<Discussion>>();
        var whole = new ArrayList<Discussion>();
        var lost = new ArrayList<Discussion>();
        for (var talk : discussions.in(guide, content)) {
            String pointer =
                    talk.passage().map(Passage::pointer).orElse(talk.comment().pointer());
            // The old position of a removed item says nothing about the current list, so its thread is shown at the
            // top-level field.
            String home = home(talk.passage().isPresent() ? pointer : top(pointer), shown);
            // For the same reason, the current content must not name the removed item.
            var named = talk.passage().isPresent() ? content.content() : MissingNode.getInstance();
            var thread = new Discussion(
                    talk.comment(),
                    place(guide, named, home == null ? "" : home, pointer),
                    quote(talk, content.content()),
                    talk.passage().isEmpty(),
                    talk.answers());
            if (talk.comment().pointer().isEmpty()) whole.add(thread);
            else if (home == null) lost.add(thread);
            else at.computeIfAbsent(home, any -> new ArrayList<>()).add(thread);
        }
        return new Placed(at, whole, lost);
    }

    private static String top(String pointer) {
        int end = pointer.indexOf('/', 1);
        return end < 0 ? pointer : pointer.substring(0, end);
    }

    /** The place itself, or the nearest place around it that the page shows; null if there is none. */
    private static @Nullable String home(String pointer, Set<String> shown) {
        for (String at = pointer; !at.isEmpty(); at = at.substring(0, at.lastIndexOf('/')))
            if (shown.contains(at)) return at;
        return null;
    }

    private static @Nullable String quote(Discussions.Talk talk, JsonNode now) {
        var passage = talk.passage();
        if (passage.isEmpty()) return talk.words().isEmpty() ? null : shortened(talk.words());
        int start = passage.get().start();
        int end = passage.get().end();
        return start == end
                ? null
                : now.at(passage.get().pointer()).asString("").substring(start, end);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_QUOTE
                ? text
                : text.substring(0, Segmentation.atOrBefore(text, LONGEST_QUOTE)) + "…";
    }

    /** The labels that lead from one place to a place within it: {@code Salary bands › Senior › Low}. */
    private String place(Guide guide, JsonNode content, String from, String to) {
        return Labels.between(types.require(guide.type()).shape(), content, from, to);
    }
}
