// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Uploads;
import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Pictures and files from their upload to the readers of a site. */
@Tag("store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MediaTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Node node = Node.start();
    private Http editor = node.as("editor");
    private int shade;

    @AfterAll
    void stop() {
        node.close();
    }

    /** A picture that no other test has. */
    private byte[] picture(int width, int height) {
        return TestPictures.png(width, height, new Color(++shade, 100, 100));
    }

    private JsonNode uploaded(String alt) {
        return Uploads.added(editor, "team.png", picture(40, 30), alt);
    }

    private static String id(JsonNode asset) {
        return asset.get("id").asString();
    }

    private static String address(JsonNode asset) {
        return "/media/" + asset.get("hash").asString() + "/"
                + asset.get("name").asString();
    }

    private Answer write(Guides.Ref guide, String introduction) {
        String etag = editor.get(guide.path() + "/draft").header("ETag");
        return editor.patch(guide.path() + "/draft", Map.of("introduction", introduction), "If-Match", etag);
    }

    private Answer submit(Guides.Ref guide) {
        return editor.post(guide.path() + "/submit", Map.of());
    }

    private Guides.Ref publishedWith(String introduction) {
        var guide = node.guides().drafted();
        write(guide, introduction).ok();
        submit(guide).ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();
        return guide;
    }

    private HttpResponse<byte[]> fetch(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(node.url() + path));
        if (headers.length > 0) request.headers(headers);
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    @Test
    void anUploadIsInTheLibrary() {
        var answer = Uploads.send(
                editor, "/media", "Our team.png", picture(40, 30), Map.of("alt", "The team", "credit", "Ada"));

        assertThat(answer.status()).isEqualTo(201);
        var asset = answer.json();
        assertThat(answer.header("Location")).endsWith("/media/" + id(asset));
        assertThat(asset.get("hash").asString()).startsWith("sha256:" + id(asset));
        assertThat(asset.get("name").asString()).isEqualTo("Our-team.png");
        assertThat(asset.get("mediaType").asString()).isEqualTo("image/png");
        assertThat(asset.get("width").asInt()).isEqualTo(40);
        assertThat(asset.get("height").asInt()).isEqualTo(30);
        assertThat(asset.get("bytes").asLong()).isPositive();
        assertThat(editor.get("/media/" + id(asset)).ok().get("credit").asString())
                .isEqualTo("Ada");
        assertThat(editor.get("/media?q=our+TEAM").ok().get("items").values().stream()
                        .map(MediaTest::id))
                .contains(id(asset));
        assertThat(node.as("admin").get("/audit").ok().toString()).contains("asset-uploaded");
    }

    @Test
    void theSameBytesAreStoredOnce() {
        byte[] picture = picture(40, 30);
        var first = Uploads.send(editor, "/media", "a.png", picture, Map.of("alt", "first"));
        var second = Uploads.send(editor, "/media", "b.png", picture, Map.of("alt", "second"));

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json()).isEqualTo(first.json());
    }

    @Test
    void anUploadThatIsRepeatedWithItsKeyHasOneEffect() {
        byte[] picture = picture(40, 30);
        String[] key = {"Idempotency-Key", "upload-once"};

        var first = Uploads.send(editor, "/media", "a.png", picture, Map.of(), key);
        var second = Uploads.send(editor, "/media", "a.png", picture, Map.of(), key);

        assertThat(List.of(first.status(), second.status())).containsExactly(201, 201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(Uploads.send(editor, "/media", "a.png", picture(40, 30), Map.of(), key)
                        .problem())
                .isEqualTo("idempotency-key-reused");
    }

    @Test
    void aBodyThatIsNoUploadIsRefused() {
        assertThat(editor.post("/media", Map.of()).status()).isEqualTo(415);
        assertThat(Uploads.send(editor, "/media", "a.png", new byte[0], Map.of())
                        .problem())
                .isEqualTo("malformed");
        assertThat(Uploads.send(editor, "/media", "a.png", picture(2, 2), Map.of("colour", "red"))
                        .json()
                        .toString())
                .contains("/colour");
        assertThat(Uploads.send(
                                editor,
                                "/media",
                                "a.svg",
                                "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".getBytes(StandardCharsets.UTF_8),
                                Map.of())
                        .problem())
                .isEqualTo("unsupported-file");
        assertThat(Uploads.send(editor, "/media", "a.png", new byte[11 * 1024 * 1024], Map.of())
                        .status())
                .isEqualTo(413);
        assertThat(Uploads.send(node.as("reviewer"), "/media", "a.png", picture(2, 2), Map.of())
                        .status())
                .isEqualTo(403);
        assertThat(Uploads.send(
                                new Http(node.management(), null),
                                "/media",
                                "a.png",
                                new byte[11 * 1024 * 1024],
                                Map.of())
                        .status())
                .isIn(401, 413);
    }

    @Test
    void detailsAreChangedFromTheVersionThatWasRead() {
        var asset = uploaded("before");
        String path = "/media/" + id(asset);
        String etag = editor.get(path).header("ETag");
        var details = Map.of(
                "alt",
                "after",
                "licence",
                "CC BY 4.0",
                "tags",
                List.of("office"),
                "focalPoint",
                Map.of("x", 0.5, "y", 1));

        assertThat(editor.put(path, details).status()).isEqualTo(428);
        var changed = editor.put(path, details, "If-Match", etag).ok();
        assertThat(changed.get("alt").asString()).isEqualTo("after");
        assertThat(editor.put(path, details, "If-Match", etag).status()).isEqualTo(412);
        assertThat(editor.get("/media?tag=office").ok().get("items").values().stream()
                        .map(MediaTest::id))
                .containsExactly(id(asset));
        String now = editor.get(path).header("ETag");
        assertThat(editor.put(path, Map.of("focalPoint", Map.of("x", 2, "y", 0)), "If-Match", now)
                        .json()
                        .toString())
                .contains("/focalPoint");
    }

    @Test
    void aPictureIsDeliveredWhileAPublishedGuideNamesIt() throws Exception {
        var asset = uploaded("The team");
        String address = address(asset);
        assertThat(fetch(address).statusCode()).isEqualTo(404);

        var guide = node.guides().drafted();
        write(guide, "Hello ![The *team*](asset:" + id(asset) + " \"Us\")").ok();
        assertThat(fetch(address).statusCode()).isEqualTo(404);
        submit(guide).ok();
        assertThat(fetch(address).statusCode()).isEqualTo(404);
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();

        var answer = fetch(address);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo("image/png");
        assertThat(header(answer, "Cache-Control")).isEqualTo("public, max-age=31536000, immutable");
        assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(answer, "Content-Security-Policy")).contains("sandbox");
        assertThat(ImageIO.read(new ByteArrayInputStream(answer.body())).getWidth())
                .isEqualTo(40);
        String etag = header(answer, "ETag");
        assertThat(etag).startsWith("\"sha256:");
        assertThat(fetch(address, "If-None-Match", etag).statusCode()).isEqualTo(304);
        var part = fetch(address, "Range", "bytes=1-3");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(new String(part.body(), StandardCharsets.US_ASCII)).isEqualTo("PNG");
        assertThat(node.nobody().send("HEAD", address, null).header("Content-Length"))
                .isEqualTo(header(answer, "Content-Length"));
        assertThat(fetch(address.replace("team.png", "other.png")).statusCode()).isEqualTo(404);
        assertThat(fetch("/media/sha256:" + "0".repeat(64) + "/team.png").statusCode())
                .isEqualTo(404);

        node.as("publisher")
                .post(guide.path() + "/unpublish", Map.of("reason", "over"))
                .ok();
        assertThat(fetch(address).statusCode()).isEqualTo(404);
        assertThat(fetch(address, "If-None-Match", etag).statusCode()).isEqualTo(404);
    }

    @Test
    void aSiteGetsTheAddressAndTheSizeOfAPicture() {
        var asset = uploaded("The team");
        var guide = publishedWith("Hello ![The team](asset:" + id(asset) + ")");
        String path = "/role-guide/" + guide.slug();

        var asMarkdown = node.site().get(path).ok();
        assertThat(asMarkdown.get("content").get("introduction").asString())
                .isEqualTo("Hello ![The team](asset:" + id(asset) + ")");
        var delivered = asMarkdown.get("assets").get(id(asset));
        assertThat(delivered.get("address").asString()).isEqualTo(address(asset));
        assertThat(delivered.get("hash")).isEqualTo(asset.get("hash"));
        assertThat(node.site()
                        .get(path + "?format=html")
                        .ok()
                        .at("/content/introduction")
                        .asString())
                .isEqualTo(
                        "<p>Hello <img src=\"%s\" alt=\"The team\" width=\"40\" height=\"30\" loading=\"lazy\" /></p>"
                                .formatted(address(asset)));
        assertThat(node.site()
                        .get(path + "?format=text")
                        .ok()
                        .at("/content/introduction")
                        .asString())
                .isEqualTo("Hello The team");
        assertThat(node.site().get(path + "?fields=title").ok().has("assets")).isFalse();
    }

    @Test
    void aPictureComesInSmallerWidthsAndNeverInALargerOne() throws Exception {
        var asset = Uploads.added(editor, "wide.png", picture(1000, 500), "Wide");
        publishedWith("![Wide](asset:" + id(asset) + ")");

        var small = fetch(address(asset) + "?w=320");
        var scaled = ImageIO.read(new ByteArrayInputStream(small.body()));
        assertThat(List.of(scaled.getWidth(), scaled.getHeight())).containsExactly(320, 160);
        assertThat(header(small, "ETag")).isNotEqualTo(header(fetch(address(asset)), "ETag"));
        assertThat(fetch(address(asset) + "?w=320").body()).isEqualTo(small.body());
        assertThat(ImageIO.read(new ByteArrayInputStream(
                                fetch(address(asset) + "?w=1920").body()))
                        .getWidth())
                .isEqualTo(1000);
        assertThat(fetch(address(asset) + "?w=321").statusCode()).isEqualTo(400);
        assertThat(fetch(address(asset) + "?height=320").statusCode()).isEqualTo(400);
    }

    /** The approval covers the very bytes. */
    @Test
    void whatReplacesAPictureAfterTheSubmissionIsNotDelivered() {
        var asset = uploaded("The team");
        var guide = node.guides().drafted();
        write(guide, "![The team](asset:" + id(asset) + ")").ok();
        submit(guide).ok();

        var replaced = Uploads.send(editor, "/media/" + id(asset) + "/versions", "new.png", picture(50, 30), Map.of())
                .ok();
        node.guides()
                .decide("reviewer", node.guides().task("reviewer", guide), "approve")
                .ok();

        assertThat(replaced.get("number").asInt()).isEqualTo(2);
        assertThat(replaced.get("replaces").asString()).isEqualTo(id(asset));
        assertThat(replaced.get("alt").asString()).isEqualTo("The team");
        assertThat(editor.get("/media/" + id(asset)).ok().get("replacedBy").asString())
                .isEqualTo(id(replaced));
        assertThat(node.site()
                        .get("/role-guide/" + guide.slug() + "?format=html")
                        .ok()
                        .at("/content/introduction")
                        .asString())
                .contains(address(asset))
                .doesNotContain(address(replaced));
        assertThat(fetch(address(asset)).statusCode()).isEqualTo(200);
        assertThat(fetch(address(replaced)).statusCode()).isEqualTo(404);
        assertThat(Uploads.send(editor, "/media/" + id(asset) + "/versions", "c.png", picture(9, 9), Map.of())
                        .problem())
                .isEqualTo("asset-replaced");
    }

    @Test
    void aSubmissionNeedsPicturesThatExistAndAnAlternativeText() {
        var guide = node.guides().drafted();
        write(guide, "![x](asset:" + "0".repeat(40) + ")").ok();
        var unknown = submit(guide);
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(unknown.json().at("/errors/0/pointer").asString()).isEqualTo("/introduction");

        var silent =
                Uploads.send(editor, "/media", "a.png", picture(3, 3), Map.of()).ok();
        write(guide, "![](asset:" + id(silent) + ")").ok();
        var withoutAlt = submit(guide);
        assertThat(withoutAlt.status()).isEqualTo(422);
        assertThat(withoutAlt.json().at("/errors/0/pointer").asString()).isEqualTo("/introduction");

        var pdf = Uploads.send(editor, "/media", "a.pdf", TestPictures.pdf(), Map.of())
                .ok();
        write(guide, "![x](asset:" + id(pdf) + ")").ok();
        assertThat(submit(guide).status()).isEqualTo(422);

        String etag = editor.get("/media/" + id(silent)).header("ETag");
        editor.put("/media/" + id(silent), Map.of("decorative", true), "If-Match", etag)
                .ok();
        write(guide, "![](asset:" + id(silent) + ")").ok();
        submit(guide).ok();
    }

    @Test
    void theAlternativeTextOfTheLibraryIsWrittenIntoWhatIsSubmitted() {
        var asset = uploaded("A [map] of *the* office");
        var guide = node.guides().drafted();
        write(guide, "See ![](asset:" + id(asset) + ").").ok();

        submit(guide).ok();

        assertThat(editor.get(guide.path() + "/revisions/1")
                        .ok()
                        .at("/content/introduction")
                        .asString())
                .isEqualTo("See ![A \\[map\\] of \\*the\\* office](asset:" + id(asset) + ").");
    }

    @Test
    void onlyWhatNothingNamesCanBeDeleted() {
        var asset = uploaded("x");
        var guide = node.guides().drafted();
        write(guide, "![x](asset:" + id(asset) + ")").ok();

        var users = editor.get("/media/" + id(asset)).ok().get("usedBy");
        assertThat(users.get(0).get("id").asString()).isEqualTo(guide.id());
        assertThat(users.get(0).get("draft").asBoolean()).isTrue();
        assertThat(editor.delete("/media/" + id(asset)).problem()).isEqualTo("asset-in-use");
        write(guide, "nothing").ok();
        assertThat(editor.delete("/media/" + id(asset)).status()).isEqualTo(204);
        assertThat(editor.get("/media/" + id(asset)).status()).isEqualTo(404);
        assertThat(editor.get("/media/" + id(asset) + "/file").status()).isEqualTo(404);

        var submitted = uploaded("y");
        var other = publishedWith("![y](asset:" + id(submitted) + ")");
        assertThat(editor.delete("/media/" + id(submitted)).problem()).isEqualTo("asset-in-use");
        assertThat(editor.get("/media/" + id(submitted))
                        .ok()
                        .at("/usedBy/0/published")
                        .asBoolean())
                .isTrue();
        assertThat(other.id()).isNotEmpty();
    }

    @Test
    void aPreviewShowsThePicturesOfItsContentOnly() {
        var shown = uploaded("shown");
        var other = uploaded("other");
        var guide = node.guides().drafted();
        write(guide, "![shown](asset:" + id(shown) + ")").ok();
        String link = editor.post(guide.path() + "/previews", Map.of())
                .ok()
                .get("url")
                .asString();
        String path = URI.create(link).getPath();

        var preview = Http.JSON.readTree(new String(fetch(path + "?format=html").body(), StandardCharsets.UTF_8));
        String address = preview.get("assets").get(id(shown)).get("address").asString();

        assertThat(preview.at("/content/introduction").asString()).contains("src=\"" + address + "\"");
        assertThat(fetch(address).statusCode()).isEqualTo(200);
        assertThat(header(fetch(address), "Cache-Control")).isEqualTo("private, no-store");
        assertThat(fetch(address.replace(id(shown), id(other))).statusCode()).isEqualTo(404);
    }

    @Test
    void bytesThatWereChangedInTheDatabaseAreNotSent() {
        var asset = uploaded("x");
        var chunks = node.bean(MongoDatabase.class).getCollection("media.chunks");
        var chunk = chunks.find().sort(Sorts.descending("_id")).first();
        byte[] data = chunk.get("data", Binary.class).getData();
        data[data.length - 1]++;
        chunks.updateOne(Filters.eq("_id", chunk.get("_id")), Updates.set("data", new Binary(data)));

        assertThat(editor.get("/media/" + id(asset) + "/file").problem()).isEqualTo("content-damaged");
    }

    @Test
    void aDeletionThatWasCutOffHoldsNoPictureBack() {
        byte[] picture = picture(40, 30);
        var asset = Uploads.added(editor, "a.png", picture, "x");
        var assets = node.bean(MongoDatabase.class).getCollection("assets");
        var now = node.clock().instant();
        assets.updateOne(Filters.eq("_id", id(asset)), Updates.set("deleting", now));

        assertThat(Uploads.send(editor, "/media", "a.png", picture, Map.of()).problem())
                .isEqualTo("asset-being-deleted");
        assets.updateOne(Filters.eq("_id", id(asset)), Updates.set("deleting", now.minusSeconds(120)));
        Uploads.send(editor, "/media", "a.png", picture, Map.of()).ok();
        editor.get("/media/" + id(asset)).ok();
    }

    @Test
    void aPdfIsSentAsAnAttachment() {
        byte[] form = TestPictures.pdf("a form");
        var pdf = Uploads.send(editor, "/media", "form.pdf", form, Map.of()).ok();
        String file = "/api/management/v1/media/" + id(pdf) + "/file";

        var answer = fetch(file, "Authorization", editor.authorization());

        assertThat(answer.body()).isEqualTo(form);
        assertThat(header(answer, "Content-Disposition")).isEqualTo("attachment; filename=\"form.pdf\"");
        assertThat(header(answer, "Content-Security-Policy")).contains("sandbox");
        assertThat(fetch(file).statusCode()).isEqualTo(401);
    }

    private MongoCollection<Document> stored(String collection) {
        return node.bean(MongoDatabase.class).getCollection(collection);
    }

    private ObjectId file(JsonNode asset) {
        return new ObjectId(
                stored("assets").find(Filters.eq("_id", id(asset))).first().getString("file"));
    }

    @Test
    void bytesThatWereChangedInTheDatabaseAreNotDelivered() {
        var first = uploaded("one");
        var second = uploaded("two");
        publishedWith("![x](asset:" + id(first) + ") ![y](asset:" + id(second) + ")");
        // read once before the change, and never before it
        assertThat(fetch(address(first)).statusCode()).isEqualTo(200);
        for (var asset : List.of(first, second)) {
            var chunk = stored("media.chunks")
                    .find(Filters.eq("files_id", file(asset)))
                    .first();
            byte[] bytes = chunk.get("data", Binary.class).getData().clone();
            bytes[bytes.length / 2] ^= 1;
            stored("media.chunks")
                    .updateOne(Filters.eq("_id", chunk.get("_id")), Updates.set("data", new Binary(bytes)));
        }

        assertThat(fetch(address(second)).statusCode()).isEqualTo(503);
        assertThat(fetch(address(first)).statusCode()).isEqualTo(503);
        assertThat(editor.get("/media/" + id(second) + "/file").status()).isEqualTo(503);
        assertThat(node.bean(Damages.class).all()).extracting(Damage::place).contains(id(second));
    }

    @Test
    void aTypeThatWasChangedInTheDatabaseIsNotDelivered() {
        var asset = uploaded("one");
        publishedWith("![x](asset:" + id(asset) + ")");
        stored("assets").updateOne(Filters.eq("_id", id(asset)), Updates.set("mediaType", "text/html"));

        // this node knows the asset
        assertThat(header(fetch(address(asset)), "Content-Type")).isEqualTo("image/png");
        node.restart(() -> {});
        editor = node.as("editor");
        assertThat(fetch(address(asset)).statusCode()).isEqualTo(503);
    }

    @Test
    void aSmallerWidthThatWasChangedInTheDatabaseIsMadeAgain() throws IOException {
        for (String changed : List.of("bytes", "row", "lost")) {
            var asset = Uploads.added(editor, "wide.png", picture(1400, 20), "wide");
            publishedWith("![x](asset:" + id(asset) + ")");
            byte[] before = fetch(address(asset) + "?w=640").body();
            var row = stored("asset_widths")
                    .find(Filters.eq("_id", id(asset) + "/640"))
                    .first();
            var other = Uploads.added(editor, "other.png", picture(33, 20), "other");
            switch (changed) {
                case "bytes" ->
                    stored("media.chunks")
                            .updateOne(
                                    Filters.eq("files_id", new ObjectId(row.getString("file"))),
                                    Updates.set("data", new Binary(new byte[before.length])));
                case "row" ->
                    stored("asset_widths")
                            .updateOne(
                                    Filters.eq("_id", row.get("_id")),
                                    Updates.set("file", file(other).toHexString()));
                default ->
                    stored("media.chunks").deleteMany(Filters.eq("files_id", new ObjectId(row.getString("file"))));
            }
            for (int i = 0; i < 2; i++) {
                var answer = fetch(address(asset) + "?w=640");
                assertThat(answer.statusCode()).as(changed).isEqualTo(200);
                assertThat(ImageIO.read(new ByteArrayInputStream(answer.body())).getWidth())
                        .as(changed)
                        .isEqualTo(640);
            }
        }
    }

    @Test
    void aLargeFileThatChangesWhileItIsReadIsCutOff() {
        byte[] pdf = TestPictures.pdf("x".repeat(1_300_000));
        var asset = Uploads.added(editor, "long.pdf", pdf, "");
        var whole = editor.get("/media/" + id(asset) + "/file");
        assertThat(whole.status()).isEqualTo(200);
        stored("media.chunks")
                .updateOne(
                        Filters.and(Filters.eq("files_id", file(asset)), Filters.eq("n", 1)),
                        Updates.set("data", new Binary(new byte[512 * 1024])));

        assertThat(catchThrowable(() -> editor.get("/media/" + id(asset) + "/file")))
                .isNotNull();
        assertThat(editor.get("/media/" + id(asset) + "/file").status()).isEqualTo(503);
    }

    @Test
    void aUseThatSomebodyWroteIntoTheDatabaseShowsNothing() {
        var secret = uploaded("secret");
        var guide = publishedWith("Words.");
        stored("asset_uses").insertOne(new Document("_id", id(secret) + "/" + guide.id() + "/1"));

        assertThat(fetch(address(secret)).statusCode()).isEqualTo(404);
    }
}
