package dev.imprimatur.review;

import dev.imprimatur.editing.Decision;

/**
 * What somebody can say to a task, as the workflow file offers it.
 *
 * @param needsMessage whether it has to be explained
 */
public record Outcome(String id, String name, Decision.Effect effect, boolean needsMessage) {}
