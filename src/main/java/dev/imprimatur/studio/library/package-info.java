// SPDX-License-Identifier: Apache-2.0
/** The pages of the library of pictures and files. */
@NullMarked
package dev.imprimatur.studio.library;

import org.jspecify.annotations.NullMarked;
