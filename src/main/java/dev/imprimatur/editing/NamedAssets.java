// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.AssetIds;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.AssetUses;
import dev.imprimatur.media.Library;
import dev.imprimatur.people.Person;
import java.util.List;
import org.springframework.stereotype.Component;

/** The rules for the pictures and files that guides name, and which guides name them. */
@Component
public class NamedAssets {
    private final Library library;
    private final AssetUses uses;
    private final Guides guides;
    private final Drafts drafts;

    NamedAssets(Library library, AssetUses uses, Guides guides, Drafts drafts) {
        this.library = library;
        this.uses = uses;
        this.guides = guides;
        this.drafts = drafts;
    }

    /** The guides that name the asset in their draft or in their current edition. */
    public List<UsingGuide> users(Asset asset) {
        return UsingGuide.of(uses.of(asset.id()), guides, guide -> isInDraft(asset.id(), guide));
    }

    private boolean isInDraft(String asset, Guide guide) {
        return drafts.last(guide)
                .filter(copy -> AssetIds.in(copy.content()).contains(asset))
                .isPresent();
    }

    /** Deletes an asset that no draft and no revision names. */
    public void delete(String asset, Person by) {
        library.delete(
                asset,
                use -> guides.find(use.guide())
                        .filter(guide -> isInDraft(asset, guide))
                        .isPresent(),
                by);
    }
}
