// SPDX-License-Identifier: Apache-2.0
/** The delivery API: the HTTP interface from which sites read published guides. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "catalogue",
            "content",
            "credentials",
            "index",
            "media",
            "paging",
            "problem",
            "publication",
            "representation",
            "search",
            "signing",
            "store"
        })
package dev.imprimatur.delivery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
