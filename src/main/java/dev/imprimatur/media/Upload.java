// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import dev.imprimatur.problem.MultipartForm;

/**
 * A file as somebody sent it. Nothing of it is trusted.
 *
 * @param name the file name that the client gave
 * @param claimedType the media type that the client gave; empty if it gave none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Upload(String name, String claimedType, byte[] bytes) {
    /** The name of the part of a form that holds the file. */
    private static final String PART = "file";

    /** The file of a form. Throws a refusal if there is none. */
    public static Upload of(MultipartForm form) {
        var file = form.file(PART);
        return new Upload(file.name(), file.type(), file.bytes());
    }
}
