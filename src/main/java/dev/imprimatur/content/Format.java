// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import dev.imprimatur.problem.Refusal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The format in which Markdown is delivered: as written, as sanitized HTML, or as plain text. */
public enum Format {
    MARKDOWN,
    HTML,
    TEXT;

    /** The format with this name, or Markdown if the name is null; refuses an unknown name. */
    public static Format of(@Nullable String name) {
        if (name == null) return MARKDOWN;
        for (Format it : values()) if (it.name().toLowerCase(Locale.ROOT).equals(name)) return it;
        throw Refusal.malformed("format is markdown, html or text", List.of()).raise();
    }
}
