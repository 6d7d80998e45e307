// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.diff;

import tools.jackson.databind.JsonNode;

/**
 * A content with the ids of its list items, so that a place can be found again in another version.
 *
 * @param items empty for versions of releases without ids
 */
public record IdentifiedContent(JsonNode content, ItemIds items) {}
