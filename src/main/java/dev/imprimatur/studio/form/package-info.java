// SPDX-License-Identifier: Apache-2.0
/** The edit form of a guide: its fields, its autosave, and the questions that conflicting edits raise. */
@NullMarked
package dev.imprimatur.studio.form;

import org.jspecify.annotations.NullMarked;
