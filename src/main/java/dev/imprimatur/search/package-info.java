// SPDX-License-Identifier: Apache-2.0
/** Full-text search over published guides: analyzers for each language, queries and the Lucene index. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "catalogue",
            "content",
            "index",
            "paging",
            "problem",
            "publication",
            "representation",
            "store"
        })
package dev.imprimatur.search;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
