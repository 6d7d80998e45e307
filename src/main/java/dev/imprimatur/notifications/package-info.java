// SPDX-License-Identifier: Apache-2.0
/** Tells people what concerns them, from the edition logs and the comments: a list in the studio, digests by e-mail, messages to chats. */
@NullMarked
@ApplicationModule(
        allowedDependencies = {
            "absences",
            "accounts",
            "audit",
            "comments",
            "content",
            "credentials",
            "editing",
            "history",
            "invitations",
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
