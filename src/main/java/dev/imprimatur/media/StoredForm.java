// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import org.jspecify.annotations.Nullable;

/**
 * A file as it is stored: a picture that this server wrote from the pixels of the upload, or the bytes of another file as they were sent.
 *
 * @param width of a picture, in pixels; null for other files
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredForm(
        FileKind kind,
        String name,
        byte[] bytes,
        @Nullable Integer width,
        @Nullable Integer height) {}
