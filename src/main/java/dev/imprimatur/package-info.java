/** The application: one package below for each feature. */
@NullMarked
package dev.imprimatur;

import org.jspecify.annotations.NullMarked;
