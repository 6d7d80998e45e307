// SPDX-License-Identifier: Apache-2.0
/** The gate, the signed ledger and the published state of guides: nothing is published in any other way. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounts",
            "audit",
            "content",
            "editing",
            "history",
            "people",
            "problem",
            "signing",
            "store"
        })
package dev.imprimatur.publication;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
