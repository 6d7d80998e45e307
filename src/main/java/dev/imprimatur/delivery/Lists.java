package dev.imprimatur.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
class Lists {
    private record Asked(int reading, long position, String type, String query) {
        static Asked of(State state, String type, @Nullable String query) {
            return new Asked(state.reading(), state.position(), type, query == null ? "" : query);
        }
    }

    private static final int MOST_ASKED_ONCE = 10_000;

    private final JsonMapper json;
    private final Cache<Asked, Answer> answers;
    /** Hash codes of questions; of two with the same one, the second is kept too early. */
    private final Cache<Integer, Boolean> askedOnce =
            upkept().maximumSize(MOST_ASKED_ONCE).build();

    /** @param size of all answers that are kept, with their encoded forms, {@code imprimatur.delivery.lists} */
    Lists(JsonMapper json, @Value("${imprimatur.delivery.lists:64MB}") DataSize size) {
        this.json = json;
        answers = upkept().maximumWeight(size.toBytes())
                .weigher((Asked asked, Answer answer) ->
                        2 * answer.size() + asked.query().length())
                .build();
    }

    /** A cache looked after by whoever asks, which takes less than to hand that to another thread. */
    private static Caffeine<Object, Object> upkept() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }

    /** @param query of the request as it was sent; null if there was none */
    Optional<Answer> known(State state, String type, @Nullable String query) {
        return Optional.ofNullable(answers.getIfPresent(Asked.of(state, type, query)));
    }

    Answer answer(State state, String type, @Nullable String query, Supplier<Answer> made) {
        var asked = Asked.of(state, type, query);
        return askedOnce.asMap().putIfAbsent(asked.hashCode(), true) == null
                ? made.get()
                : answers.get(asked, again -> made.get());
    }

    /** @param sent the query as it was sent */
    Answer answer(State now, String type, @Nullable String sent, Query query) {
        return answer(now, type, sent, () -> made(now, now, type, query));
    }

    /** What a list of that state looks like, told at the present one. */
    Answer made(State now, State shown, String type, Query query) {
        var page = Listing.of(shown.section(type).shelf(), query);
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
            @Nullable String next, int total, @Nullable Map<String, List<Listing.Count>> facets) {}

    /** Puts an answer together from documents that are written already. */
    Answer made(State now, String type, Listing page, List<Joined.Part> documents) {
        var rest = new Rest(page.next(), page.total(), page.facets().isEmpty() ? null : page.facets());
        return Answer.of(
                now.section(type).changedAt(), type, Joined.items("items", documents, json.writeValueAsBytes(rest)));
    }
}
