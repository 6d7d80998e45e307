// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

/** JSON Pointers (RFC 6901). */
public final class Pointers {
    private Pointers() {}

    /** The pointer to a member of the object at {@code parent}; escapes the member's name. */
    public static String join(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** Unescapes a member's name from a step of a pointer. */
    public static String unescape(String step) {
        return step.replace("~1", "/").replace("~0", "~");
    }
}
