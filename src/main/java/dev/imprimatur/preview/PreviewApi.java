// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.preview;

import dev.imprimatur.content.AssetIds;
import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.Format;
import dev.imprimatur.content.Rendering;
import dev.imprimatur.drafts.WorkingCopy;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.media.AssetResponse;
import dev.imprimatur.media.Library;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.representation.DeliveredAsset;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers preview links. Whoever has a link sees its content; no cache may store the response. */
@RestController
class PreviewApi {
    private static final String PATH = "/api/delivery/v1/preview";
    private static final String UNCACHED = "private, no-store";

    private final PreviewLinks links;
    private final Guides guides;
    private final Drafts drafts;
    private final GuideRevisions guideRevisions;
    private final ContentTypes types;
    private final Library library;
    private final JsonMapper json;

    PreviewApi(
            PreviewLinks links,
            Guides guides,
            Drafts drafts,
            GuideRevisions guideRevisions,
            ContentTypes types,
            Library library,
            JsonMapper json) {
        this.library = library;
        this.json = json;
        this.links = links;
        this.guides = guides;
        this.drafts = drafts;
        this.guideRevisions = guideRevisions;
        this.types = types;
    }

    /**
     * A guide in the shape in which it would be delivered.
     *
     * @param revision the number of the revision; null for a working copy
     * @param preview until when the link is valid; a published guide never has this member
     */
    record Document(
            String id,
            String type,
            String slug,
            String locale,
            int edition,
            @Nullable Integer revision,
            String contentHash,
            Until preview,
            @Nullable Map<String, DeliveredAsset> assets,
            JsonNode content) {}

    record Until(Instant expiresAt) {}

    /** Writes the response itself: for a path that ends like a file name, the framework would add a Content-Disposition header. */
    @GetMapping(PATH + "/{token}")
    void show(
            @PathVariable String token,
            @RequestParam @Nullable String format,
            @RequestParam @Nullable String fields,
            HttpServletResponse response)
            throws IOException {
        var rendered = Format.of(format);
        var preview = links.follow(token).orElseThrow(PreviewApi::nothing);
        var shown = shown(preview).orElseThrow(PreviewApi::nothing);
        var wanted = Fields.parse(fields, shown.type());
        byte[] body = json.writeValueAsBytes(document(token, preview, shown, wanted, rendered));
        response.setHeader(HttpHeaders.CACHE_CONTROL, UNCACHED);
        response.setHeader("X-Robots-Tag", "noindex");
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Sends a picture or a file that the content names. */
    @GetMapping(PATH + "/{token}/media/{id}")
    ResponseEntity<Resource> file(@PathVariable String token, @PathVariable String id, HttpServletRequest request) {
        var content =
                links.follow(token).flatMap(this::shown).map(Shown::content).orElseThrow(PreviewApi::nothing);
        var asset = library.find(id)
                .filter(it -> AssetIds.in(content).contains(it.id()))
                .orElseThrow(PreviewApi::nothing);
        return AssetResponse.of(asset, library.content(asset, null), UNCACHED, request.getMethod());
    }

    private static RuntimeException nothing() {
        return Refusal.missing("nothing is shown here").raise();
    }

    /** The content that a link shows, with its guide and content type. */
    private record Shown(Guide guide, ContentType type, JsonNode content) {}

    private Optional<Shown> shown(Preview preview) {
        try {
            var guide = guides.require(preview.edition().guide());
            var content = preview.revision() == null
                    ? workingCopy(preview, drafts.of(guide))
                    : guideRevisions.require(guide, preview.revision()).content();
            return Optional.ofNullable(content).map(it -> new Shown(guide, types.require(guide.type()), it));
        } catch (Refused over) {
            // the edition has no working copy any more; the response must not reveal why
            return Optional.empty();
        }
    }

    private Document document(String token, Preview preview, Shown shown, List<String> fields, Format format) {
        var guide = shown.guide();
        var content = Fields.of(shown.content(), fields);
        var assets = DeliveredAsset.in(content, library, asset -> PATH + "/" + token + "/media/" + asset.id());
        return new Document(
                guide.id(),
                guide.type(),
                guide.slug(),
                guide.locale(),
                preview.edition().number(),
                preview.revision(),
                ContentHash.of(shown.content()).value(),
                new Until(preview.expiresAt()),
                assets.isEmpty() ? null : assets,
                Rendering.render(shown.type(), content, format, DeliveredAsset.pictures(assets), null));
    }

    private static @Nullable JsonNode workingCopy(Preview preview, WorkingCopy copy) {
        return copy.edition().equals(preview.edition()) ? copy.content() : null;
    }
}
