package dev.imprimatur.studio;

import dev.imprimatur.access.Access;
import dev.imprimatur.access.Account;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.editing.Change;
import dev.imprimatur.editing.Comment;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Edition;
import dev.imprimatur.editing.EditionId;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Passage;
import dev.imprimatur.editing.Person;
import dev.imprimatur.editing.Revision;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.OpenTask;
import dev.imprimatur.review.Review;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.JsonNode;

/** What is under review, what changed, what was said about it, and the decision. */
@Controller
@RequestMapping("/studio/guides/{id}")
class ReviewPage {
    private static final List<String> VIEWS = List.of("both", "changes", "reader");

    private final Editing editing;
    private final Editions editions;
    private final Review review;
    private final Inbox inbox;
    private final Access access;
    private final ContentTypes types;

    ReviewPage(Editing editing, Editions editions, Review review, Inbox inbox, Access access, ContentTypes types) {
        this.editing = editing;
        this.editions = editions;
        this.review = review;
        this.inbox = inbox;
        this.access = access;
        this.types = types;
    }

    /**
     * A comment with what was answered, where it is now.
     *
     * @param field the field of the revision shown that it stands at
     * @param quote the passage as the revision shown has it; as it stood then, if it is gone
     * @param orphaned whether what it is about is no longer there
     */
    record Discussion(
            int number,
            Comment comment,
            String field,
            @Nullable String quote,
            boolean orphaned,
            List<Comment> answers) {}

    /** @param edition which edition; without it, the one in progress or else the one that is live */
    @GetMapping("/review")
    String review(
            @PathVariable String id,
            @RequestParam @Nullable Integer edition,
            @RequestParam(defaultValue = "both") String view,
            Person me,
            Model model) {
        var guide = editing.require(id);
        var shown = editions.get(new EditionId(id, edition == null ? guide.edition() : Math.max(1, edition)));
        if (!shown.exists())
            throw Refusal.missing("there is no such edition of this guide").raise();
        var live = guide.live();
        if (edition == null && shown.underReview().isEmpty() && live != null)
            shown = editions.get(new EditionId(id, live.edition()));
        model.addAttribute("guide", guide);
        model.addAttribute("type", types.require(guide.type()));
        model.addAttribute("edition", shown);
        model.addAttribute("view", VIEWS.contains(view) ? view : "both");
        review.progress(shown.id())
                .map(progress -> Diagram.of(progress.bpmn(), progress.active(), progress.completed()))
                .ifPresent(diagram -> model.addAttribute("diagram", diagram));
        var submitted = shown.submitted();
        if (submitted.isEmpty()) return "studio/review";
        var revision = editing.revision(guide, submitted.get().number());
        var against = live == null || live.edition() == shown.id().number() || live.revision() == revision.number()
                ? null
                : editing.revision(guide, live.revision());
        fill(model, guide, revision, against);
        shown.submissionEntry().ifPresent(entry -> model.addAttribute("submission", entry));
        decision(shown, revision, me, model);
        return "studio/review";
    }

    private void fill(Model model, Guide guide, Revision revision, @Nullable Revision against) {
        List<Change> changes = against == null ? List.of() : editing.changes(guide, against, revision);
        model.addAttribute("revision", revision);
        if (against != null) model.addAttribute("against", against);
        model.addAttribute("proof", Proof.of(types.require(guide.type()).shape(), revision.content(), changes));
        model.addAttribute("threads", threads(guide, revision));
    }

    private List<Discussion> threads(Guide guide, Revision now) {
        var all = editing.comments(guide);
        var threads = new ArrayList<Discussion>();
        for (var comment : all) {
            if (comment.parent() != null) continue;
            Optional<Passage> passage = editing.passage(guide, comment, now);
            String quote = comment.quote();
            if (passage.isPresent() && passage.get().start() < passage.get().end())
                quote = now.content()
                        .at(passage.get().pointer())
                        .asString("")
                        .substring(passage.get().start(), passage.get().end());
            threads.add(new Discussion(
                    threads.size() + 1,
                    comment,
                    passage.map(Passage::pointer).orElse(comment.pointer()),
                    quote,
                    passage.isEmpty(),
                    all.stream()
                            .filter(answer -> comment.id().equals(answer.parent()))
                            .toList()));
        }
        return threads;
    }

    private void decision(Edition shown, Revision revision, Person me, Model model) {
        var task = inbox.of(shown.id()).stream()
                .filter(open -> !open.outcomes().isEmpty())
                .findFirst();
        // approved and not published yet: the engine is a moment behind
        if (task.isEmpty() || shown.state() == Edition.State.APPROVED) return;
        model.addAttribute("task", task.get());
        model.addAttribute(
                "people",
                access.accounts().stream()
                        .filter(account -> account.active()
                                && account.person().has(task.get().group()))
                        .map(Account::person)
                        .toList());
        var why = whyNot(task.get(), shown, revision, me);
        if (why != null) model.addAttribute("whyNot", why);
    }

