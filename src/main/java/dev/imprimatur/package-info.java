// SPDX-License-Identifier: Apache-2.0
/** The application: one package below for each feature. */
@NullMarked
package dev.imprimatur;

import org.jspecify.annotations.NullMarked;
