// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.References;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.drafts.Edits;
import dev.imprimatur.drafts.EditsJson;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Review;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.revision.Preview;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The page on which people edit a guide, with a form generated from the content type. The page's script sends edits to {@link Autosave};
 * without JavaScript, the browser posts the form here.
 */
@Controller
@RequestMapping("/studio/guides/{id}")
class EditPage {
    private final Permissions permissions;
    private final Guides guides;
    private final Drafts drafts;
    private final GuideRevisions guideRevisions;
    private final Review review;
    private final DraftForm drafting;
    private final ContentTypes types;
    private final ReadOnlyDraft draftPage;
    private final ActiveEditors presence;
    private final DisplayText words;
    private final JsonMapper json;

    EditPage(
            Guides guides,
            Drafts drafts,
            GuideRevisions guideRevisions,
            Review review,
            DraftForm drafting,
            ContentTypes types,
            ReadOnlyDraft draftPage,
            ActiveEditors presence,
            DisplayText words,
            JsonMapper json,
            Permissions permissions) {
        this.permissions = permissions;
        this.guides = guides;
        this.drafts = drafts;
        this.guideRevisions = guideRevisions;
        this.review = review;
        this.drafting = drafting;
        this.types = types;
        this.draftPage = draftPage;
        this.presence = presence;
        this.words = words;
        this.json = json;
    }

    /** @param write present if a reviewer chooses to edit the draft, although reviewers who edit it can no longer vouch for it */
    @GetMapping("/edit")
    String edit(@PathVariable String id, @RequestParam @Nullable String write, Person me, Model model) {
        var guide = guides.require(id);
        if (!guide.state().isEditable()) return "redirect:/studio/guides/" + id + "/review";
        var copy = drafts.of(guide);
        if (draftPage.isFor(guide, copy, write != null, me)) return draftPage.fill(guide, copy, me, model);
        return page(guide, copy, copy.values(), List.of(), me, model);
    }

    /** Accepts a draft that was altered in the database. The person becomes a contributor to all of it. */
    @PostMapping("/take-over")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String takeOver(@PathVariable String id, @RequestParam String etag, Person me, RedirectAttributes redirect) {
        drafts.takeOver(guides.require(id), etag, me);
        Flash.notice(redirect, "The draft is yours: you are a contributor to all that it holds.");
        return "redirect:/studio/guides/" + id + "/edit";
    }

    /** Removes the fields from the draft that the content type does not have any more. */
    @PostMapping("/drop-fields")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String dropFields(@PathVariable String id, @RequestParam String etag, Person me, RedirectAttributes redirect) {
        drafts.dropUnknownFields(guides.require(id), etag, me);
        Flash.notice(redirect, "The draft has only fields that guides of this type have.");
        return "redirect:/studio/guides/" + id + "/edit";
    }

    /** @param shown the values that the inputs show, which may include unsaved edits */
    private String page(Guide guide, WorkingCopy copy, FormValues shown, List<Fault> faults, Person me, Model model) {
        var missing = drafting.missing(guide, copy);
        var warnings = drafting.warnings(guide, copy).stream()
                .map(DraftForm.Wrong::fault)
                .toList();
        model.addAttribute("guide", guide);
        model.addAttribute("type", types.require(guide.type()));
        model.addAttribute("copy", copy);
        var gone = gone(guide, copy);
        model.addAttribute("gone", gone);
        model.addAttribute("fields", Field.of(drafting.shape(guide), shown, new Field.Messages(faults, warnings)));
        // the form has no inputs for fields that are gone, which must not look as if the person had emptied them
        var base = ContentType.without(gone.stream().map(Gone::pointer).toList(), copy.content());
        model.addAttribute("base", json.writeValueAsString(FormValues.of(base, copy.items())));
        model.addAttribute("page", ItemIds.fresh());
        model.addAttribute("missing", missing);
        model.addAttribute(
                "incomplete",
                missing.stream()
                        .filter(wrong -> !wrong.path().isEmpty())
                        .map(wrong -> "/" + wrong.path().substring(1).split("/", 2)[0])
                        .distinct()
                        .toList());
        model.addAttribute("here", presence.open(guide.id(), me.account()));
        model.addAttribute("nextRevision", guideRevisions.nextNumber(guide));
        model.addAttribute("preview", Preview.of(drafting.shape(guide), copy.identifiedContent()));
        model.addAttribute("referred", guides.find(References.mentioned(copy.content())));
        model.addAttribute("mayEdit", permissions.allows(me, guide, "EDITOR", "REVIEWER"));
        return "studio/edit";
    }

