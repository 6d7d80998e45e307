// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.review;

import dev.imprimatur.access.SigningRules;
import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Labels;
import dev.imprimatur.content.Pointers;
import dev.imprimatur.content.Reason;
import dev.imprimatur.diff.Change;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.editing.ReferringGuides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.Revision;
import dev.imprimatur.invitations.Invitations;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.review.Claims;
import dev.imprimatur.review.Inbox;
import dev.imprimatur.review.OpenTask;
import dev.imprimatur.review.Outcome;
import dev.imprimatur.review.Releases;
import dev.imprimatur.review.SeenRevisions;
import dev.imprimatur.review.TaskCompletion;
import dev.imprimatur.review.WorkflowProgress;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.diagram.Diagram;
import dev.imprimatur.studio.revision.Preview;
import dev.imprimatur.studio.revision.RevisionView;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.JsonNode;

/** Shows the revision under review, its changes, the comments on it, and the decision. */
@Controller
@RequestMapping("/studio/guides/{id}")
class ReviewPage {

    private final Permissions permissions;
    private final Guides guides;
    private final GuideRevisions guideRevisions;
    private final Editions editions;
    private final WorkflowProgress progress;
    private final Inbox inbox;
    private final Claims claims;
    private final TaskCompletion completion;
    private final Accounts accounts;
    private final ContentTypes types;
    private final SeenRevisions seenRevisions;
    private final Comparison comparison;
    private final Threads threads;
    private final DecisionPermission deciding;
    private final SigningRules signing;
    private final Releases releases;
    private final Invitations invitations;
    private final ReferringGuides referring;

    ReviewPage(
            Guides guides,
            GuideRevisions guideRevisions,
            Editions editions,
            WorkflowProgress progress,
            Inbox inbox,
            Claims claims,
            TaskCompletion completion,
            Accounts accounts,
            ContentTypes types,
            SeenRevisions seenRevisions,
            Comparison comparison,
            Threads threads,
            DecisionPermission deciding,
            SigningRules signing,
            Releases releases,
            Invitations invitations,
            ReferringGuides referring,
            Permissions permissions) {
        this.referring = referring;
        this.permissions = permissions;
        this.guides = guides;
        this.guideRevisions = guideRevisions;
        this.editions = editions;
        this.progress = progress;
        this.inbox = inbox;
        this.claims = claims;
        this.completion = completion;
        this.accounts = accounts;
        this.types = types;
        this.seenRevisions = seenRevisions;
        this.comparison = comparison;
        this.threads = threads;
        this.deciding = deciding;
        this.signing = signing;
        this.releases = releases;
        this.invitations = invitations;
    }

