// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.comments;

import dev.imprimatur.editing.Editions;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import java.util.HashMap;
import java.util.HashSet;
import org.springframework.stereotype.Component;

/** Examines whether each comment can be read, and whether its guide, its revision and the comment that it answers exist. */
@Component
class CommentsCheck implements Check {
    private record Place(String guide, int revision) {}

    private final Comments comments;
    private final Guides guides;
    private final Editions editions;
    private final GuideRevisions guideRevisions;

    CommentsCheck(Comments comments, Guides guides, Editions editions, GuideRevisions guideRevisions) {
        this.comments = comments;
        this.editions = editions;
        this.guides = guides;
        this.guideRevisions = guideRevisions;
    }

    @Override
    public void run(Findings findings) {
        var known = new HashSet<>(guides.ids());
        // the comments on a guide that was deleted stay, as its logs do
        editions.ends().keySet().forEach(edition -> known.add(edition.guide()));
        var revisions = new HashMap<Place, Boolean>();
        var ids = new HashSet<String>();
        var parents = new HashMap<String, String>();
        comments.each((id, row) -> {
            ids.add(id);
            if (row.isEmpty()) {
                findings.violation("comment", "comment " + id, "cannot be read");
                return;
            }
            var comment = row.get().comment();
            if (!known.contains(comment.guide()))
                findings.violation("comment", "comment " + id, "is on a guide that does not exist");
            else if (!revisions.computeIfAbsent(
                    new Place(comment.guide(), comment.revision()),
                    place -> guideRevisions.exists(place.guide(), place.revision())))
                findings.violation("comment", "comment " + id, "is on a revision that does not exist");
            if (comment.parent() != null) parents.put(id, comment.parent());
        });
        parents.forEach((id, parent) -> {
            if (!ids.contains(parent))
                findings.violation("comment", "comment " + id, "answers a comment that does not exist");
        });
    }
}