    /** A field of the draft that the content type does not have any more, with its value as text. */
    record Gone(String pointer, String value) {}

    private List<Gone> gone(Guide guide, WorkingCopy copy) {
        return types.require(guide.type()).unknownFields(copy.content()).stream()
                .map(pointer -> {
                    var value = copy.content().at(pointer);
                    return new Gone(pointer, value.isString() ? value.stringValue() : value.toPrettyString());
                })
                .toList();
    }

    /** The submitted form: the values it was made from, the values it was sent with, and the edits between them. */
    private record Posted(FormValues base, FormValues shown, List<Edit> edits) {}

    private Posted posted(
            Guide guide, String base, String page, @Nullable ListButton button, HttpServletRequest request) {
        var before = parsed(base);
        var shown = FormState.read(drafting.shape(guide), before, request.getParameterMap());
        if (button != null) shown = button.apply(shown);
        return new Posted(before, shown, before.editsTo(shown, page));
    }

    /** Handles the form without JavaScript: saves the draft, changes lists, submits. */
    @PostMapping("/edit")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String save(
            @PathVariable String id,
            @RequestParam int edition,
            @RequestParam String base,
            @RequestParam String page,
            @RequestParam(defaultValue = "save") String action,
            @RequestParam(defaultValue = "") String message,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        var guide = guides.require(id);
        var button = ListButton.parse(action);
        var form = posted(guide, base, page, button, request);
        model.addAttribute("message", message);
        var saved = drafting.save(guide, edition, form.edits(), me);
        if (!saved.questions().isEmpty()) return questions(guide, form.shown(), saved, response, model);
        var shown = saved.draft().with(saved.unsaved());
        if (!saved.faults().isEmpty()) return refused(guide, saved.copy(), shown, saved.faults(), response, me, model);
        if (button != null && button.adds()) {
            model.addAttribute("added", button.path());
            model.addAttribute("addedId", ItemIds.fresh());
            return page(guide, saved.copy(), shown, List.of(), me, model);
        }
        if (!action.equals("submit")) {
            Flash.notice(redirect, "Saved.");
            Flash.text(redirect, "message", message);
            return "redirect:/studio/guides/" + id + "/edit"
                    + (button == null ? "" : "#f" + button.list().replaceAll("[^A-Za-z0-9]+", "-"));
        }
        var between = drafting.between(guide, form.base().with(form.edits()), saved.draft());
        if (!between.isEmpty()) return lookAgain(guide, between, response, me, model);
        try {
            review.submit(guide, saved.copy().etag(), message.isBlank() ? null : message, me);
        } catch (Refused no) {
            if (no.refusal().kind() == Refusal.Kind.STALE)
                return lookAgain(
                        guide,
                        drafting.between(guide, saved.draft(), drafts.of(guide).values()),
                        response,
                        me,
                        model);
            if (no.refusal().faults().isEmpty()) throw no;
            var wrong = drafting.wrong(guide, saved.copy(), no.refusal().faults()).stream()
                    .map(DraftForm.Wrong::fault)
                    .toList();
            return refused(guide, saved.copy(), shown, wrong, response, me, model);
        }
        Flash.notice(redirect, DisplayText.quoted(guide.title()) + " is submitted for review.");
        return "redirect:/studio/guides/" + id + "/review";
    }

    /**
     * Shows what others changed since the person saw the draft, because nobody may submit changes that they have not seen. The person can
     * then submit again.
     */
    private String lookAgain(
            Guide guide, List<DraftForm.Between> between, HttpServletResponse response, Person me, Model model) {
        response.setStatus(Refusal.Kind.STALE.status());
        model.addAttribute("between", between);
        var copy = drafts.of(guide);
        model.addAttribute("lastBy", words.name(copy.updatedBy()));
        return page(guide, copy, copy.values(), List.of(), me, model);
    }

