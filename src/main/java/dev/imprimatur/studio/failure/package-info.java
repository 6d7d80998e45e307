// SPDX-License-Identifier: Apache-2.0
/** What the studio shows around and instead of its pages: the model that all pages share, and the answers to failures. */
@NullMarked
package dev.imprimatur.studio.failure;

import org.jspecify.annotations.NullMarked;
