// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

/**
 * A file as somebody sent it. Nothing of it is trusted.
 *
 * @param name the file name that the client gave
 * @param claimedType the media type that the client gave; empty if it gave none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Upload(String name, String claimedType, byte[] bytes) {}
