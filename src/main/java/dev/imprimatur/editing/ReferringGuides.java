// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.References;
import dev.imprimatur.history.ReferenceUses;
import dev.imprimatur.problem.Fault;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Finds which guides refer to a guide, and which references lead readers nowhere. */
@Component
public class ReferringGuides {
    private final ReferenceUses uses;
    private final Guides guides;
    private final Drafts drafts;
    private final ContentTypes types;

    ReferringGuides(ReferenceUses uses, Guides guides, Drafts drafts, ContentTypes types) {
        this.uses = uses;
        this.guides = guides;
        this.drafts = drafts;
        this.types = types;
    }

    /** The guides that refer to this one in their draft or in their current edition. */
    public List<UsingGuide> of(Guide guide) {
        return UsingGuide.of(uses.of(guide.id()), guides, from -> isInDraft(guide.id(), from));
    }

    private boolean isInDraft(String id, Guide from) {
        return drafts.last(from)
                .filter(copy -> References.mentioned(copy.content()).contains(id))
                .isPresent();
    }

    /** Warnings about the guides that a content refers to and that readers cannot read now. */
    public List<Fault> warnings(Guide guide, JsonNode content) {
        return ReferenceCheck.warnings(guides, types.require(guide.type()), content);
    }
}
