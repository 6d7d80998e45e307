// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.history.Edition;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import java.time.LocalDate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which guides of a type to list.
 *
 * @param text sought literally, in the title, the title of the draft and the slug
 */
public record GuideQuery(
        String type,
        Edition.@Nullable State state,
        @Nullable String text,
        @Nullable LocalDate reviewDueBefore,
        Sort sort) {
    /** The page of it that a cursor names; without one, the first. */
    public Window window(@Nullable String cursor, int limit) {
        return Window.of(Selection.of("guides", type, state, text, reviewDueBefore, sort), cursor, limit);
    }

    /** What guides can be sorted by, and the other way round. Only when it was created never changes for a guide. */
    public enum Sort {
        CREATED("createdAt", false),
        CREATED_DESC("createdAt", true),
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

        /** Where a row stands in a list that is sorted like this. */
        Place place(Guides.Row row) {
            String key = switch (this) {
                case CREATED, CREATED_DESC -> Place.key(row.createdAt());
                case UPDATED, UPDATED_DESC -> Place.key(row.updatedAt());
                case TITLE, TITLE_DESC -> row.sortTitle();
                case REVIEW_DUE, REVIEW_DUE_DESC ->
                    Optional.ofNullable(row.reviewDue())
                            .map(LocalDate::toString)
                            .orElse("");
            };
            return new Place(key, row.id());
        }

        /** What the field holds at a place; null where it holds nothing. */
        @Nullable
        Object value(Place place) {
            return switch (this) {
                case CREATED, CREATED_DESC, UPDATED, UPDATED_DESC -> place.instant();
                case TITLE, TITLE_DESC -> place.key();
                case REVIEW_DUE, REVIEW_DUE_DESC -> place.key().isEmpty() ? null : place.date();
            };
        }
    }
}
