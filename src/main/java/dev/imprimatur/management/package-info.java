/** The management API: parse, call one method, present. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "webhooks",
            "preview",
            "review",
            "publication",
            "editing",
            "content",
            "access",
            "paging",
            "problem"
        })
package dev.imprimatur.management;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
