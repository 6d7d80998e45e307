// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.time.Period;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * How long reviews of a document are valid.
 *
 * @param whole the interval of the whole document
 * @param parts the intervals of parts that are reviewed on their own too, by JSON Pointer, in the order of the schema
 */
public record ReviewIntervals(Period whole, Map<String, Period> parts) {
    public ReviewIntervals {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** The intervals of those parts that the content has. */
    public ReviewIntervals of(JsonNode content) {
        var present = new LinkedHashMap<>(parts);
        present.keySet()
                .removeIf(pointer -> content.at(JsonPointer.compile(pointer)).isMissingNode());
        return new ReviewIntervals(whole, present);
    }
}
