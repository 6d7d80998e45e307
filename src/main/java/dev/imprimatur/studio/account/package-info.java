// SPDX-License-Identifier: Apache-2.0
/** The pages about accounts and sessions: signing in, resetting a password, and the profile of a person. */
@NullMarked
package dev.imprimatur.studio.account;

import org.jspecify.annotations.NullMarked;
