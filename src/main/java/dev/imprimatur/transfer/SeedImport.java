// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.review.ImportedReviews;
import dev.imprimatur.review.Review;
import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneOffset;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Imports guides from files on the server's own disk at start. This import is the only way to publish content with evidence of a review
 * elsewhere. The server's operator vouches for that review, and the published guide says so. The content passes the gate like any other.
 */
@Component
class SeedImport {
    private static final Logger log = LoggerFactory.getLogger(SeedImport.class);
    private static final String DEFAULT_LOCALE = "en-US";
    private static final int MOST_ATTEMPTS = 5;

    private final ResourcePatternResolver files;
    private final ContentTypes types;
    private final Guides guides;
    private final Drafts drafts;
    private final Review review;
    private final ImportedReviews importedReviews;
    private final Publication publication;
    private final String location;
    private final YAMLMapper yaml = YAMLMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** @param location the folder of the seed files, {@code imprimatur.seed-content} */
    SeedImport(
            ResourcePatternResolver files,
            ContentTypes types,
            Guides guides,
            Drafts drafts,
            Review review,
            ImportedReviews importedReviews,
            Publication publication,
            @Value("${imprimatur.seed-content:classpath:seed-content/}") String location) {
        this.files = files;
        this.types = types;
        this.guides = guides;
        this.drafts = drafts;
        this.review = review;
        this.importedReviews = importedReviews;
        this.publication = publication;
        this.location = location;
    }

    /**
     * Imports every guide that does not exist yet. A second run, or a run after a crash, continues where the last one stopped.
     *
     * @param editor the author of the drafts and of the next editions
     */
    void run(Person editor) throws IOException {
        try {
            publication.mustNotBeBehind();
            importAll(editor);
        } catch (Refused refused) {
            if (refused.refusal().kind() != Refusal.Kind.UNAVAILABLE) throw refused;
            log.warn("the seed content is not imported at this start: {}", refused.getMessage());
        }
    }

    private void importAll(Person editor) throws IOException {
        for (var type : types.all())
            for (Resource file : seedsOf(type.name()))
                try (InputStream in = file.getInputStream()) {
                    importWithRetries(type.name(), slugOf(file), yaml.readValue(in, SeedFile.class), editor);
                } catch (JacksonException malformed) {
                    throw new IllegalStateException(
                            "seed " + file.getFilename() + ": " + malformed.getMessage(), malformed);
                }
    }

    private Resource[] seedsOf(String type) throws IOException {
        String folder = location + type + "s/";
        return files.getResource(folder).exists() ? files.getResources(folder + "*.yaml") : new Resource[0];
    }

    private static String slugOf(Resource file) {
        return Objects.requireNonNull(file.getFilename()).replaceFirst("\\.yaml$", "");
    }

    /** Tries again after a conflict: another node may import the same file at the same time, and then the next attempt finds the guide. */
    private void importWithRetries(String type, String fileName, SeedFile seed, Person editor) {
        for (int attempt = 1; ; attempt++)
            try {
                importGuide(type, fileName, seed, editor);
                return;
            } catch (Refused conflict) {
                if (conflict.refusal().kind() == Refusal.Kind.UNAVAILABLE || attempt == MOST_ATTEMPTS) throw conflict;
            }
    }

    private void importGuide(String type, String fileName, SeedFile seed, Person editor) {
        String slug = Objects.requireNonNullElse(seed.slug(), fileName);
        String locale = Objects.requireNonNullElse(seed.locale(), DEFAULT_LOCALE);
        var evidence = seed.review();
        var guide = guides.bySlug(type, locale, slug)
                .orElseGet(() ->
                        review.create(type, slug, locale, seed.content(), evidence == null ? editor : Person.SYSTEM));
        if (evidence == null) return;
        if (guide.edition() == 1 && guide.live() == null) {
            if (!publish(guide, seed.content(), evidence)) {
                log.info(
                        "{} {} is not imported: its content differs from the seed file, or its first edition has ended",
                        type,
                        slug);
                return;
            }
            log.info("imported {} {}, last reviewed elsewhere on {}", type, slug, evidence.lastReviewed());
        }
        var next = seed.next();
        if (next != null) propose(guides.require(guide.id()), next, editor);
    }

    private boolean publish(Guide guide, JsonNode content, SeedFile.Evidence evidence) {
        return importedReviews.importReviewed(
                guide,
                content,
                evidence.reviewedBy().stream()
                        .map(by -> new Reviewer(null, by.name(), by.title(), null))
                        .toList(),
                new ImportedReviews.Evidence(
                        evidence.lastReviewed().atStartOfDay(ZoneOffset.UTC).toInstant(),
                        evidence.lastReviewed(),
                        evidence.note()));
    }

    /** Opens edition 2 if necessary, and submits it unless it was changed or submitted before. */
    private void propose(Guide guide, SeedFile.Next next, Person editor) {
        if (guide.edition() == 1) {
            review.openNext(guide, editor);
            propose(guides.require(guide.id()), next, editor);
            return;
        }
        if (guide.edition() != 2 || guide.revision() != null || !guide.state().isInProgress()) return;
        var draft = drafts.of(guide);
        drafts.patch(guide, draft.etag(), next.patch(), editor);
        review.submit(guide, null, next.message(), editor);
    }
}
