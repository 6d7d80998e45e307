// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Ids;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** What people say about revisions: comments on places and passages, and answers to them. */
@Component
public class Discussions {
    private static final int LONGEST = 5_000;

    private final Editing editing;
    private final Comments comments;
    private final ContentTypes types;
    private final Ids ids;
    private final Clock clock;

    Discussions(Editing editing, Comments comments, ContentTypes types, Ids ids, Clock clock) {
        this.editing = editing;
        this.comments = comments;
        this.types = types;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * The data of a new comment.
     *
     * @param revision the revision that they looked at
     * @param pointer the field, or a field that holds it; empty for the whole guide, and for an answer
     * @param quote the passage, as the field has it; the comment is put at the text that holds it
     * @param parent the comment that this answers
     * @param key made by the caller for what they say: the same words under the same key are said once
     */
    public record Remark(
            int revision,
            String pointer,
            @Nullable String quote,
            @Nullable String parent,
            String body,
            @Nullable String key) {}

    /** All comments on the guide, in the order in which they were made. */
    public List<Comment> of(Guide guide) {
        return comments.of(guide.id());
    }

    /** Adds a comment on a place in a revision, or an answer to a comment. */
    public Comment say(Guide guide, Remark remark, Person by) {
        if (remark.body().isBlank())
            throw Refusal.malformed("/body", "write what you want to say").raise();
        CleanText.mustBeClean("/body", remark.body());
        if (remark.body().length() > LONGEST)
            throw Refusal.malformed(
                            "/body",
                            "a comment has at most " + LONGEST + " characters; this has "
                                    + remark.body().length() + ", so shorten it or make it two")
                    .raise();
        var revision = editing.revision(guide, remark.revision());
        var comment = remark.parent() == null
                ? placed(guide, remark, revision.content(), by)
                : answer(guide, remark, remark.parent(), revision.content(), by);
        return comments.add(comment);
    }

    /** An answer stands where what it answers stands, which the revision may lack by now. */
    private Comment answer(Guide guide, Remark remark, String parent, JsonNode content, Person by) {
        var answered = comments.find(guide.id(), parent)
                .orElseThrow(() -> Refusal.malformed("/parent", "there is no comment with this id on this guide")
                        .raise());
        if (!remark.pointer().isEmpty() && !remark.pointer().equals(answered.pointer()))
            mustExist(content, remark.pointer());
        // a thread is one comment with its answers; an answer to an answer belongs to the same thread
        String first = Objects.requireNonNullElse(answered.parent(), answered.id());
        return comment(guide, remark, answered.pointer(), null, first, by);
    }

    private Comment placed(Guide guide, Remark remark, JsonNode content, Person by) {
        mustExist(content, remark.pointer());
        String quote = remark.quote();
        if (quote == null || quote.isBlank()) return comment(guide, remark, remark.pointer(), null, null, by);
        String pointer = holders(content.at(remark.pointer()), remark.pointer(), quote)
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(
                                "/quote",
                                "this passage is not in the text of that revision; select it again, or leave it empty")
                        .raise());
        String text = content.at(pointer).stringValue();
        var range = Passage.find(text, quote).orElseThrow();
        return comment(guide, remark, pointer, text.substring(range[0], range[1]), null, by);
    }

    private static void mustExist(JsonNode content, String pointer) {
        if (!pointer.isEmpty()
                && (!pointer.startsWith("/") || content.at(pointer).isMissingNode()))
            throw Refusal.malformed("/pointer", "that revision has no such place")
                    .raise();
    }

    /** The texts within the place that hold the passage. */
    private static Stream<String> holders(JsonNode place, String pointer, String passage) {
        if (place.isString())
            return Stream.of(pointer).filter(it -> place.stringValue().contains(passage));
        if (place.isArray())
            return IntStream.range(0, place.size())
                    .boxed()
                    .flatMap(i -> holders(place.get(i), pointer + "/" + i, passage));
        return place.properties().stream()
                .flatMap(member -> holders(member.getValue(), Pointers.join(pointer, member.getKey()), passage));
    }

    private Comment comment(
            Guide guide, Remark remark, String pointer, @Nullable String quote, @Nullable String parent, Person by) {
        String key = remark.key();
        String id = ids.next();
        return new Comment(
                key == null ? id : comments.idFor(fingerprint(guide, remark, key, by), id),
                guide.id(),
                remark.revision(),
                pointer,
                quote,
                parent,
                remark.body(),
                by.account(),
                clock.instant(),
                false,
                null);
    }

    /** Other words under the same key are something else that is said, so the words are part of it. */
    private static String fingerprint(Guide guide, Remark remark, String key, Person by) {
        String parts = Stream.of(
                        guide.id(),
                        by.account(),
                        key,
                        String.valueOf(remark.parent()),
                        remark.pointer(),
                        String.valueOf(remark.quote()),
                        remark.body())
                .map(part -> part.length() + ":" + part)
                .collect(Collectors.joining());
        return HexFormat.of().formatHex(Sha256.of(parts.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A comment with what was answered, and where it stands in the content that it was looked up for.
     *
     * @param passage empty if what it is about is gone
     * @param words what it is about, as it stood when it was made; empty for the whole guide
     */
    public record Talk(Comment comment, Optional<Passage> passage, String words, List<Comment> answers) {}

    /** Everything that was said about the guide, placed in this content of it. */
    public List<Talk> in(Guide guide, IdentifiedContent now) {
        var all = comments.of(guide.id());
        var shape = types.require(guide.type()).shape();
        var revisions = new HashMap<Integer, IdentifiedContent>();
        return all.stream()
                .filter(comment -> comment.parent() == null)
                .map(comment -> {
                    var then = revisions.computeIfAbsent(
                            comment.revision(),
                            number -> editing.revision(guide, number).identifiedContent());
                    return new Talk(
                            comment,
                            Passage.of(shape, comment, then, now),
                            comment.pointer().isEmpty() ? "" : words(comment, then.content()),
                            all.stream()
                                    .filter(answer -> comment.id().equals(answer.parent()))
                                    .toList());
                })
                .toList();
    }

    private static String words(Comment comment, JsonNode then) {
        String quote = comment.quote();
        return quote == null ? texts(then.at(comment.pointer())).collect(Collectors.joining(", ")) : quote;
    }

    private static Stream<String> texts(JsonNode place) {
        return place.isValueNode()
                ? Stream.of(place.asString(""))
                : place.values().stream().flatMap(Discussions::texts);
    }

    public Comment resolve(Guide guide, String id, boolean resolved, Person by) {
        var comment = comments.find(guide.id(), id)
                .orElseThrow(() -> Refusal.missing("there is no comment with this id on this guide")
                        .raise())
                .resolved(resolved, by);
        comments.save(comment);
        return comment;
    }
}
