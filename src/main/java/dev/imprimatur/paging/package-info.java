// SPDX-License-Identifier: Apache-2.0
/** Pages of lists, cut beside a row instead of after a number of rows, so that a list may change while somebody pages. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package dev.imprimatur.paging;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
