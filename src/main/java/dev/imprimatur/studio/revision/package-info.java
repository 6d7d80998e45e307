// SPDX-License-Identifier: Apache-2.0
/** Shows revisions: laid out for reading, compared with each other, as previews, and in the history of a guide. */
@NullMarked
package dev.imprimatur.studio.revision;

import org.jspecify.annotations.NullMarked;
