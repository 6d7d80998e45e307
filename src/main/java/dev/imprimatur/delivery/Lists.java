package dev.imprimatur.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** Answers to lists that were asked for at a position of the ledger: until it moves on, the same question has the same answer. */
@Component
class Lists {
    private record Asked(long position, String type, String query) {}

    private final Cache<Asked, Answer> answers;

    /** @param size of all answers that are kept, with their encoded forms, {@code imprimatur.delivery.lists} */
    Lists(@Value("${imprimatur.delivery.lists:64MB}") DataSize size) {
        answers = Caffeine.newBuilder()
                .maximumWeight(size.toBytes())
                .weigher((Asked asked, Answer answer) ->
                        2 * answer.size() + asked.query().length())
                .build();
    }

    /** @param query of the request as it was sent; null if there was none */
    Optional<Answer> known(long position, String type, @Nullable String query) {
        return Optional.ofNullable(answers.getIfPresent(new Asked(position, type, query == null ? "" : query)));
    }

    Answer answer(long position, String type, @Nullable String query, Supplier<Answer> made) {
        return answers.get(new Asked(position, type, query == null ? "" : query), asked -> made.get());
    }
}
