// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import dev.imprimatur.testing.Http.Answer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Sends files to the library as a script does. */
public final class Uploads {
    private static final String BOUNDARY = "a-boundary-of-tests";

    private Uploads() {}

    /** Adds a picture or a file with an alternative text. */
    public static JsonNode added(Http client, String name, byte[] bytes, String alt) {
        return send(client, "/media", name, bytes, Map.of("alt", alt)).ok();
    }

    /** Sends a file to a path of the management API. */
    public static Answer send(
            Http client, String path, String name, byte[] bytes, Map<String, String> fields, String... headers) {
        var all = Stream.concat(
                        Stream.of("Content-Type", "multipart/form-data; boundary=" + BOUNDARY), Stream.of(headers))
                .toArray(String[]::new);
        return client.post(path, body(name, bytes, new LinkedHashMap<>(fields)), all);
    }

    private static byte[] body(String name, byte[] bytes, Map<String, String> fields) {
        var text = new StringBuilder();
        fields.forEach((field, value) -> text.append("--")
                .append(BOUNDARY)
                .append("\r\nContent-Disposition: form-data; name=\"")
                .append(field)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
        text.append("--")
                .append(BOUNDARY)
                .append("\r\nContent-Disposition: form-data; name=\"file\"; filename=\"")
                .append(name)
                .append("\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        byte[] before = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] after = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[before.length + bytes.length + after.length];
        System.arraycopy(before, 0, body, 0, before.length);
        System.arraycopy(bytes, 0, body, before.length, bytes.length);
        System.arraycopy(after, 0, body, before.length + bytes.length, after.length);
        return body;
    }
}