    /**
     * @param edition the number of the edition; null for the edition in progress, or else the published one
     * @param against what to compare with; null for the revision that the person knows, or else the published one
     * @param task the BPMN id of the task to decide on; null for the first one that the person may decide on
     * @param whole whether to show the whole guide, although the review is about some parts of it
     */
    @GetMapping("/review")
    String review(
            @PathVariable String id,
            @RequestParam @Nullable Integer edition,
            @RequestParam(defaultValue = "both") String view,
            @RequestParam @Nullable String against,
            @RequestParam @Nullable String task,
            @RequestParam(defaultValue = "false") boolean whole,
            Person me,
            Model model) {
        var guide = guides.require(id);
        var shown = editions.get(new EditionId(id, edition == null ? guide.edition() : Math.max(1, edition)));
        if (!shown.exists())
            throw Refusal.missing("there is no such edition of this guide").raise();
        var live = guide.live();
        if (edition == null && shown.underReview().isEmpty() && live != null)
            shown = editions.get(new EditionId(id, live.edition()));
        model.addAttribute("guide", guide);
        model.addAttribute("type", types.require(guide.type()));
        model.addAttribute("times", ScheduleForm.of(guide));
        if (me.has("PUBLISHER")) {
            model.addAttribute("openReleases", releases.open());
            releases.of(guide).ifPresent(release -> model.addAttribute("release", release));
        }
        model.addAttribute("withdrawing", types.require(guide.type()).reasons(Reason.Of.UNPUBLISH));
        model.addAttribute("edition", shown);
        model.addAttribute("view", ReviewLink.view(view));
        progress.of(shown.id())
                .map(progress -> Diagram.of(progress.bpmn(), progress.active(), progress.completed()))
                .ifPresent(diagram -> model.addAttribute("diagram", diagram));
        var submitted = shown.submitted();
        if (submitted.isEmpty()) return "studio/review";
        var revision = guideRevisions.require(guide, submitted.get().number());
        var parts = shown.partsUnderReview();
        model.addAttribute("parts", parts);
        model.addAttribute("whole", whole);
        // the whole text of the parts: the question is whether it is still true, and not what changed
        String compared = against == null && !parts.isEmpty() ? Comparison.NOTHING : against;
        fill(
                model,
                guide,
                revision,
                comparison.of(guide, shown, revision, compared, me),
                whole ? List.of() : withSources(types.require(guide.type()), revision.content(), parts));
        shown.submissionEntry().ifPresent(entry -> model.addAttribute("submission", entry));
        model.addAttribute(
                "signed",
                shown.log().stream()
                        .filter(entry -> revision.ref().equals(entry.revision()))
                        .flatMap(entry -> entry.signature().stream())
                        .toList());
        if (me.has("EDITOR") || me.has("REVIEWER") || me.has("ADMIN"))
            model.addAttribute("invitations", invitations.shows(guide, me) ? invitations.of(guide, me) : List.of());
        model.addAttribute("unreadable", unreadable(guide, revision.content()));
        model.addAttribute(
                "unsourced", unsourced(types.require(guide.type()), revision.content(), whole ? List.of() : parts));
        decision(types.require(guide.type()), shown, task, me, model);
        seenRevisions.noteOpened(guide, revision, me);
        return "studio/review";
    }

    /** The parts with the sources of what they say. */
    private static List<String> withSources(ContentType type, JsonNode content, List<String> parts) {
        return parts.stream()
                .flatMap(part -> Stream.concat(Stream.of(part), type.sourcesOf(content, part).stream()))
                .distinct()
                .toList();
    }

    /** @param only the pointers of the places to show; empty for all */
    private void fill(Model model, Guide guide, Revision revision, Comparison.Choices choices, List<String> only) {
        var with = choices.with();
        List<Change> changes = with == null ? List.of() : guideRevisions.changes(guide, with, revision);
        var all = RevisionView.of(types.require(guide.type()).shape(), revision.content(), changes);
        var proof = only.isEmpty() ? all : all.only(only);
        model.addAttribute("revision", revision);
        model.addAttribute("choices", choices);
        if (with != null) model.addAttribute("against", with);
        model.addAttribute("proof", proof);
        model.addAttribute("preview", new Preview(proof, revision.identifiedContent()));
        var placed = threads.of(
                guide,
                revision.identifiedContent(),
                proof.rows().stream().map(RevisionView.Row::pointer).collect(Collectors.toSet()));
        model.addAttribute("threads", placed);
        // A field with comments must not be folded away.
        model.addAttribute(
                "spokenOf",
                proof.unchanged().stream()
                        .anyMatch(row -> !placed.at(row.pointer()).isEmpty()));
    }

    /** A reference to a guide that readers cannot read. */
    public record Unreadable(String label, String detail) {}

    private List<Unreadable> unreadable(Guide guide, JsonNode content) {
        var shape = types.require(guide.type()).shape();
        return referring.warnings(guide, content).stream()
                .map(fault -> new Unreadable(Labels.of(shape, content, fault.pointer()), fault.detail()))
                .toList();
    }

    /**
     * A number that needs a source and has none.
     *
     * @param row the id of the row that holds it
     */
    public record Unsourced(String label, String row) {}

    /** @param parts the pointers of the parts to look at; empty for the whole content */
    private static List<Unsourced> unsourced(ContentType type, JsonNode content, List<String> parts) {
        return type.figuresWithoutSource(content).stream()
                .filter(pointer -> parts.isEmpty() || parts.stream().anyMatch(part -> Pointers.isWithin(pointer, part)))
                .map(pointer ->
                        new Unsourced(Labels.of(type.shape(), content, pointer), "row-" + pointer.split("/", -1)[1]))
                .toList();
    }

