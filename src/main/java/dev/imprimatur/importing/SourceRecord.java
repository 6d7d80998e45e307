// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import tools.jackson.databind.node.ObjectNode;

/**
 * One article of a source, before it is mapped to the fields of a guide.
 *
 * @param name where it is from, such as the path of its file, for the report and the log
 * @param fields what the source says, by the names of the source
 */
record SourceRecord(String name, ObjectNode fields) {}
