// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import tools.jackson.databind.JsonNode;

/** JSON Pointers (RFC 6901). */
public final class Pointers {
    private Pointers() {}

    /** The pointer to a member of the object at {@code parent}; escapes the member's name. */
    public static String join(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** Whether the document has a place at this pointer, which may be any text. */
    static boolean leadsTo(JsonNode document, String pointer) {
        return pointer.isEmpty()
                || pointer.startsWith("/") && !document.at(pointer).isMissingNode();
    }

    /** Whether a place is the place at {@code outer}, or lies within it. */
    public static boolean isWithin(String pointer, String outer) {
        return pointer.equals(outer) || pointer.startsWith(outer + "/");
    }

    /** Unescapes a member's name from a step of a pointer. */
    public static String unescape(String step) {
        return step.replace("~1", "/").replace("~0", "~");
    }
}