    private void decision(ContentType type, Edition shown, @Nullable String wanted, Person me, Model model) {
        var all = inbox.of(shown.id()).stream()
                .filter(open -> !open.outcomes().isEmpty())
                .toList();
        var task = all.stream()
                .filter(open -> open.task().equals(wanted))
                .findFirst()
                .or(() -> all.stream()
                        .filter(open -> all.size() == 1 || deciding.whyNot(open, me) == null)
                        .findFirst())
                .or(() -> all.stream().findFirst());
        // The edition is approved and the task still asks for an approval: the engine is a moment behind.
        if (task.isEmpty() || shown.state().isApproved() && task.get().vouches()) return;
        model.addAttribute("task", task.get());
        model.addAttribute(
                "otherTasks",
                all.stream().filter(open -> !open.equals(task.get())).toList());
        model.addAttribute("reasons", reasons(type, task.get()));
        model.addAttribute(
                "needsPassword", task.get().outcomes().stream().anyMatch(Outcome::signs) && signing.needsPassword(me));
        model.addAttribute(
                "people",
                accounts.accounts().stream()
                        .filter(account -> account.active()
                                && account.person().has(task.get().group())
                                && permissions.allowsByCard(
                                        account.person(),
                                        task.get().guide(),
                                        task.get().group()))
                        .map(Account::person)
                        .toList());
        var why = deciding.whyNot(task.get(), me);
        if (why != null) model.addAttribute("whyNot", why);
    }

    /** The reasons that the content type offers for each outcome; outcomes without reasons are left out. */
    private static Map<Outcome, List<Reason>> reasons(ContentType type, OpenTask task) {
        var listed = new LinkedHashMap<Outcome, List<Reason>>();
        for (var outcome : task.outcomes())
            outcome.reasons().map(type::reasons).filter(of -> !of.isEmpty()).ifPresent(of -> listed.put(outcome, of));
        return listed;
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
            HttpServletRequest request,
            RedirectAttributes redirect) {
        var before = guides.require(id);
        String said = message.replace("\r\n", "\n");
        var guide = completion.complete(
                task,
                outcome,
                new Revision.Ref(revision, contentHash),
                said.isBlank() ? null : said,
                ReasonCode.chosen(request.getParameter("reason:" + outcome)),
                me);
        var live = guide.live();
        boolean published = live != null && !live.equals(before.live());
        Flash.notice(
                redirect,
                published && live != null
                        ? DisplayText.quoted(guide.title()) + " is published: revision " + live.revision()
                                + " at position " + live.position() + "."
                        : "Your decision on " + DisplayText.quoted(guide.title()) + " is recorded.");
        deciding.next(me)
                .ifPresent(next -> Flash.fields(
                        redirect,
                        "next",
                        Map.of(
                                "title",
                                next.guide().title(),
                                "address",
                                ReviewLink.address(
                                        next.guide(), next.edition().id().number(), "both", ""))));
        return "redirect:/studio";
    }

    @PostMapping("/claim")
    String claim(@PathVariable String id, @RequestParam String task, Person me, RedirectAttributes redirect) {
        claims.claim(task, me);
        Flash.notice(redirect, "The task is yours.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    @PostMapping("/unclaim")
    String unclaim(@PathVariable String id, @RequestParam String task, Person me, RedirectAttributes redirect) {
        claims.unclaim(task, me);
        Flash.notice(redirect, "The task is back with its group.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    @PostMapping("/assign")
    String assign(
            @PathVariable String id,
            @RequestParam String task,
            @RequestParam String account,
            Person me,
            RedirectAttributes redirect) {
        var to = accounts.account(account)
                .orElseThrow(() -> Refusal.malformed("/account", "there is no account of this name")
                        .raise())
                .person();
        claims.assign(task, to, me);
        Flash.notice(redirect, "The task is " + DisplayText.isolated(to.name()) + "’s.");
        return "redirect:/studio/guides/" + id + "/review";
    }
}