    /** @param faults the faults, with paths instead of pointers */
    private String refused(
            Guide guide,
            WorkingCopy copy,
            FormValues shown,
            List<Fault> faults,
            HttpServletResponse response,
            Person me,
            Model model) {
        response.setStatus(Refusal.Kind.INCOMPLETE.status());
        model.addAttribute(
                "faults",
                faults.stream()
                        .map(fault -> drafting.describe(guide, shown, fault))
                        .toList());
        return page(guide, copy, shown, faults, me, model);
    }

    /**
     * A conflict that the page asks about, with the edits that choosing “mine” stands for.
     *
     * @param mine these edits, as JSON
     */
    record Choice(ConflictQuestion asked, String mine) {}

    private String questions(
            Guide guide, FormValues shown, DraftForm.Saved saved, HttpServletResponse response, Model model) {
        response.setStatus(Refusal.Kind.CONFLICT.status());
        model.addAttribute("guide", guide);
        model.addAttribute("copy", saved.copy());
        model.addAttribute("page", ItemIds.fresh());
        model.addAttribute(
                "choices",
                saved.questions().stream()
                        .map(question -> new Choice(
                                drafting.asked(guide, saved.draft(), question),
                                EditsJson.write(json, DraftForm.insisting(question, shown, saved.draft()))))
                        .distinct()
                        .toList());
        var rest = saved.outcomes().stream()
                .filter(outcome -> outcome.fault() != null)
                .map(Edits.Outcome::edit)
                .toList();
        model.addAttribute("rest", EditsJson.write(json, rest));
        return "studio/conflict";
    }

    /** Saves the person's choices after a conflict between their edits and those of somebody else. */
    @PostMapping("/resolve")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String resolve(
            @PathVariable String id,
            @RequestParam int edition,
            @RequestParam String page,
            @RequestParam String rest,
            @RequestParam(defaultValue = "") String message,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model,
            RedirectAttributes redirect) {
        var guide = guides.require(id);
        var edits = new ArrayList<Edit>();
        Map<String, String[]> inputs = request.getParameterMap();
        inputs.keySet().stream()
                .filter(name -> name.startsWith("choice:"))
                .sorted()
                .forEach(name -> {
                    String question = name.substring("choice:".length());
                    String choice = only(inputs, name);
                    if (choice.equals("theirs")) return;
                    var mine = EditsJson.read(tree(only(inputs, "mine:" + question)), page, edits.size());
                    if (choice.equals("text") && mine.getFirst() instanceof Edit.Replace replace)
                        edits.add(new Edit.Replace(
                                replace.id(), replace.path(), replace.from(), only(inputs, "text:" + question)));
                    else edits.addAll(mine);
                });
        edits.addAll(EditsJson.read(tree(rest), page, edits.size()));
        model.addAttribute("message", message);
        var saved = drafting.save(guide, edition, edits, me);
        var shown = saved.draft().with(saved.unsaved());
        if (!saved.questions().isEmpty()) return questions(guide, shown, saved, response, model);
        if (!saved.faults().isEmpty()) return refused(guide, saved.copy(), shown, saved.faults(), response, me, model);
        Flash.notice(redirect, "Saved with what you chose.");
        Flash.text(redirect, "message", message);
        return "redirect:/studio/guides/" + id + "/edit";
    }

    private static String only(Map<String, String[]> inputs, String name) {
        var values = inputs.get(name);
        if (values == null) throw Refusal.malformed(name, "is missing").raise();
        return values[0];
    }

    private FormValues parsed(String base) {
        try {
            return json.readValue(base, FormValues.class);
        } catch (JacksonException wrong) {
            throw unreadable();
        }
    }

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (JacksonException wrong) {
            throw unreadable();
        }
    }

    private static RuntimeException unreadable() {
        return Refusal.malformed("", "the form does not say what it was made from; reload the page")
                .raise();
    }

    /** Renders the content of the form as readers would see it. Saves nothing. */
    @PostMapping("/preview")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String preview(
            @PathVariable String id,
            @RequestParam String base,
            @RequestParam String page,
            HttpServletRequest request,
            Person me,
            Model model) {
        var guide = guides.require(id);
        var form = posted(guide, base, page, null, request);
        model.addAttribute("guide", guide);
        model.addAttribute("preview", Preview.of(drafting.shape(guide), drafts.withEdits(guide, form.edits(), me)));
        return "studio/parts :: reader(preview=${preview})";
    }
}
