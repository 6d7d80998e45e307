// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * What a page shows once after a redirect. A session is stored as a document and can hold only text, instants, and lists of texts by name;
 * controllers put nothing into it but through this class.
 */
public final class Flash {
    private Flash() {}

    /** Says what was done. */
    public static void notice(RedirectAttributes redirect, String words) {
        text(redirect, "notice", words);
    }

    public static void text(RedirectAttributes redirect, String name, String text) {
        redirect.addFlashAttribute(name, text);
    }

    public static void at(RedirectAttributes redirect, String name, Instant at) {
        redirect.addFlashAttribute(name, at);
    }

    public static void fields(RedirectAttributes redirect, String name, Map<String, String> fields) {
        redirect.addFlashAttribute(name, Map.copyOf(fields));
    }

    public static void rows(RedirectAttributes redirect, String name, List<Map<String, String>> rows) {
        redirect.addFlashAttribute(name, List.copyOf(rows));
    }
}
