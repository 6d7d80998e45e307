// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.time.Instant;

/**
 * How far the audit went when an entry of the ledger was the last one. It stands beside the entry and not in it: sites read all of an
 * entry, and how much happens to access is none of their business.
 *
 * @param position of the audit's last record
 * @param hash of that record
 * @param signature compact JWS (EdDSA) over this and the position and hash of the entry
 */
public record AuditAnchor(long position, String hash, Instant at, String signature) {}
