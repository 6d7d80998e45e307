// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.time.Instant;

/**
 * The last record of the audit at the time when a ledger entry was the last one. The anchor is stored beside the entry and not in it:
 * sites read whole entries, and the number of audit records is not meant for them.
 *
 * @param position the position of the audit's last record
 * @param hash the hash of that record
 * @param signature compact JWS (EdDSA) over the anchor and the position and hash of the ledger entry
 */
public record AuditAnchor(long position, String hash, Instant at, String signature) {}
