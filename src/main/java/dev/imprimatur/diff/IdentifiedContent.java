// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import tools.jackson.databind.JsonNode;

/**
 * A content with the ids of the items of its lists, so that a place in it is found again in another version.
 *
 * @param items none of a version from before there were any
 */
public record IdentifiedContent(JsonNode content, ItemIds items) {}
