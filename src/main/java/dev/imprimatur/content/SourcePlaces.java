// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/** The lines and columns of all values of a JSON or YAML file, by JSON Pointer. Made only for a file that has faults. */
public final class SourcePlaces {
    private final Map<String, String> places = new HashMap<>();

    private SourcePlaces() {}

    /** Reads a file that can be parsed. */
    public static SourcePlaces of(JsonParser parser) {
        var places = new SourcePlaces();
        try (parser) {
            places.read(parser, parser.nextToken(), "");
        }
        return places;
    }

    private void read(JsonParser parser, JsonToken token, String pointer) {
        places.putIfAbsent(pointer, text(parser.currentTokenLocation()));
        if (token == JsonToken.START_ARRAY) {
            int index = 0;
            for (var item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken())
                read(parser, item, pointer + "/" + index++);
        } else if (token == JsonToken.START_OBJECT)
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String member = Pointers.join(pointer, parser.currentName());
                // a member is at its name
                places.put(member, text(parser.currentTokenLocation()));
                read(parser, parser.nextToken(), member);
            }
    }

    /** The place of a value, or of the nearest value around it. */
    public String of(String pointer) {
        for (String at = pointer; ; at = at.substring(0, at.lastIndexOf('/'))) {
            String place = places.get(at);
            if (place != null) return place;
            if (!at.contains("/")) return "line 1, column 1";
        }
    }

    private static String text(TokenStreamLocation at) {
        return "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }
}
