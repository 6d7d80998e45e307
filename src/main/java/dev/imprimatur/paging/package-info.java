// SPDX-License-Identifier: Apache-2.0
/** Pages of lists. A page begins after a row and not after a number of rows, so that a list may change while somebody reads its pages. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package dev.imprimatur.paging;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
