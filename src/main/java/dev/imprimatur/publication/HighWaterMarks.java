// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.publication.HighWaterMark.Mark;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Reads and raises the high-water marks in all places. The first failure of a place is logged, and every later call tries it again. */
@Component
class HighWaterMarks {
    private static final Logger log = LoggerFactory.getLogger(HighWaterMarks.class);

    private final List<HighWaterMark> places;
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    HighWaterMarks(List<HighWaterMark> places) {
        this.places = places;
    }

    /** Returns the marks by place. Leaves out places that have no mark yet or that fail. */
    Map<String, Mark> read() {
        var marks = new LinkedHashMap<String, Mark>();
        for (var place : places) read(place).ifPresent(mark -> marks.put(place.place(), mark));
        return marks;
    }

    private Optional<Mark> read(HighWaterMark place) {
        return attempt(place, HighWaterMark::mark, Optional.empty());
    }

    /** Calls the place, and returns {@code otherwise} if the place fails. */
    private <T> T attempt(HighWaterMark place, Function<HighWaterMark, T> call, T otherwise) {
        try {
            T result = call.apply(place);
            failed.remove(place.place());
            return result;
        } catch (RuntimeException failure) {
            if (failed.add(place.place()))
                log.warn(
                        "the last position of the ledger cannot be read from or written to {}: {}",
                        place.place(),
                        failure.toString());
            return otherwise;
        }
    }

    /**
     * Raises the marks of all places that have another mark.
     *
     * @param current the marks as they were read before, by place
     * @param withdrawn by guide, the last edition that was unpublished up to the mark
     * @param isFormer whether the ledger had that lineage before
     */
    void raise(Mark mark, Map<String, Mark> current, Map<String, Integer> withdrawn, Predicate<String> isFormer) {
        for (var place : places)
            if (!mark.equals(current.get(place.place())))
                attempt(
                        place,
                        it -> {
                            it.raise(mark, withdrawn, isFormer);
                            return true;
                        },
                        false);
    }

    /**
     * Returns, by guide, the last edition that was unpublished.
     *
     * @param counts selects the places that are read, by their marks
     */
    Map<String, Integer> withdrawn(Predicate<Mark> counts) {
        var withdrawn = new HashMap<String, Integer>();
        for (var place : places)
            if (read(place).filter(counts).isPresent())
                attempt(place, HighWaterMark::withdrawn, Map.<String, Integer>of())
                        .forEach((guide, edition) -> withdrawn.merge(guide, edition, Math::max));
        return withdrawn;
    }

    /** Reads every mark, and returns the places that fail. Such a place may know further guides that were unpublished. */
    Set<String> failed() {
        read();
        return Set.copyOf(failed);
    }
}
