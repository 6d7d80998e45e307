// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On a handler of requests that change something: it is called also while the ledger is behind and all else is only read. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface WorksReadOnly {}
