// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.wire;

import dev.imprimatur.representation.Representation;

/**
 * A successful response that is ready to be sent.
 *
 * @param isNotModified whether the client has the representation already: 304, without the body
 * @param position the ledger position that the response is made from
 * @param requestsLeft how many requests the key has left
 */
record FastResponse(Representation.Form form, boolean isNotModified, long position, long requestsLeft) {}
