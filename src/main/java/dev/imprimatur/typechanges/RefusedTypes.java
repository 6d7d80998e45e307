// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Stops the start because of content types that cannot be accepted. The message is the report for the operator. */
final class RefusedTypes extends RuntimeException {
    private static final int MOST_LINES = 100;

    RefusedTypes(List<TypeAcceptance.Obstacle> obstacles) {
        super(obstacles.stream().map(RefusedTypes::text).collect(Collectors.joining("\n")));
    }

    private static String text(TypeAcceptance.Obstacle obstacle) {
        return switch (obstacle.reason()) {
            case MISSING ->
                "There is no file of the content type " + obstacle.type()
                        + ", but there are guides of it. Put the file back.";
            case REPLACED ->
                "The file of the content type " + obstacle.type()
                        + " was replaced by a later one, with which other nodes work. Use that file. To go back to this one on"
                        + " purpose, " + setting(obstacle);
            case INCOMPATIBLE ->
                obstacle.report().map(RefusedTypes::lines).orElse("") + "To accept the file on purpose, "
                        + setting(obstacle)
                        + " What is published stays as it is; what is in progress must be corrected.";
        };
    }

    private static String lines(TypeReport report) {
        return "The content type " + report.type() + " does not allow " + report.incompatible() + " of "
                + report.checked() + " contents:\n"
                + report.contents().stream()
                        .limit(MOST_LINES)
                        .map(content -> "  " + content.place() + ": " + content.faultText() + "\n")
                        .collect(Collectors.joining())
                + (report.incompatible() > report.contents().size() ? "  and others\n" : "");
    }

    private static String setting(TypeAcceptance.Obstacle obstacle) {
        return "start once with imprimatur.content-types.accept="
                + obstacle.name().orElse("") + ".";
    }

    /** Explains to an operator why a node did not start. */
    static final class Analyzer extends AbstractFailureAnalyzer<RefusedTypes> {
        @Override
        protected FailureAnalysis analyze(Throwable root, RefusedTypes cause) {
            return new FailureAnalysis(
                    "This node was not started, because content types cannot be accepted.\n\n" + cause.getMessage(),
                    "See “Changing a content type” in docs/operations.md.",
                    cause);
        }
    }
}
