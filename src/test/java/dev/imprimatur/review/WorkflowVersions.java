// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.testing.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Deploys versions of the workflow that role guides follow. */
final class WorkflowVersions {
    static final String ID = "role-guide-review";

    private WorkflowVersions() {}

    /** A shipped workflow under the id of the one that role guides follow. */
    static String file(String id) throws IOException {
        return Files.readString(Path.of("workflows", id + Workflows.SUFFIX))
                .replace("\"" + id + "\"", "\"" + ID + "\"");
    }

    /** The workflow itself, with another name of its review. */
    static String asVersionOne() throws IOException {
        return file(ID).replace("name=\"Review revision\"", "name=\"Review as version one\"");
    }

    /** Returns the number of the new version. */
    static int deploy(Node on, String bpmn) {
        var admin = on.as("admin");
        return admin.put(
                        "/workflows/" + ID,
                        Map.of("bpmn", bpmn),
                        "If-Match",
                        admin.get("/workflows/" + ID).header("ETag"))
                .ok()
                .get("version")
                .asInt();
    }
}