    /** Why this person may not decide, in advance; the rules themselves are asked again at the decision. */
    private @Nullable String whyNot(OpenTask task, Edition shown, Revision revision, Person me) {
        if (!me.has(task.group()))
            return "This decision is for people with the role " + task.group().toLowerCase(java.util.Locale.ROOT) + ".";
        String assignee = task.assignee();
        if (assignee != null && !assignee.equals(me.account())) return assignee + " has claimed this task.";
        if (editions.contributors(shown, revision.ref()).contains(me.account()))
            return "You contributed to this edition, so somebody else has to vouch for it. You can still ask for changes.";
        if (shown.approvals().stream().anyMatch(entry -> entry.by().account().equals(me.account()))
                && shown.state() == Edition.State.IN_REVIEW)
            return "You have approved this revision; it needs somebody else too.";
        return null;
    }

    @PostMapping("/decide")
    String decide(
            @PathVariable String id,
            @RequestParam String task,
            @RequestParam String outcome,
            @RequestParam int revision,
            @RequestParam String contentHash,
            @RequestParam(defaultValue = "") String message,
            Person me,
            RedirectAttributes told) {
        var before = editing.require(id);
        var guide = review.complete(
                task, outcome, new Revision.Ref(revision, contentHash), message.isBlank() ? null : message, me);
        var live = guide.live();
        boolean published = live != null && !live.equals(before.live());
        told.addFlashAttribute(
                "told",
                published && live != null
                        ? "“" + guide.title() + "” is live: revision " + live.revision() + " at position "
                                + live.position() + "."
                        : "Your decision on “" + guide.title() + "” is recorded.");
        return "redirect:/studio";
    }

    @PostMapping("/claim")
    String claim(@PathVariable String id, @RequestParam String task, Person me, RedirectAttributes told) {
        inbox.claim(task, me);
        told.addFlashAttribute("told", "The task is yours.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    @PostMapping("/unclaim")
    String unclaim(@PathVariable String id, @RequestParam String task, Person me, RedirectAttributes told) {
        inbox.unclaim(task, me);
        told.addFlashAttribute("told", "The task is back with its group.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    @PostMapping("/assign")
    String assign(
            @PathVariable String id,
            @RequestParam String task,
            @RequestParam String account,
            Person me,
            RedirectAttributes told) {
        var to = access.account(account)
                .orElseThrow(() -> Refusal.malformed("/account", "there is no account of this name")
                        .raise())
                .person();
        inbox.assign(task, to, me);
        told.addFlashAttribute("told", "The task is " + to.name() + "’s.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    /** Says something about a passage, or answers; with htmx the field's threads come back, without it the page. */
    @PostMapping("/comments")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String comment(
            @PathVariable String id,
            @RequestParam int revision,
            @RequestParam String pointer,
            @RequestParam(defaultValue = "") String quote,
            @RequestParam(defaultValue = "") String parent,
            @RequestParam String body,
            @RequestParam(defaultValue = "both") String view,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Person me,
            Model model) {
        var guide = editing.require(id);
        String passage = quote.replace("\r\n", "\n").strip();
        editing.comment(
                guide,
                revision,
                passage.isEmpty()
                        ? pointer
                        : holder(editing.revision(guide, revision).content().at(pointer), pointer, passage),
                passage.isEmpty() ? null : passage,
                parent.isBlank() ? null : parent,
                body,
                me);
        return answer(guide, revision, view, htmx, model);
    }

    /** The text within the field that holds the passage. */
    private static String holder(JsonNode field, String pointer, String passage) {
        return holders(field, pointer, passage)
                .findFirst()
                .orElseThrow(() -> Refusal.malformed(
                                "/quote", "this passage is not in the field as it is under review; select it again")
                        .raise());
    }

    private static Stream<String> holders(JsonNode field, String pointer, String passage) {
        if (field.isString())
            return Stream.of(pointer).filter(it -> field.stringValue().contains(passage));
        if (field.isArray())
            return IntStream.range(0, field.size())
                    .boxed()
                    .flatMap(i -> holders(field.get(i), pointer + "/" + i, passage));
        return field.properties().stream()
                .flatMap(member -> holders(member.getValue(), Pointers.join(pointer, member.getKey()), passage));
    }

    @PostMapping("/comments/{comment}")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String resolve(
            @PathVariable String id,
            @PathVariable String comment,
            @RequestParam boolean resolved,
            @RequestParam int revision,
            @RequestParam(defaultValue = "both") String view,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Person me,
            Model model) {
        var guide = editing.require(id);
        editing.resolveComment(guide, comment, resolved, me);
        return answer(guide, revision, view, htmx, model);
    }

    private String answer(Guide guide, int revision, String view, @Nullable String htmx, Model model) {
        int edition = editing.revision(guide, revision).edition();
        if (htmx == null)
            return "redirect:/studio/guides/" + guide.id() + "/review?edition=" + edition + "&view="
                    + (VIEWS.contains(view) ? view : "both");
        var shown = editing.revision(guide, revision);
        var live = guide.live();
        fill(
                model,
                guide,
                shown,
                live == null || live.revision() >= revision ? null : editing.revision(guide, live.revision()));
        model.addAttribute("guide", guide);
        model.addAttribute("view", VIEWS.contains(view) ? view : "both");
        return "studio/review :: sheet";
    }
}
