// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Permissions;
import dev.imprimatur.people.Person;
import dev.imprimatur.studio.revision.Preview;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/**
 * Shows a draft for reading. People who may not edit see it, and at first also reviewers, because reviewers who edit a draft can no longer
 * vouch for it.
 */
@Component
class ReadOnlyDraft {
    private final Editions editions;
    private final ContentTypes types;
    private final Permissions permissions;

    ReadOnlyDraft(Editions editions, ContentTypes types, Permissions permissions) {
        this.permissions = permissions;
        this.editions = editions;
        this.types = types;
    }

    /**
     * Whether the draft is shown for reading instead of editing.
     *
     * @param wanted whether the person chose to edit the draft, knowing the consequence
     */
    boolean isFor(Guide guide, WorkingCopy copy, boolean wanted, Person me) {
        if (!mayWrite(guide, me)) return true;
        return me.has("REVIEWER") && !wanted && !hasContributed(guide, copy, me);
    }

    private boolean mayWrite(Guide guide, Person me) {
        return permissions.allows(me, guide, Permissions.EDITOR, Permissions.REVIEWER);
    }

    private boolean hasContributed(Guide guide, WorkingCopy copy, Person me) {
        if (copy.contributors().contains(me.account())) return true;
        var edition = editions.get(guide.current());
        return edition.submitted()
                .filter(revision -> editions.contributors(edition, revision).contains(me.account()))
                .isPresent();
    }

    String fill(Guide guide, WorkingCopy copy, Person me, Model model) {
        model.addAttribute("guide", guide);
        model.addAttribute("copy", copy);
        model.addAttribute("preview", Preview.of(types.require(guide.type()).shape(), copy.identifiedContent()));
        model.addAttribute("mayWrite", mayWrite(guide, me));
        return "studio/draft";
    }
}
