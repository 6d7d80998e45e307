package dev.imprimatur.content;

/** How the Markdown of a guide is delivered: as written, as sanitised HTML, or as plain text. */
public enum Format {
    MARKDOWN,
    HTML,
    TEXT
}
