// SPDX-License-Identifier: Apache-2.0
/** The pages of administrators: workflows, accounts, site keys, webhooks, the audit log, the check and the ledger. */
@NullMarked
package dev.imprimatur.studio.administration;

import org.jspecify.annotations.NullMarked;
