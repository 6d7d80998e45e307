// SPDX-License-Identifier: Apache-2.0
/** Accounts of people: names, roles and passwords. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "audit",
            "content",
            "credentials",
            "editing",
            "history",
            "people",
            "problem",
            "sessions",
            "store",
            "throttling"
        })
package dev.imprimatur.accounts;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
