// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a handler of requests that change something, and that works also while the server is read-only. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface WorksReadOnly {}
