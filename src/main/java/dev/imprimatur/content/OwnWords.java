// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The words that a content type itself has for what is wrong at a place: {@code x-error}, either one text for all or an object
 * with a text by keyword.
 */
final class OwnWords {
    static final String KEYWORD = "x-error";

    private OwnWords() {}

    /** What the schema there says of a value that its keyword does not take. */
    static Optional<String> of(JsonNode schema, String keyword) {
        var words = schema.path(KEYWORD);
        // that a field is missing is said by the object around it, so one text for all is not about that
        if (words.isString()) return keyword.equals("required") ? Optional.empty() : words.asStringOpt();
        return words.path(keyword).asStringOpt();
    }

    /** What is wrong with the declaration; {@code required} may stand where no such keyword does, since its object has it. */
    static List<String> faults(JsonNode schema, String pointer) {
        var words = schema.path(KEYWORD);
        String at = pointer + "/" + KEYWORD;
        var faults = new ArrayList<String>();
        if (words.isMissingNode()) return faults;
        if (words.isObject())
            words.properties().forEach(entry -> {
                String keyword = entry.getKey();
                if (!keyword.equals("required") && !schema.has(keyword))
                    faults.add(Pointers.join(at, keyword) + " is about a keyword that does not stand beside it");
                if (isBlank(entry.getValue()))
                    faults.add(Pointers.join(at, keyword) + " must be a text that says what to write instead");
            });
        if (words.isObject() ? words.isEmpty() : isBlank(words))
            faults.add(at + " must be a text that says what to write instead, or an object with such texts by keyword");
        return faults;
    }

    private static boolean isBlank(JsonNode words) {
        return !words.isString() || words.stringValue().isBlank();
    }
}
