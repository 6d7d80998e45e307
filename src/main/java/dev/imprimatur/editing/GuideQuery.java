package dev.imprimatur.editing;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Which guides of a type to list.
 *
 * @param text sought literally, in the title, the title of the draft and the slug
 * @param offset how many come before the page
 * @param limit how many the page has at most
 */
public record GuideQuery(
        String type,
        Edition.@Nullable State state,
        @Nullable String text,
        @Nullable LocalDate reviewDueBefore,
        Sort sort,
        int offset,
        int limit) {
    /** What guides can be sorted by, and the other way round. */
    public enum Sort {
        TITLE("sortTitle", false),
        TITLE_DESC("sortTitle", true),
        UPDATED("updatedAt", false),
        UPDATED_DESC("updatedAt", true),
        REVIEW_DUE("reviewDue", false),
        REVIEW_DUE_DESC("reviewDue", true);

        private final String field;
        private final boolean descending;

        Sort(String field, boolean descending) {
            this.field = field;
            this.descending = descending;
        }

        String field() {
            return field;
        }

        boolean descending() {
            return descending;
        }
    }
}
