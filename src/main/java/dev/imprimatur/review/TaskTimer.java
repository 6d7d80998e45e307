// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.time.Duration;

/**
 * A timer on a user task of a workflow file: a reminder of the task, or its escalation.
 *
 * @param id the BPMN id of the boundary event
 * @param task the BPMN id of the user task
 * @param after how long after the task opened
 * @param step the BPMN id of the service task that the timer leads to
 * @param escalates whether a further role may take the task then
 * @param group the role that is told
 */
record TaskTimer(String id, String task, Duration after, String step, boolean escalates, String group) {}
