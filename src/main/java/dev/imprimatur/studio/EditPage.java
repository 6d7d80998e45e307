package dev.imprimatur.studio;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.Edition;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Person;
import dev.imprimatur.editing.WorkingCopy;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.Review;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a guide is written: a form made from its content type. */
@Controller
@RequestMapping("/studio/guides/{id}")
class EditPage {
    private final Editing editing;
    private final Review review;
    private final Drafting drafting;
    private final ContentTypes types;
    private final DraftPage draftPage;
    private final Presence presence;
    private final JsonMapper json;

    EditPage(
            Editing editing,
            Review review,
            Drafting drafting,
            ContentTypes types,
            DraftPage draftPage,
            Presence presence,
            JsonMapper json) {
        this.editing = editing;
        this.review = review;
        this.drafting = drafting;
        this.types = types;
        this.draftPage = draftPage;
        this.presence = presence;
        this.json = json;
    }

    /** @param write that somebody who may review it wants to write all the same */
    @GetMapping("/edit")
    String edit(@PathVariable String id, @RequestParam @Nullable String write, Person me, Model model) {
        var guide = editing.require(id);
        if (!guide.state().isInProgress() || guide.state() == Edition.State.APPROVED)
            return "redirect:/studio/guides/" + id + "/review";
        var copy = editing.draft(guide);
        if (draftPage.isFor(guide, copy, write != null, me)) return draftPage.fill(guide, copy, me, model);
        return page(guide, copy, List.of(), me, model);
    }

    private String page(Guide guide, WorkingCopy copy, List<Fault> unsaved, Person me, Model model) {
        var type = types.require(guide.type());
        var missing = type.submissionFaults(copy.content());
        var fields = Field.of(type.shape(), copy.content(), unsaved);
        model.addAttribute("guide", guide);
        model.addAttribute("type", type);
        model.addAttribute("copy", copy);
        model.addAttribute("fields", fields);
        model.addAttribute("base", json.writeValueAsString(copy.content()));
        model.addAttribute("missing", missing);
        model.addAttribute(
                "incomplete",
                missing.stream()
                        .filter(fault -> !fault.pointer().isEmpty())
                        .map(fault -> "/" + fault.pointer().substring(1).split("/", 2)[0])
                        .distinct()
                        .toList());
        model.addAttribute("here", presence.open(guide.id(), me.account()));
        model.addAttribute("nextRevision", editing.nextRevision(guide));
        model.addAttribute("preview", preview(guide, copy.content()));
        model.addAttribute("mayEdit", me.has("EDITOR") || me.has("REVIEWER"));
        return "studio/edit";
    }

    private Proof preview(Guide guide, JsonNode content) {
        return Proof.of(types.require(guide.type()).shape(), content, List.of());
    }

    /**
     * What a save by script is answered with.
     *
     * @param base the content as it is now, to be sent with the next save
     * @param faults inputs that were not saved as they stand
     * @param missing what keeps it from being submitted
     * @param taken fields that others changed meanwhile, to be shown anew
     * @param here who else has it open
     */
    record Answer(
            String etag,
            Instant savedAt,
            String base,
            List<Fault> faults,
            List<Fault> missing,
            List<String> taken,
            List<String> here) {}

