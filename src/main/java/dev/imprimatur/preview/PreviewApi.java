package dev.imprimatur.preview;

import dev.imprimatur.content.ContentHash;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Format;
import dev.imprimatur.content.Rendering;
import dev.imprimatur.editing.Editing;
import dev.imprimatur.editing.WorkingCopy;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Where links lead: whoever has one sees what it shows, and nothing keeps it. */
@RestController
class PreviewApi {
    private final PreviewLinks links;
    private final Editing editing;
    private final ContentTypes types;

    PreviewApi(PreviewLinks links, Editing editing, ContentTypes types) {
        this.links = links;
        this.editing = editing;
        this.types = types;
    }

    /**
     * A guide as it may once be delivered.
     *
     * @param revision null for a working copy
     * @param preview until when the link holds; what is published never has this member
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
            JsonNode content) {}

    record Until(Instant expiresAt) {}

    @GetMapping("/api/delivery/v1/preview/{token}")
    ResponseEntity<Document> show(@PathVariable String token, @RequestParam @Nullable String format) {
        var rendered = Format.of(format);
        var document = links.follow(token).flatMap(preview -> document(preview, rendered));
        return ResponseEntity.ok()
                .header(HttpHeaders.CACHE_CONTROL, "private, no-store")
                .header("X-Robots-Tag", "noindex")
                .body(document.orElseThrow(
                        () -> Refusal.missing("nothing is shown here").raise()));
    }

    private Optional<Document> document(Preview preview, Format format) {
        try {
            var guide = editing.require(preview.edition().guide());
            var content = preview.revision() == null
                    ? workingCopy(preview, editing.draft(guide))
                    : editing.revision(guide, preview.revision()).content();
            return Optional.ofNullable(content)
                    .map(it -> new Document(
                            guide.id(),
                            guide.type(),
                            guide.slug(),
                            guide.locale(),
                            preview.edition().number(),
                            preview.revision(),
                            ContentHash.of(it).value(),
                            new Until(preview.expiresAt()),
                            Rendering.render(types.require(guide.type()), it, format)));
        } catch (Refused over) {
            // the edition has no working copy any more; a link must not tell why
            return Optional.empty();
        }
    }

    private static @Nullable JsonNode workingCopy(Preview preview, WorkingCopy copy) {
        return copy.edition().equals(preview.edition()) ? copy.content() : null;
    }
}
