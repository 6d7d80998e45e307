// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Marks a test class that starts no server, no store and no browser; {@code mvn test -Punit} runs only these classes. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("unit")
@net.jqwik.api.Tag("unit")
public @interface UnitTest {}
