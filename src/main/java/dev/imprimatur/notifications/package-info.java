// SPDX-License-Identifier: Apache-2.0
/** Tells people what concerns them: a list in the studio, digests by e-mail, and messages to chats. The edition logs and the comments are the facts. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "accounts",
            "audit",
            "comments",
            "content",
            "credentials",
            "editing",
            "history",
            "paging",
            "people",
            "problem",
            "publication",
            "review",
            "store",
            "throttling",
            "webhooks"
        })
package dev.imprimatur.notifications;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
