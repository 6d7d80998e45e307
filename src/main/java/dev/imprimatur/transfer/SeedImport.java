// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Drafts;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.editing.Imports;
import dev.imprimatur.editing.Slugs;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.review.ImportedReviews;
import dev.imprimatur.review.Review;
import dev.imprimatur.review.Translating;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Imports guides from files on the server's own disk at start. This import is the only way to publish content with evidence of a review
 * elsewhere. The server's operator vouches for that review, and the published guide says so. The content passes the gate like any other.
 *
 * <p>Guides are imported in batches. While one batch is written, the files of the next are read and checked.
 */
@Component
class SeedImport implements DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(SeedImport.class);
    private static final int MOST_ATTEMPTS = 5;
    /** The number of guides that are written together. */
    static final int BATCH = 100;

    private final ResourcePatternResolver files;
    private final ContentTypes types;
    private final Guides guides;
    private final Drafts drafts;
    private final Review review;
    private final ImportedReviews importedReviews;
    private final Publication publication;
    private final Slugs slugs;
    private final Translating translating;
    private final Seeds seeds;
    private final String location;
    private volatile boolean ended;

    /** @param location the folder of the seed files, {@code imprimatur.seed-content} */
    SeedImport(
            ResourcePatternResolver files,
            ContentTypes types,
            Guides guides,
            Imports imports,
            Drafts drafts,
            Review review,
            ImportedReviews importedReviews,
            Publication publication,
            Slugs slugs,
            Translating translating,
            @Value("${imprimatur.seed-content:classpath:seed-content/}") String location) {
        this.files = files;
        this.types = types;
        this.guides = guides;
        this.drafts = drafts;
        this.review = review;
        this.importedReviews = importedReviews;
        this.publication = publication;
        this.slugs = slugs;
        this.translating = translating;
        this.seeds = new Seeds(imports);
        this.location = location;
    }

    /**
     * Imports every guide that does not exist yet. A second run, or a run after a crash, continues where the last one stopped. Stops
     * between two batches if the server is stopped.
     *
     * @param editor the author of the drafts and of the next editions
     * @throws IllegalStateException if a file is not a valid seed; the guides of all files before it are imported
     */
    synchronized void run(Person editor) throws IOException {
        try {
            publication.mustNotBeBehind();
            importAll(editor);
        } catch (Refused refused) {
            if (refused.refusal().kind() != Refusal.Kind.UNAVAILABLE) throw refused;
            log.warn("the seed content is not imported at this start: {}", refused.getMessage());
        }
    }

    /** Ends a running import after its current batch, while the stores are still open. */
    @Override
    public void destroy() {
        ended = true;
        // waits until a running import has written its batch
        synchronized (this) {
            log.debug("no import is running");
        }
    }

    private void importAll(Person editor) throws IOException {
        var all = new ArrayList<Seeds.Source>();
        for (var type : types.all())
            for (Resource file : filesOf(type.name())) all.add(new Seeds.Source(type.name(), file));
        // one query tells what exists already; what another node creates meanwhile is found when its slug is taken
        var cards = guides.all().stream().collect(Collectors.toMap(Seeds.Key::of, Function.identity()));
        var progress = new ImportProgress(all.size());
        var translations = new ArrayList<Seeds.Seed>();
        var next = read(all, 0, cards, editor);
        for (int from = 0; from < all.size() && !ended; from += BATCH) {
            var batch = next.join();
            next = read(all, from + BATCH, cards, editor);
            importBatch(batch.seeds(), cards, editor);
            batch.seeds().stream()
                    .filter(seed -> seed.translationOf() != null && isNotLinked(cards.get(seed.key())))
                    .forEach(translations::add);
            if (batch.fault() != null) throw batch.fault();
            progress.done(batch.seeds().size());
        }
        // at the end, so that the order of the files does not matter
        if (!ended) translations.forEach(this::link);
        progress.end(ended);
    }

    private static boolean isNotLinked(@Nullable Guide card) {
        return card == null || card.translation() == null && card.translatedFrom() == null;
    }

    /** Links a translation with its source, unless it was linked before: people may have ended the link. */
    private void link(Seeds.Seed seed) {
        var guide = find(seed.key()).orElse(null);
        var key = Objects.requireNonNull(seed.translationOf());
        if (guide == null || !isNotLinked(guide)) return;
        try {
            var source = find(key)
                    .orElseThrow(() -> Refusal.malformed(
                                    "/translationOf",
                                    "there is no " + key.type() + " in " + key.locale() + " with the slug "
                                            + key.slug())
                            .raise());
            translating.linkImported(guide, source);
        } catch (Refused refused) {
            if (refused.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw refused;
            throw seeds.placed(
                    seed.source(),
                    refused.refusal().faults().isEmpty()
                            ? Refusal.malformed(
                                            "/translationOf", refused.refusal().detail())
                                    .raise()
                            : refused);
        }
    }

    private CompletableFuture<Seeds.Batch> read(
            List<Seeds.Source> all, int from, Map<Seeds.Key, Guide> cards, Person editor) {
        var sources = all.subList(Math.min(from, all.size()), Math.min(from + BATCH, all.size()));
        return CompletableFuture.supplyAsync(() -> seeds.read(sources, cards, editor));
    }

    private Resource[] filesOf(String type) throws IOException {
        String folder = location + type + "s/";
        if (!files.getResource(folder).exists()) return new Resource[0];
        for (var misnamed : files.getResources(folder + "*.yml"))
            log.warn("{} is not imported: the name of a seed file ends in .yaml", misnamed.getFilename());
        return files.getResources(folder + "*.yaml");
    }

    /** Imports the guides together. After a conflict, each is imported alone: somebody else may have changed one of them meanwhile. */
    private void importBatch(List<Seeds.Seed> batch, Map<Seeds.Key, Guide> cards, Person editor) {
        try {
            importTogether(batch, key -> Optional.ofNullable(cards.get(key)), editor);
        } catch (Refused conflict) {
            if (conflict.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw conflict;
            log.debug("{} guides are imported one by one: {}", batch.size(), conflict.getMessage());
            batch.forEach(seed -> importAlone(seed, editor));
        }
    }

    /** Tries again after a conflict: another node may import the same file at the same time, and then the next attempt finds the guide. */
    private void importAlone(Seeds.Seed seed, Person editor) {
        for (int attempt = 1; ; attempt++)
            try {
                importTogether(List.of(seed), this::find, editor);
                return;
            } catch (Refused conflict) {
                if (conflict.refusal().kind() == Refusal.Kind.UNAVAILABLE) throw conflict;
                if (attempt == MOST_ATTEMPTS) throw Seeds.fault(seed.file(), conflict);
            }
    }

    private Optional<Guide> find(Seeds.Key key) {
        return guides.bySlug(key.type(), key.locale(), key.slug());
    }

    private void importTogether(List<Seeds.Seed> batch, Function<Seeds.Key, Optional<Guide>> known, Person editor) {
        importedReviews.inBatch(() -> importNow(batch, known, editor));
    }

    private void importNow(List<Seeds.Seed> all, Function<Seeds.Key, Optional<Guide>> known, Person editor) {
        var cards = new HashMap<Seeds.Key, Guide>();
        all.forEach(seed -> known.apply(seed.key()).ifPresent(card -> cards.put(seed.key(), card)));
        // a guide that was renamed or deleted is not imported a second time
        var former = slugs.formerAddresses();
        var batch = all.stream()
                .filter(seed ->
                        cards.containsKey(seed.key()) || !former.test(seed.key().address()))
                .toList();
        var missing =
                batch.stream().filter(seed -> !cards.containsKey(seed.key())).toList();
        if (!missing.isEmpty()) {
            var created = new ArrayList<Guide>();
            created.addAll(importedReviews.createForReview(newGuides(missing, true)));
            created.addAll(importedReviews.createDrafts(newGuides(missing, false)));
            created.forEach(card -> cards.put(Seeds.Key.of(card), card));
            // another node created the others a moment ago
            missing.stream()
                    .filter(seed -> !cards.containsKey(seed.key()))
                    .forEach(seed -> cards.put(seed.key(), find(seed.key()).orElseThrow()));
        }
        var reviewed = batch.stream()
                .filter(seed -> seed.isReviewed() && isUnpublished(of(cards, seed)))
                .map(seed -> seed.reviewed(of(cards, seed)))
                .toList();
        var published = reviewed.isEmpty() ? Set.<String>of() : importedReviews.importReviewed(reviewed);
        for (var seed : batch) {
            var card = of(cards, seed);
            var next = seed.content().next();
            if (seed.isReviewed() && isUnpublished(card) && !published.contains(card.id()))
                log.info(
                        "{} {} is not imported: its content differs from the seed file, or its first edition has ended",
                        card.type(),
                        card.slug());
            else if (seed.isReviewed() && next != null)
                propose(isUnpublished(card) ? guides.require(card.id()) : card, next, editor);
            else if (!seed.isReviewed() && !seed.isImportedAs(card)) submit(seed, guides.require(card.id()), editor);
        }
    }

    private static Guide of(Map<Seeds.Key, Guide> cards, Seeds.Seed seed) {
        return Objects.requireNonNull(cards.get(seed.key()));
    }

    private static List<Imports.NewGuide> newGuides(List<Seeds.Seed> seeds, boolean reviewed) {
        return seeds.stream()
                .filter(seed -> seed.isReviewed() == reviewed)
                .map(Seeds.Seed::guide)
                .toList();
    }

    /** Whether the guide has only its first edition, which is not published. */
    private static boolean isUnpublished(Guide card) {
        return card.edition() == 1 && card.live() == null;
    }

    /** Submits edition 1 if this import created it and nobody has changed it since. */
    private void submit(Seeds.Seed seed, Guide guide, Person editor) {
        if (guide.edition() != 1 || guide.revision() != null || !guide.state().isInProgress()) return;
        var draft = drafts.of(guide);
        if (draft.version() == 1
                && guide.createdBy().equals(editor.account())
                && draft.content().equals(seed.guide().content()))
            review.submit(guide, null, seed.content().submit(), editor);
    }

    /** Opens edition 2 if necessary, and submits it unless it stays a draft, or was changed or submitted before. */
    private void propose(Guide guide, SeedFile.Next next, Person editor) {
        if (guide.edition() == 1) {
            review.openNext(guide, editor);
            propose(guides.require(guide.id()), next, editor);
            return;
        }
        if (guide.edition() != 2 || guide.revision() != null || !guide.state().isInProgress()) return;
        var draft = drafts.of(guide);
        if (next.staysDraft() && draft.version() > 1) return;
        drafts.patch(guide, draft.etag(), next.patch(), editor);
        if (!next.staysDraft()) review.submit(guide, null, next.message(), editor);
    }
}
