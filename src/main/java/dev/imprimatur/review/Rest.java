// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.history.LogEnd;
import org.springframework.stereotype.Component;

/**
 * Tells which editions rest: they are published, and nothing happens to them before their next review is requested. Such an edition may be
 * without a process. Its process is started when somebody opens the next edition or when the review is requested, and replays the log.
 */
@Component
class Rest {
    private final Workflows workflows;
    private final ContentTypes types;

    Rest(Workflows workflows, ContentTypes types) {
        this.workflows = workflows;
        this.types = types;
    }

    /** Whether the edition rests, according to the guide's card and the end of the edition's log. */
    boolean rests(EditionId edition, Guide guide, LogEnd end) {
        return edition.equals(guide.current()) && end.isAtRest() && mayRest(guide);
    }

    /** Whether the guide's only edition in the engine is a published one, whose next review is not requested yet. */
    boolean mayRest(Guide guide) {
        var live = guide.live();
        var due = guide.reviewDue();
        var type = types.require(guide.type());
        return live != null
                && live.edition() == guide.edition()
                && due != null
                && !guide.overdue()
                && guide.schedule() == null
                && guide.partReviews().stream()
                        .noneMatch(part -> part.requested()
                                || part.overdue()
                                || workflows.isReviewRequested(part.reviewDue())
                                || part.reviewDue().isBefore(due)
                                        && workflows.isReviewAnnounced(type, part.pointer(), part.reviewDue()))
                && !workflows.isReviewRequested(due)
                && !workflows.isReviewAnnounced(type, due)
                && !workflows.of(type).restsAt().isEmpty();
    }
}
