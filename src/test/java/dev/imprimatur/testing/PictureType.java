// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The role guide with a field for a picture or a file, {@code /picture}. */
public final class PictureType {
    private PictureType() {}

    public static ObjectNode schema() throws IOException {
        var schema = (ObjectNode) new JsonMapper()
                .readTree(Path.of("seed-content/types/role-guide.schema.json").toFile());
        var picture = ((ObjectNode) schema.get("properties"))
                .putObject("picture")
                .put("type", "object")
                .put("title", "Picture")
                .put("x-asset", true)
                .put("additionalProperties", false);
        for (String name : List.of("asset", "hash", "alt"))
            picture.withObject("/properties").putObject(name).put("type", "string");
        return schema;
    }
}
