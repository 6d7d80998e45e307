// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.setup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.Imprimatur;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The rehearsal takes guides through the whole way of the shipped content type, and leaves nothing behind. */
@Isolated("engines of a JVM are in one register")
class RehearsalTest {
    @Test
    void guidesArePublished() throws Exception {
        var printed = new ByteArrayOutputStream();

        int code = Rehearsal.run(Imprimatur.class, 2, new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("2 guides were published in the rehearsal");
        assertThat(code).isZero();
    }

    @Test
    void theCommandIsRecognizedByItsName() {
        assertThat(Rehearsal.isNamedBy("rehearse")).isTrue();
        assertThat(Rehearsal.isNamedBy("--rehearse")).isFalse();
        assertThat(Rehearsal.isNamedBy()).isFalse();
    }
}
