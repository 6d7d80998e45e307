package dev.imprimatur.management;

import java.io.IOException;
import java.time.Duration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The description of both APIs (OpenAPI 3.1): written by hand as {@code openapi.yaml}, held to the code by a test. */
@RestController
class Description {
    private final byte[] document;

    Description(JsonMapper json) throws IOException {
        try (var in = new ClassPathResource("openapi.yaml").getInputStream()) {
            document = json.writeValueAsBytes(new YAMLMapper().readTree(in));
        }
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> document() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)).cachePublic())
                .body(document);
    }
}
