// SPDX-License-Identifier: Apache-2.0
/** What is published now and what was before: the ledger folded into immutable snapshots in memory. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "content",
            "credentials",
            "index",
            "problem",
            "publication",
            "representation",
            "signing",
            "store"
        })
package dev.imprimatur.catalogue;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
