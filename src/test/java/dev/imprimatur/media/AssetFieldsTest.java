// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.PictureType;
import dev.imprimatur.testing.Uploads;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A field that names a picture, on a server whose files need a site key. */
class AssetFieldsTest {
    @TempDir
    static Path folder;

    private static Node node;
    private static Http editor;

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(
                folder.resolve("role-guide.schema.json"), PictureType.schema().toString());
        node = Node.start("imprimatur.content-types", folder.toUri().toString(), "imprimatur.media.public", "false");
        editor = node.as("editor");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Answer write(Guides.Ref guide, Map<String, String> picture) {
        String etag = editor.get(guide.path() + "/draft").header("ETag");
        return editor.patch(guide.path() + "/draft", Map.of("picture", picture), "If-Match", etag);
    }

    private static String pointerOfFirst(Answer refused) {
        assertThat(refused.status()).as(refused.toString()).isEqualTo(422);
        return refused.json().at("/errors/0/pointer").asString();
    }

    @Test
    void aFieldNamesAPictureAndItsBytes() {
        var asset = Uploads.added(editor, "office.png", TestPictures.png(20, 10, Color.CYAN), "");
        String id = asset.get("id").asString();
        String hash = asset.get("hash").asString();
        var guide = node.guides().drafted();
        String submit = guide.path() + "/submit";

        write(guide, Map.of("asset", "nothing", "hash", hash, "alt", "x")).ok();
        assertThat(pointerOfFirst(editor.post(submit, Map.of()))).isEqualTo("/picture/asset");
        write(guide, Map.of("asset", id, "hash", "sha256:" + "0".repeat(64), "alt", "x"))
                .ok();
        assertThat(pointerOfFirst(editor.post(submit, Map.of()))).isEqualTo("/picture/hash");
        write(guide, Map.of("asset", id, "hash", hash, "alt", " ")).ok();
        assertThat(pointerOfFirst(editor.post(submit, Map.of()))).isEqualTo("/picture/alt");
        write(guide, Map.of("asset", id, "hash", hash, "alt", "The office")).ok();
        editor.post(submit, Map.of()).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();

        JsonNode delivered = node.site().get("/role-guide/" + guide.slug()).ok();
        assertThat(delivered.at("/content/picture/hash").asString()).isEqualTo(hash);
        String address = delivered.at("/assets/" + id + "/address").asString();
        assertThat(new Http(node.url(), null).get(address).status()).isEqualTo(401);
        assertThat(new Http(node.url(), "Bearer imp_site_wrong").get(address).status())
                .isEqualTo(401);
        var file = new Http(node.url(), node.site().authorization()).get(address);
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.header("Cache-Control")).isEqualTo("private, max-age=31536000, immutable");
    }

    @Test
    void aTypeSaysWhatIsWrongWithSuchAField() throws IOException {
        var schema = PictureType.schema();
        ((ObjectNode) schema.at("/properties/picture/properties")).remove("hash");

        assertThat(ContentType.faults("role-guide", schema).toString()).contains("/properties/picture/x-asset");
    }
}
