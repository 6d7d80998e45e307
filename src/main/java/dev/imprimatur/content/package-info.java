// SPDX-License-Identifier: Apache-2.0
/** Content types, validation, Markdown, canonical JSON and its hash. */
@NullMarked
@ApplicationModule(allowedDependencies = {"problem"})
package dev.imprimatur.content;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
