// SPDX-License-Identifier: Apache-2.0
/** The library of pictures and files: what is accepted, how it is stored, and which guides name it. */
@NullMarked
@ApplicationModule(allowedDependencies = {"audit", "paging", "people", "problem", "signing", "store"})
package dev.imprimatur.media;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
