// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.problem.Refusal;
import java.time.Duration;

/** The answers to requests that cannot be served or carried out because of the state of the ledger. */
final class LedgerRefusals {
    private static final Duration AFTER_REPAIR = Duration.ofMinutes(1);
    private static final Duration AFTER_REREADING = Duration.ofSeconds(2);

    private LedgerRefusals() {}

    /** The answer to requests that need the ledger while an entry is damaged. */
    static Refusal ledgerDamaged() {
        return Refusal.unavailable(
                "ledger-damaged",
                "the stored publication ledger was changed; until it is repaired, nothing is published or unpublished, and no entries"
                        + " after the change are served; administrators see what is wrong",
                AFTER_REPAIR);
    }

    /** The answer to requests that change something while the ledger is behind. */
    static Refusal ledgerBehind() {
        return Refusal.unavailable(
                "ledger-behind",
                "the publication ledger has lost its last entries, so nothing is changed until it is restored or an administrator decides"
                        + " that it continues without them",
                AFTER_REPAIR);
    }

    /** The answer while the ledger is read again and its end is not compared yet. */
    static Refusal ledgerIsReread() {
        return Refusal.unavailable(
                "unavailable",
                "the publication ledger is being read again; send the same request again shortly",
                AFTER_REREADING);
    }

    /** The answer to sites while nobody knows which guides were unpublished by lost entries. */
    static Refusal unpublishedGuidesUnknown() {
        return Refusal.unavailable(
                "ledger-behind",
                "the publication ledger has lost its last entries, and nobody knows which guides they unpublished, so nothing is served"
                        + " until an administrator has decided how the ledger continues",
                AFTER_REPAIR);
    }

    /** The answer for a guide that was not found, but that lost entries may have published. */
    static Refusal guideUnknown() {
        return Refusal.unavailable(
                "ledger-behind",
                "the publication ledger has lost its last entries, so it is not known whether this guide is published until an"
                        + " administrator has decided how the ledger continues",
                AFTER_REPAIR);
    }

    /** The answer for a guide that lost entries unpublished. */
    static Refusal guideWithheld() {
        return Refusal.unavailable(
                "ledger-behind",
                "this guide was unpublished by ledger entries that are lost, so it is not served until an administrator has decided how"
                        + " the ledger continues",
                AFTER_REPAIR);
    }

    /** The answer for a guide whose stored content is damaged. */
    static Refusal contentDamaged() {
        return Refusal.unavailable(
                "content-damaged",
                "the stored content of this guide is not the content that was approved, so it is not served until it is repaired",
                AFTER_REPAIR);
    }

    /** The answer to requests that publish something while the content of any published guide is damaged. */
    static Refusal someContentDamaged() {
        return Refusal.unavailable(
                "content-damaged",
                "the stored content of a published guide was changed, so nothing is published until it is repaired; administrators see"
                        + " which guide it is",
                AFTER_REPAIR);
    }
}
