// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.sessions;

import java.time.Instant;

/**
 * A session of a person in the studio, as pages may show it.
 *
 * @param name a public name, by which the session can be ended; it opens nothing
 * @param browser the {@code User-Agent} that the browser sent
 * @param source the network address from which the session was opened
 * @param provenAt when the person last gave their password
 */
public record Session(String name, String account, String browser, String source, Instant since, Instant provenAt) {}
