// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import org.jspecify.annotations.Nullable;

/**
 * A place of a content that names a picture or a file of the library.
 *
 * @param pointer the JSON Pointer of the field: the object with {@code x-asset}, or the Markdown text
 * @param id the id as it is written, which may be wrong
 * @param hash as it is written in a field; null if it is missing, and in Markdown, where the id stands for the bytes
 * @param alt the alternative text; empty if there is none
 * @param isInText whether a Markdown text shows it as a picture
 */
public record NamedAsset(
        String pointer, String id, @Nullable String hash, String alt, boolean isInText) {}
