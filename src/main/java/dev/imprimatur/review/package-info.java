// SPDX-License-Identifier: Apache-2.0
/** The bridge to Flowable: workflows, tasks, decisions, stamps, freshness, and the reconciler. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "absences",
            "access",
            "accounts",
            "audit",
            "content",
            "drafts",
            "editing",
            "history",
            "paging",
            "people",
            "problem",
            "publication",
            "store"
        })
package dev.imprimatur.review;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
