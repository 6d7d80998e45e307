// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Node;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Files of the studio are compressed for browsers that take it. Nothing else is coded, and no coded request is read. */
class CompressionTest {
    private static final Pattern SCRIPT = Pattern.compile("src=\"(/assets/[^\"]+\\.js)\"");

    private final Node node = Node.shared();

    @Test
    void filesAreCompressedForWhoeverTakesIt() throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var login = client.send(request("/login").build(), BodyHandlers.ofString());
            assertThat(login.headers().firstValue("Content-Encoding")).isEmpty();
            var script = SCRIPT.matcher(login.body());
            assertThat(script.find()).isTrue();

            var plain = client.send(request(script.group(1)).build(), BodyHandlers.ofByteArray());
            var coded = client.send(
                    request(script.group(1)).header("Accept-Encoding", "gzip").build(), BodyHandlers.ofByteArray());

            assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
            assertThat(coded.headers().firstValue("Content-Encoding")).contains("gzip");
            assertThat(coded.headers().allValues("Vary").toString()).contains("Accept-Encoding");
            assertThat(coded.body()).hasSizeLessThan(plain.body().length / 2);
            try (var in = new GZIPInputStream(new ByteArrayInputStream(coded.body()))) {
                assertThat(in.readAllBytes()).isEqualTo(plain.body());
            }
        }
    }

    @Test
    void theManagementApiCodesNothingAndReadsNothingThatIsCoded() throws Exception {
        var guide = node.guides().drafted();
        var editor = node.as("editor");
        try (var client = HttpClient.newHttpClient()) {
            String path = guide.path() + "/draft";
            var read =
                    client.send(managed(path).header("Accept-Encoding", "gzip").build(), BodyHandlers.ofString());
            var bytes = new ByteArrayOutputStream();
            try (var out = new GZIPOutputStream(bytes)) {
                out.write("{\"summary\": \"Coded.\"}".getBytes(StandardCharsets.UTF_8));
            }
            HttpResponse<String> sent = client.send(
                    managed(path)
                            .header("Content-Type", "application/merge-patch+json")
                            .header("Content-Encoding", "gzip")
                            .header("If-Match", editor.get(path).header("ETag"))
                            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray()))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(read.statusCode()).isEqualTo(200);
            assertThat(read.headers().firstValue("Content-Encoding")).isEmpty();
            assertThat(sent.statusCode()).isBetween(400, 415);
            assertThat(editor.get(path).json().at("/content/summary").asString())
                    .isNotEqualTo("Coded.");
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(node.url() + path));
    }

    private HttpRequest.Builder managed(String path) {
        var editor = node.as("editor");
        return HttpRequest.newBuilder(URI.create(editor.base() + path)).header("Authorization", editor.authorization());
    }
}
