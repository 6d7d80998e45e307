// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

/**
 * One thing that is wrong with a document.
 *
 * @param pointer where, as a JSON Pointer (RFC 6901); the empty string is the whole document
 * @param detail what is wrong and what would be right
 */
public record Fault(String pointer, String detail) {}
