// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Shape;
import dev.imprimatur.diff.Change;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.drafts.EditConflict;
import dev.imprimatur.drafts.Edits;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Fault;
import dev.imprimatur.studio.revision.RevisionView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.JsonNodeFactory;

/** Saves the edits of a form and reports results by the form's paths and labels instead of JSON pointers. */
@Component
class DraftForm {
    private final Drafts drafts;
    private final ContentTypes types;

    DraftForm(Drafts drafts, ContentTypes types) {
        this.drafts = drafts;
        this.types = types;
    }

    /**
     * A fault at a place of a draft.
     *
     * @param path the path of the place, which is also the name of its input
     */
    record Wrong(String path, String label, String detail) {
        Fault fault() {
            return new Fault(path, detail);
        }
    }

    /**
     * The result of saving edits.
     *
     * @param found the draft before the edits
     * @param copy the draft after the edits
     * @param draft the values of {@code copy}
     */
    record Saved(WorkingCopy found, WorkingCopy copy, FormValues draft, List<Edits.Outcome> outcomes) {
        List<Edit> unsaved() {
            return outcomes.stream()
                    .filter(outcome -> !outcome.saved())
                    .map(Edits.Outcome::edit)
                    .toList();
        }

        List<EditConflict> questions() {
            return outcomes.stream()
                    .map(Edits.Outcome::conflict)
                    .filter(Objects::nonNull)
                    .toList();
        }

        List<Fault> faults() {
            return outcomes.stream()
                    .map(Edits.Outcome::fault)
                    .filter(Objects::nonNull)
                    .toList();
        }
    }

    Saved save(Guide guide, int edition, List<Edit> edits, Person me) {
        var result = drafts.edit(guide, new EditionId(guide.id(), edition), edits, me);
        return new Saved(result.found(), result.copy(), result.copy().values(), result.outcomes());
    }

    Shape shape(Guide guide) {
        return types.require(guide.type()).shape();
    }

    /** The faults that prevent a submission of the draft. */
    List<Wrong> missing(Guide guide, WorkingCopy copy) {
        return wrong(guide, copy, drafts.missing(guide, copy));
    }

    /** What readers do not see as it was meant. Warnings do not prevent a submission. */
    List<Wrong> warnings(Guide guide, WorkingCopy copy) {
        return wrong(guide, copy, drafts.warnings(guide.type(), copy));
    }

    /** Converts faults of a draft's content to paths and labels of the form. */
    List<Wrong> wrong(Guide guide, WorkingCopy copy, List<Fault> faults) {
        var draft = copy.values();
        return faults.stream()
                .map(fault -> describe(
                        guide, draft, new Fault(copy.items().path(copy.content(), fault.pointer()), fault.detail())))
                .distinct()
                .toList();
    }

    /** @param fault a fault with a path instead of a pointer */
    Wrong describe(Guide guide, FormValues draft, Fault fault) {
        return new Wrong(fault.pointer(), PathLabels.of(shape(guide), draft, fault.pointer()), fault.detail());
    }

    ConflictQuestion asked(Guide guide, FormValues draft, EditConflict question) {
        return ConflictQuestion.of(shape(guide), draft, question);
    }

    /**
     * The edits that apply the person's own version, once the person has seen the other version and chosen “mine”.
     *
     * @param shown the form of the person who decides
     * @param draft the values of the current draft
     */
    static List<Edit> insisting(EditConflict question, FormValues shown, FormValues draft) {
        String path = question.path();
        return switch (question.kind()) {
            case BOTH_CHANGED -> List.of(new Edit.Replace("", path, question.theirs(), question.mine()));
            case I_REMOVED -> List.of(new Edit.Remove("", path, draft.under(path)));
            case THEY_REMOVED -> {
                int last = path.lastIndexOf('/');
                String list = path.substring(0, last);
                var edits = new ArrayList<Edit>();
                edits.add(new Edit.Insert("", list, path.substring(last + 1), last(draft.items(list))));
                shown.under(path).forEach((at, text) -> {
                    if (!text.isEmpty()) edits.add(new Edit.Replace("", path + at, null, text));
                });
                yield edits;
            }
        };
    }

    private static @Nullable String last(List<String> ids) {
        return ids.isEmpty() ? null : ids.getLast();
    }

    /**
     * A place that others changed while the person was writing.
     *
     * @param pieces the difference from what the person saw to the current text
     */
    record Between(String path, String label, List<Change.Piece> pieces) {}

    /** What others have changed in a draft since the person saw it. */
    List<Between> between(Guide guide, FormValues seen, FormValues now) {
        return seen.differences(now).stream()
                .map(path -> new Between(
                        path,
                        PathLabels.of(shape(guide), now.values().containsKey(path) ? now : seen, path),
                        pieces(seen.values().get(path), now.values().get(path))))
                .toList();
    }

    private static List<Change.Piece> pieces(@Nullable String was, @Nullable String is) {
        if (was == null && is == null) return List.of();
        var json = JsonNodeFactory.instance;
        var words = Change.words(json.stringNode(was == null ? "" : was), json.stringNode(is == null ? "" : is));
        return words == null ? List.of() : RevisionView.joined(words);
    }
}
