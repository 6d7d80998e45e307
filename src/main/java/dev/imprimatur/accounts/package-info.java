// SPDX-License-Identifier: Apache-2.0
/** Accounts of people: names, roles, passwords and sessions. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {"audit", "credentials", "editing", "history", "people", "problem", "store", "throttling"
        })
package dev.imprimatur.accounts;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
