// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imprimatur.store.DataDirectory;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The printed key of the demo can be used, also after the demo has started again. */
@ResourceLock(Resources.SYSTEM_OUT)
class DemoTest {
    private static final Pattern KEY = Pattern.compile("Bearer (imp_site_[\\w-]+)'");

    /** The key in the printed example request. */
    private record Printed(String key) {
        static Printed by(Runnable start) {
            var console = System.out;
            var printed = new ByteArrayOutputStream();
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            try {
                start.run();
            } finally {
                System.setOut(console);
            }
            var line = KEY.matcher(printed.toString(StandardCharsets.UTF_8));
            assertThat(line.find()).isTrue();
            return new Printed(line.group(1));
        }

        int reads(Node demo) {
            return new Http(demo.delivery(), "Bearer " + key).get("/role-guide").status();
        }
    }

    /** Leaves the file of a key that is not valid: it was revoked, or belongs to other stores. */
    private static void leaveUnknownKey(Path data) {
        try {
            DataDirectory.writeOwnerOnly(Files.createDirectories(data).resolve("demo-site-key"), "imp_site_of_before");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void thePrintedKeyStaysValidWhenTheDemoStartsAgain() throws Exception {
        assumeTrue(Stores.areEmbedded(), "the demo runs on its embedded stores only");
        var started = new Node[1];
        var first = Printed.by(() -> started[0] = Node.over(
                Instant.now(),
                settings -> {
                    settings.put("imprimatur.demo", "true");
                    leaveUnknownKey(Path.of(settings.get("imprimatur.data-dir")));
                },
                "imp_site_of_nobody"));
        try (var demo = started[0]) {
            assertThat(first.reads(demo)).isEqualTo(200);
            assertThat(Files.getPosixFilePermissions(demo.data().resolve("demo-site-key")))
                    .containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE);

            var second = Printed.by(() -> demo.restart(() -> {}));
            assertThat(second).isEqualTo(first);
            assertThat(first.reads(demo)).isEqualTo(200);
        }
    }
}
