// SPDX-License-Identifier: Apache-2.0
/** Draws the workflow of a BPMN file as SVG. */
@NullMarked
package dev.imprimatur.studio.diagram;

import org.jspecify.annotations.NullMarked;
