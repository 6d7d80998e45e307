// SPDX-License-Identifier: Apache-2.0
/** The list of all guides, and what people do with guides there. */
@NullMarked
package dev.imprimatur.studio.guides;

import org.jspecify.annotations.NullMarked;
