// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.AssetIds;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.AssetUses;
import dev.imprimatur.media.Library;
import dev.imprimatur.people.Person;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /**
     * A guide that names an asset.
     *
     * @param inDraft whether its draft does
     * @param published whether its current edition does
     */
    public record User(Guide guide, boolean inDraft, boolean published) {}

    /** The guides that name the asset in their draft or in their current edition. */
    public List<User> users(Asset asset) {
        var byGuide = new LinkedHashMap<String, List<AssetUses.Use>>();
        for (var use : uses.of(asset.id()))
            byGuide.computeIfAbsent(use.guide(), it -> new ArrayList<>()).add(use);
        var users = new ArrayList<User>();
        byGuide.forEach((id, all) -> guides.find(id).ifPresent(guide -> {
            var live = guide.live();
            boolean published = live != null && all.stream().anyMatch(use -> use.revision() == live.revision());
            boolean inDraft = all.stream().anyMatch(use -> use.isOfDraft() && isInDraft(asset.id(), guide));
            if (published || inDraft) users.add(new User(guide, inDraft, published));
        }));
        return users;
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
