// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The error messages that a content type declares itself with {@code x-error}: either one text for all faults at a place, or an object with
 * a text for each keyword.
 */
final class CustomMessages {
    static final String KEYWORD = "x-error";

    private CustomMessages() {}

    /** The schema's own message for a value that fails the keyword. */
    static Optional<String> of(JsonNode schema, String keyword) {
        var words = schema.path(KEYWORD);
        // the enclosing object reports a missing field, so the single text of a field does not describe that fault
        if (words.isString()) return keyword.equals("required") ? Optional.empty() : words.asStringOpt();
        return words.path(keyword).asStringOpt();
    }

    /** The faults of the declaration. A message for {@code required} is allowed at a field, although the keyword is at its object. */
    static List<Fault> faults(JsonNode schema, String pointer) {
        var words = schema.path(KEYWORD);
        String at = pointer + "/" + KEYWORD;
        var faults = new ArrayList<Fault>();
        if (words.isMissingNode()) return faults;
        if (words.isObject())
            words.properties().forEach(entry -> {
                String keyword = entry.getKey();
                if (!keyword.equals("required") && !schema.has(keyword))
                    faults.add(new Fault(
                            Pointers.join(at, keyword),
                            "is a message for a keyword that the schema does not have here"));
                if (isBlank(entry.getValue()))
                    faults.add(new Fault(Pointers.join(at, keyword), "must be a text that says what to write instead"));
            });
        if (words.isObject() ? words.isEmpty() : isBlank(words))
            faults.add(new Fault(
                    at, "must be a text that says what to write instead, or an object with such texts by keyword"));
        return faults;
    }

    private static boolean isBlank(JsonNode words) {
        return !words.isString() || words.stringValue().isBlank();
    }
}
