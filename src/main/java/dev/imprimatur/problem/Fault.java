// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.problem;

/**
 * A single fault in a document.
 *
 * @param pointer the place of the fault as a JSON Pointer (RFC 6901); the empty string is the whole document
 * @param detail what is wrong, and how to correct the fault
 */
public record Fault(String pointer, String detail) {}
