// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The ids of the pictures and files of the library that a content may name. No content type is needed to find them: each
 * {@code asset:ID} in a text counts, and each member {@code asset} that has the form of an id.
 */
public final class AssetIds {
    /** What stands before an id in Markdown. */
    static final String SCHEME = "asset:";

    static final String MEMBER = "asset";

    private static final String ID = "[0-9a-f]{40}";
    private static final Pattern IN_TEXT = Pattern.compile(SCHEME + "(" + ID + ")");

    private AssetIds() {}

    /** All ids in the content. A text that only looks like a name of an asset counts, too. */
    public static Set<String> in(JsonNode content) {
        var ids = new TreeSet<String>();
        collect(content, ids);
        return ids;
    }

    private static void collect(JsonNode value, Set<String> ids) {
        if (value.isString()) {
            if (value.stringValue().contains(SCHEME))
                IN_TEXT.matcher(value.stringValue()).results().forEach(it -> ids.add(it.group(1)));
            return;
        }
        if (value.path(MEMBER).asString("").matches(ID))
            ids.add(value.path(MEMBER).asString());
        value.values().forEach(part -> collect(part, ids));
    }

    /** The id in the address of a picture in Markdown; empty if the address is another one. */
    static String inAddress(String address) {
        var found = IN_TEXT.matcher(address);
        return found.matches() ? found.group(1) : "";
    }
}
