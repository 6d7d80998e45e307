// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.content.ContentTypes;
import java.io.IOException;
import java.time.Duration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Serves the OpenAPI 3.1 description of both APIs, which {@link Contract} expands for every content type. */
@RestController
class Description {
    private final byte[] document;

    Description(ContentTypes types, JsonMapper json) throws IOException {
        try (var in = new ClassPathResource("openapi.yaml").getInputStream()) {
            var template = (ObjectNode) new YAMLMapper().readTree(in);
            document = json.writeValueAsBytes(new Contract(template, types.all()).description());
        }
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> document() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)).cachePublic())
                .body(document);
    }
}
