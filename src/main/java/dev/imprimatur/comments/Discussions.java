// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Ids;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Comments on places and passages of revisions, and answers to comments. */
@Component
public class Discussions {
    private static final int LONGEST = 5_000;
    /** The roles of those who write and review; only they may comment. */
    private static final String[] COMMENTING = {Permissions.EDITOR, Permissions.REVIEWER};

    private final Permissions permissions;
    private final GuideRevisions guideRevisions;
    private final Comments comments;
    private final ContentTypes types;
    private final Ids ids;
    private final Clock clock;
    private final List<Consumer<Comment>> listeners = new CopyOnWriteArrayList<>();

    Discussions(
            GuideRevisions guideRevisions,
            Comments comments,
            ContentTypes types,
            Ids ids,
            Clock clock,
            Permissions permissions) {
        this.permissions = permissions;
        this.guideRevisions = guideRevisions;
        this.comments = comments;
        this.types = types;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * The data of a new comment.
     *
     * @param revision the number of the revision that the person looked at
     * @param pointer the field, or a place that contains the field; empty for the whole guide, and for an answer
     * @param quote the passage as it appears in the field; the comment is attached to the first text that contains the passage
     * @param parent the id of the comment that this answers
     * @param key an idempotency key, chosen by the caller: the same comment under the same key is stored once
     */
    public record Remark(
            int revision,
            String pointer,
            @Nullable String quote,
            @Nullable String parent,
            String body,
            @Nullable String key) {}

    /** All comments on the guide, the oldest first. */
    public List<Comment> of(Guide guide) {
        return comments.of(guide.id());
    }

    /** Whether the person may comment on the guide, and answer; only then a mention tells them. */
    public boolean mayComment(Person who, Guide guide) {
        return permissions.allowsByCard(who, guide, COMMENTING);
    }

    /** Adds a comment on a place in a revision, or an answer to a comment. */
    public Comment say(Guide guide, Remark remark, Person by) {
        permissions.mustAllow(by, guide, COMMENTING);
        if (CleanText.isBlank(remark.body()))
            throw Refusal.malformed("/body", "write what you want to say").raise();
        CleanText.mustBeClean("/body", remark.body());
        if (CleanText.length(remark.body()) > LONGEST)
            throw Refusal.malformed(
                            "/body",
                            "a comment has at most " + LONGEST + " characters; this has "
                                    + CleanText.length(remark.body()) + ", so shorten it or make it two")
                    .raise();
        var revision = guideRevisions.require(guide, remark.revision());
        var comment = remark.parent() == null
                ? placed(guide, remark, revision.content(), by)
                : answer(guide, remark, remark.parent(), revision.content(), by);
        var added = comments.add(comment);
        listeners.forEach(listener -> listener.accept(added));
        return added;
    }

    /** Calls the listener with each comment that is made on this node from now on. The listener must not wait and not fail. */
    public void onComment(Consumer<Comment> listener) {
        listeners.add(listener);
    }

    /** Calls the consumer with the comments that are as old as the instant or newer. */
    public void since(Instant from, Consumer<Comment> what) {
        comments.since(from, what);
    }

    /** The approximate number of comments. It changes whenever somebody comments. */
    public long size() {
        return comments.size();
    }

    /** A comment and the answers to it. */
    public List<Comment> inThread(String guide, String first) {
        return comments.of(guide).stream()
                .filter(comment -> comment.id().equals(first) || first.equals(comment.parent()))
                .toList();
    }

    /** An answer takes the pointer of the comment that it answers, even if the revision no longer has that place. */
    private Comment answer(Guide guide, Remark remark, String parent, JsonNode content, Person by) {
        var answered = comments.find(guide.id(), parent)
                .orElseThrow(() -> Refusal.malformed("/parent", "there is no comment with this id on this guide")
                        .raise());
        if (!remark.pointer().isEmpty() && !remark.pointer().equals(answered.pointer()))
            mustExist(content, remark.pointer());
        // A thread is one comment with its answers; an answer to an answer belongs to the same thread.
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

    /** The pointers of all texts within the place that contain the passage. */
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

    /** The fingerprint includes the text, because a different text under the same key is a different comment. */
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
     * A comment with its answers, and its place in the content for which it was looked up.
     *
     * @param passage empty if the passage no longer exists in that content
     * @param words the text that the comment is about, as it was when the comment was made; empty for the whole guide
     */
    public record Talk(Comment comment, Optional<Passage> passage, String words, List<Comment> answers) {}

    /** All threads of the guide, each with its place in this content. */
    public List<Talk> in(Guide guide, IdentifiedContent now) {
        var all = comments.of(guide.id());
        var shape = types.require(guide.type()).shape();
        var revisions = new HashMap<Integer, IdentifiedContent>();
        return all.stream()
                .filter(comment -> comment.parent() == null)
                .map(comment -> {
                    var then = revisions.computeIfAbsent(
                            comment.revision(),
                            number -> guideRevisions.require(guide, number).identifiedContent());
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
        permissions.mustAllow(by, guide, COMMENTING);
        var comment = comments.find(guide.id(), id)
                .orElseThrow(() -> Refusal.missing("there is no comment with this id on this guide")
                        .raise())
                .resolved(resolved, by);
        comments.save(comment);
        return comment;
    }
}
