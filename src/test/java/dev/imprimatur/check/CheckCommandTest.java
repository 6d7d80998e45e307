// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.imprimatur.Imprimatur;
import dev.imprimatur.testing.Node;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The command checks the stores of a server that does not run, prints its findings, and ends with an exit code for scripts. */
@Tag("long")
@Tag("store")
@Isolated("engines of a JVM are in one register")
class CheckCommandTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int check(Node node) {
        printed.reset();
        return CheckCommand.run(
                Imprimatur.class, node.arguments(), new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theCommandIsRecognizedByItsName() {
        assertThat(CheckCommand.isNamedBy("check", "--imprimatur.data-dir=x")).isTrue();
        assertThat(CheckCommand.isNamedBy("--check")).isFalse();
        assertThat(CheckCommand.isNamedBy()).isFalse();
    }

    @Test
    void aCleanStoreAndAChangedStoreAreDistinguished() {
        try (var node = Node.start()) {
            var guide = node.guides().published();
            node.restart(() -> {
                assertThat(check(node)).as(this::printed).isZero();
                assertThat(printed()).contains("0 violations, 0 unfinished");
            });
            node.bean(MongoDatabase.class)
                    .getCollection("revisions", Document.class)
                    .updateOne(Filters.eq("_id", guide.id() + "#000001"), Updates.set("content.summary", "Forged."));
            node.restart(() -> {
                assertThat(check(node)).as(this::printed).isEqualTo(1);
                assertThat(printed())
                        .contains(
                                "violation  revision: guide " + guide.id() + ", revision 1 is not what its hash says");
            });
        }
    }

    @Test
    void aStoreThatCannotBeCheckedIsReported() {
        try (var node = Node.start()) {
            node.restart(() -> {
                int code = CheckCommand.run(
                        Imprimatur.class,
                        Stream.concat(
                                        node.arguments().stream(),
                                        Stream.of("--imprimatur.workflows=classpath*:nowhere/"))
                                .toList(),
                        new PrintStream(printed, true, StandardCharsets.UTF_8));
                assertThat(code).isEqualTo(2);
                assertThat(printed()).startsWith("not checked: ");
            });
        }
    }
}
