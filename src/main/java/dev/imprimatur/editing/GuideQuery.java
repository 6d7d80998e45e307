// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.history.Edition;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Refusal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A query for guides of a type.
 *
 * @param state the state of the guide's latest edition; null for all
 * @param text a text that the title, the title of the draft or the slug must contain literally; null for all
 * @param owner only guides that this account owns; null for all
 * @param locale only guides in this locale, a BCP 47 language tag; null for all
 * @param translation only guides whose translations are outdated or missing; null for all
 * @param reviewDueBefore only guides whose review, or the review of a part, is due before this day; null for all
 */
public record GuideQuery(
        String type,
        Edition.@Nullable State state,
        @Nullable String text,
        @Nullable String owner,
        @Nullable String locale,
        @Nullable LocalDate reviewDueBefore,
        @Nullable TranslationFilter translation,
        Sort sort) {
    /** Brings the locale into its canonical form. Throws a refusal if it is no language tag. */
    public GuideQuery {
        locale = localeOf(locale);
    }

    /** The locale that a request names, in its canonical form; null if it names none. Throws a refusal if it is no language tag. */
    public static @Nullable String localeOf(@Nullable String tag) {
        return tag == null || tag.isEmpty() ? null : Slug.locale(tag);
    }

    /** The window of results that a cursor names; the first one if there is no cursor. */
    public Window window(@Nullable String cursor, int limit) {
        return Window.of(
                Selection.of("guides", type, state, text, owner, locale, reviewDueBefore, translation, sort),
                cursor,
                limit);
    }

    /**
     * Selects guides by their translations.
     *
     * @param missing the language for which guides have no translation; null for translations that are outdated
     */
    public record TranslationFilter(@Nullable String missing) {
        private static final String MISSING = "missing:";

        /** Parses {@code outdated}, or {@code missing:} with a language tag. */
        public static TranslationFilter parse(String text) {
            if (text.equals("outdated")) return new TranslationFilter(null);
            if (text.startsWith(MISSING))
                return new TranslationFilter(Slug.locale(text.substring(MISSING.length()), "/translation"));
            throw Refusal.malformed(
                            "translation is outdated, or missing: with a language tag, such as missing:de", List.of())
                    .raise();
        }

        @Override
        public String toString() {
            return missing == null ? "outdated" : MISSING + missing;
        }
    }

    /** The sort orders, each ascending and descending. Only the creation date of a guide never changes. */
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

        /** The position of a row in a list with this order. */
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

        /** The value of the sort field at a position; null if the guide at that position has no value. */
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
