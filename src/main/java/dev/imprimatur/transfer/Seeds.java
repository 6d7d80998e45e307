// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import dev.imprimatur.content.SourcePlaces;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Imports;
import dev.imprimatur.editing.Slugs;
import dev.imprimatur.history.Reviewer;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.review.ImportedReviews;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads and checks seed files, on all cores. */
final class Seeds {
    private static final String DEFAULT_LOCALE = "en-US";

    /** @param type the content type of the guide in the file */
    record Source(String type, Resource file) {
        String name() {
            return Objects.requireNonNull(file.getFilename());
        }
    }

    /** What is unique to each guide. */
    record Key(String type, String locale, String slug) {
        Slugs.Address address() {
            return new Slugs.Address(type, locale, slug);
        }

        static Key of(Guide card) {
            return new Key(card.type(), card.locale(), card.slug());
        }
    }

    /**
     * A seed that was read.
     *
     * @param guide the guide, checked and in normal form unless it is imported already
     */
    record Seed(Source source, SeedFile content, Imports.NewGuide guide) {
        String file() {
            return source.name();
        }

        /** The key of the guide that this one is a translation of; null if it stands alone. */
        @Nullable
        Key translationOf() {
            String of = content.translationOf();
            if (of == null) return null;
            int slash = of.indexOf('/');
            return new Key(guide.type(), slash < 0 ? DEFAULT_LOCALE : of.substring(0, slash), of.substring(slash + 1));
        }

        Key key() {
            return new Key(guide.type(), guide.locale(), guide.slug());
        }

        boolean isReviewed() {
            return content.review() != null;
        }

        /** Whether the content must be complete. */
        boolean isComplete() {
            return isReviewed() || content.submit() != null;
        }

        /** Whether nothing is left to do for edition 1 of the guide with this card. */
        boolean isImportedAs(Guide card) {
            if (card.live() != null || card.edition() > 1) return true;
            return !isReviewed() && (content.submit() == null || card.revision() != null);
        }

        /** The evidence for this card of the guide. */
        ImportedReviews.Reviewed reviewed(Guide card) {
            var evidence = Objects.requireNonNull(content.review());
            return new ImportedReviews.Reviewed(
                    card,
                    guide.content(),
                    evidence.reviewedBy().stream()
                            .map(by -> new Reviewer(null, by.name(), by.title(), null))
                            .toList(),
                    new ImportedReviews.Evidence(
                            evidence.lastReviewed().atStartOfDay(ZoneOffset.UTC).toInstant(),
                            evidence.lastReviewed(),
                            evidence.note()));
        }
    }

    /**
     * The seeds of some files.
     *
     * @param fault what is wrong with the first file that is not a valid seed; the seeds are those of the files before it
     */
    record Batch(List<Seed> seeds, @Nullable IllegalStateException fault) {}

    private record Reading(@Nullable Seed seed, @Nullable IllegalStateException fault) {}

    private final Imports imports;
    private final YAMLMapper yaml = YAMLMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    /** Reads files that are JSON. JSON is YAML, and this mapper needs a fraction of the time. */
    private final JsonMapper json = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    Seeds(Imports imports) {
        this.imports = imports;
    }

    /**
     * Reads files up to the first one that is not a valid seed.
     *
     * @param cards the cards of all guides that exist
     * @param editor the author of drafts that nobody has reviewed
     */
    Batch read(List<Source> sources, Map<Key, Guide> cards, Person editor) {
        var seeds = new ArrayList<Seed>();
        for (var reading : sources.parallelStream()
                .map(source -> read(source, cards, editor))
                .toList()) {
            if (reading.seed() == null) return new Batch(seeds, reading.fault());
            seeds.add(reading.seed());
        }
        return new Batch(seeds, null);
    }

    private Reading read(Source source, Map<Key, Guide> cards, Person editor) {
        try {
            String text = source.file().getContentAsString(StandardCharsets.UTF_8);
            var content = parsed(text);
            var seed = new Seed(
                    source,
                    content,
                    new Imports.NewGuide(
                            source.type(),
                            Objects.requireNonNullElse(content.locale(), DEFAULT_LOCALE),
                            Objects.requireNonNullElse(
                                    content.slug(), source.name().replaceFirst("\\.yaml$", "")),
                            content.content(),
                            content.review() == null ? editor : Person.SYSTEM,
                            null));
            var card = cards.get(seed.key());
            return new Reading(card != null && seed.isImportedAs(card) ? seed : checked(seed), null);
        } catch (Refused refused) {
            return new Reading(null, placed(source, refused));
        } catch (JacksonException malformed) {
            var at = malformed.getLocation();
            String place = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
            return new Reading(
                    null,
                    new IllegalStateException(
                            "seed " + source.name() + ": " + place + malformed.getOriginalMessage(), malformed));
        } catch (IOException unreadable) {
            return new Reading(
                    null,
                    new IllegalStateException("seed " + source.name() + ": " + unreadable.getMessage(), unreadable));
        }
    }

    /** A text that begins like JSON may be YAML all the same. */
    private SeedFile parsed(String text) {
        if (!text.startsWith("{")) return yaml.readValue(text, SeedFile.class);
        try {
            return json.readValue(text, SeedFile.class);
        } catch (StreamReadException noJson) {
            return yaml.readValue(text, SeedFile.class);
        }
    }

    /** The failure that also names the line and column of each fault. */
    IllegalStateException placed(Source source, Refused refused) {
        try (var in = source.file().getInputStream()) {
            var places = SourcePlaces.of(yaml.createParser(in));
            var faults = refused.refusal().faults().stream()
                    .map(fault -> "; " + places.of(fault.pointer()) + ", " + fault.pointer() + ": " + fault.detail())
                    .collect(Collectors.joining());
            return new IllegalStateException("seed " + source.name() + ": " + refused.getMessage() + faults, refused);
        } catch (IOException | JacksonException unreadable) {
            return fault(source.name(), refused);
        }
    }

    private Seed checked(Seed seed) {
        return new Seed(seed.source(), seed.content(), imports.checked(seed.guide(), seed.isComplete()));
    }

    /** The failure that names the file and the pointer of each fault in it. */
    static IllegalStateException fault(String file, Refused refused) {
        var faults = refused.refusal().faults().stream()
                .map(fault -> "; " + fault.pointer() + ": " + fault.detail())
                .collect(Collectors.joining());
        return new IllegalStateException("seed " + file + ": " + refused.getMessage() + faults, refused);
    }
}
