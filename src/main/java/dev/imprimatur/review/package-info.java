/** The bridge to Flowable: workflows, tasks, decisions, stamps, freshness, and the reconciler. */
@NullMarked
@ApplicationModule(allowedDependencies = {"access", "publication", "editing", "content", "store", "paging", "problem"})
package dev.imprimatur.review;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
