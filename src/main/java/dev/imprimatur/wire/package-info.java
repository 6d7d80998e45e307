// SPDX-License-Identifier: Apache-2.0
/** The fast path: reads simple requests from the connection and sends ready representations ahead of the servlet container. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "catalogue",
            "content",
            "credentials",
            "delivery",
            "index",
            "problem",
            "representation",
            "store"
        })
package dev.imprimatur.wire;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
