// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.representation.JsonParts;
import dev.imprimatur.representation.Representation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers to lists: until the ledger moves on, the same question has the same answer. It is kept once it has been asked twice, so that
 * what is asked once only takes no room from what is asked often.
 */
@Component
public class ListCache {
    private record Asked(int reading, long position, String type, String query) {
        static Asked of(Snapshot snapshot, String type, @Nullable String query) {
            return new Asked(snapshot.reading(), snapshot.position(), type, query == null ? "" : query);
        }
    }

    private static final int MOST_ASKED_ONCE = 10_000;

    private final JsonMapper json;
    private final Cache<Asked, Representation> answers;
    /** Hash codes of questions; of two with the same one, the second is kept too early. */
    private final Cache<Integer, Boolean> askedOnce =
            upkept().maximumSize(MOST_ASKED_ONCE).build();

    /** @param size of all answers that are kept, with their encoded forms, {@code imprimatur.delivery.lists} */
    ListCache(JsonMapper json, @Value("${imprimatur.delivery.lists:64MB}") DataSize size) {
        this.json = json;
        answers = upkept().maximumWeight(size.toBytes())
                .weigher((Asked asked, Representation answer) ->
                        2 * answer.size() + asked.query().length())
                .build();
    }

    /** A cache looked after by whoever asks, which takes less than to hand that to another thread. */
    private static Caffeine<Object, Object> upkept() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }

    /** @param query of the request as it was sent; null if there was none */
    public Optional<Representation> known(Snapshot snapshot, String type, @Nullable String query) {
        return Optional.ofNullable(answers.getIfPresent(Asked.of(snapshot, type, query)));
    }

    public Representation answer(
            Snapshot snapshot, String type, @Nullable String query, Supplier<Representation> made) {
        var asked = Asked.of(snapshot, type, query);
        return askedOnce.asMap().putIfAbsent(asked.hashCode(), true) == null
                ? made.get()
                : answers.get(asked, again -> made.get());
    }

    /** @param sent the query as it was sent */
    public Representation answer(Snapshot now, String type, @Nullable String sent, ListQuery query) {
        return answer(now, type, sent, () -> made(now, now, type, query));
    }

    /** What a list of that snapshot looks like, told at the present one. */
    public Representation made(Snapshot now, Snapshot shown, String type, ListQuery query) {
        var page = ListPage.of(shown.ofType(type).index(), query);
        return made(
                now,
                type,
                page,
                page.guides().stream()
                        .map(guide -> guide.document(query.format(), query.fields(), null))
                        .toList());
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Rest(
            @Nullable String next, int total, @Nullable Map<String, List<ListPage.Count>> facets) {}

    /** Puts an answer together from documents that are written already. */
    public Representation made(Snapshot now, String type, ListPage page, List<JsonParts.Part> documents) {
        var rest = new Rest(page.next(), page.total(), page.facets().isEmpty() ? null : page.facets());
        return Representation.of(
                now.ofType(type).changedAt(), type, JsonParts.items("items", documents, json.writeValueAsBytes(rest)));
    }
}
