// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

/** JSON Pointers (RFC 6901). */
public final class Pointers {
    private Pointers() {}

    /** The pointer to a member of what {@code parent} points to, with the member's name escaped. */
    public static String join(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** A member's name as a pointer spells it, unescaped. */
    public static String unescape(String step) {
        return step.replace("~1", "/").replace("~0", "~");
    }
}
