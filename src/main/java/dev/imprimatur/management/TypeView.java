// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.ContentType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A content type as the management API describes it; the schema is absent from lists. */
record TypeView(
        String name,
        String title,
        String workflow,
        String reviewInterval,
        int approvals,
        @Nullable JsonNode schema) {
    static TypeView of(ContentType type, boolean withSchema) {
        return new TypeView(
                type.name(),
                type.title(),
                type.workflow(),
                type.reviewInterval().toString(),
                type.approvals(),
                withSchema ? type.schema() : null);
    }
}
