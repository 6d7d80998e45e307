// SPDX-License-Identifier: Apache-2.0
/** The review sheet of a revision: what it is compared with, the comments on it, and the decision. */
@NullMarked
package dev.imprimatur.studio.review;

import org.jspecify.annotations.NullMarked;
