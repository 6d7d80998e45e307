// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

/** What an account may do; the names are those of the candidate groups in workflow files. */
public enum Role {
    /** Drafts and submits. */
    EDITOR,
    /** Decides. */
    REVIEWER,
    /** Unpublishes. */
    PUBLISHER,
    /** Manages accounts and keys; has no way around a review. */
    ADMIN
}