    /** Autosave: what is right is saved; a conflict is answered with the form that asks. */
    @PostMapping(path = "/edit", headers = "X-Requested-With")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    Object autosave(
            @PathVariable String id,
            @RequestParam String etag,
            @RequestParam String base,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model) {
        var guide = editing.require(id);
        var saved = drafting.save(guide, etag, base, request.getParameterMap(), me);
        if (saved.conflict() != null) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return conflict(guide, saved, model, "studio/conflict :: dialog");
        }
        return ResponseEntity.ok(new Answer(
                saved.copy().etag(),
                saved.copy().updatedAt(),
                json.writeValueAsString(saved.copy().content()),
                saved.faults(),
                drafting.faults(guide, saved.copy().content(), List.of()),
                saved.taken(),
                presence.open(id, me.account())));
    }

    /** Without scripts: saves, changes lists, submits. */
    @PostMapping(path = "/edit", headers = "!X-Requested-With")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String save(
            @PathVariable String id,
            @RequestParam String etag,
            @RequestParam String base,
            @RequestParam(defaultValue = "save") String action,
            @RequestParam(defaultValue = "") String message,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model,
            RedirectAttributes told) {
        var guide = editing.require(id);
        var inputs = new LinkedHashMap<>(request.getParameterMap());
        var lists = ListAction.parse(action);
        if (lists != null) lists.apply(inputs);
        var saved = drafting.save(guide, etag, base, inputs, me);
        if (saved.conflict() != null) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return conflict(guide, saved, model, "studio/conflict");
        }
        if (!saved.faults().isEmpty()) return refused(guide, saved.copy(), saved.faults(), response, me, model);
        if (lists != null && lists.adds()) {
            model.addAttribute("added", lists.pointer());
            return page(guide, saved.copy(), List.of(), me, model);
        }
        if (action.equals("submit")) {
            try {
                review.submit(guide, message.isBlank() ? null : message, me);
            } catch (Refused no) {
                if (no.refusal().faults().isEmpty()) throw no;
                return refused(guide, saved.copy(), no.refusal().faults(), response, me, model);
            }
            told.addFlashAttribute("told", "“" + guide.title() + "” is put forward for review.");
            return "redirect:/studio/guides/" + id + "/review";
        }
        told.addFlashAttribute("told", "Saved.");
        return "redirect:/studio/guides/" + id + "/edit" + (lists == null ? "" : "#" + lists.anchor());
    }

    private String refused(
            Guide guide, WorkingCopy copy, List<Fault> faults, HttpServletResponse response, Person me, Model model) {
        response.setStatus(Refusal.Kind.INCOMPLETE.status());
        model.addAttribute("faults", faults);
        return page(guide, copy, faults, me, model);
    }

    private String conflict(Guide guide, Drafting.Saved saved, Model model, String view) {
        var merge = Objects.requireNonNull(saved.conflict());
        model.addAttribute("guide", guide);
        model.addAttribute("theirs", saved.copy());
        model.addAttribute("theirContent", json.writeValueAsString(saved.copy().content()));
        model.addAttribute("merged", json.writeValueAsString(merge.content()));
        model.addAttribute(
                "conflicts",
                merge.conflicts().stream()
                        .map(conflict ->
                                Collision.of(types.require(guide.type()).shape(), conflict))
                        .toList());
        return view;
    }

    /** Saves what was chosen where two people's edits collided. */
    @PostMapping("/resolve")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String resolve(
            @PathVariable String id,
            @RequestParam String etag,
            @RequestParam String merged,
            @RequestParam String theirs,
            HttpServletRequest request,
            HttpServletResponse response,
            Person me,
            Model model,
            RedirectAttributes told) {
        var guide = editing.require(id);
        var saved = drafting.resolve(guide, etag, merged, theirs, request.getParameterMap(), me);
        if (saved.conflict() != null) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return conflict(guide, saved, model, "studio/conflict");
        }
        told.addFlashAttribute("told", "Saved with what you chose.");
        return "redirect:/studio/guides/" + id + "/edit";
    }

    /** The form's content as readers would see it; nothing is saved. */
    @PostMapping("/preview")
    @PreAuthorize("hasAnyRole('EDITOR', 'REVIEWER')")
    String preview(@PathVariable String id, HttpServletRequest request, Model model) {
        var guide = editing.require(id);
        var form = FormContent.read(types.require(guide.type()).shape(), request.getParameterMap());
        model.addAttribute("guide", guide);
        model.addAttribute("preview", preview(guide, form.content()));
        return "studio/parts :: reader(proof=${preview})";
    }

    /** A button of a list, pressed without scripts: {@code add:POINTER}, {@code remove:…}, {@code up:…}, {@code down:…}. */
    record ListAction(String verb, String pointer) {
        static @Nullable ListAction parse(String action) {
            int colon = action.indexOf(':');
            if (colon < 0) return null;
            return new ListAction(action.substring(0, colon), action.substring(colon + 1));
        }

        boolean adds() {
            return verb.equals("add");
        }

        String anchor() {
            String list = adds() ? pointer : pointer.substring(0, pointer.lastIndexOf('/'));
            return "f" + list.replaceAll("[^A-Za-z0-9]+", "-");
        }

        /** Reorders the inputs, or leaves some out: the order of the inputs is the order of the items. */
        void apply(Map<String, String[]> inputs) {
            if (adds()) return;
            if (verb.equals("remove")) {
                inputs.keySet().removeIf(name -> name.equals(pointer) || name.startsWith(pointer + "/"));
                return;
            }
            String list = pointer.substring(0, pointer.lastIndexOf('/') + 1);
            var items = new LinkedHashMap<String, Map<String, String[]>>();
            inputs.forEach((name, values) -> {
                if (name.startsWith(list))
                    items.computeIfAbsent(
                                    list + name.substring(list.length()).split("/", 2)[0],
                                    item -> new LinkedHashMap<>())
                            .put(name, values);
            });
            var order = new ArrayList<>(items.keySet());
            int from = order.indexOf(pointer);
            int to = verb.equals("up") ? from - 1 : from + 1;
            if (from < 0 || to < 0 || to >= order.size()) return;
            Collections.swap(order, from, to);
            inputs.keySet().removeIf(name -> name.startsWith(list));
            order.forEach(item -> inputs.putAll(Objects.requireNonNull(items.get(item))));
        }
    }
}
