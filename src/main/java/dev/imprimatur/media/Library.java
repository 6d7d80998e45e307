// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.signing.Damage;
import dev.imprimatur.signing.Damages;
import dev.imprimatur.store.Uses;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The library of pictures and files. Bytes are never changed: a replacement is another asset, which names the one that it replaces. */
@Component
public class Library {
    private static final Logger log = LoggerFactory.getLogger(Library.class);
    private static final Duration LOOKED_INTO = Duration.ofMinutes(1);
    /** As many bytes as tell what a file is. */
    private static final int BEGINNING = 64 * 1024;

    /** How many assets are remembered. What is remembered of them never changes. */
    private static final int REMEMBERED = 10_000;

    private static final Duration LONGEST_DELETION = Duration.ofMinutes(1);

    private final AssetStore assets;
    private final AssetFiles files;
    private final AssetUses uses;
    private final Intake intake;
    private final MediaSettings settings;
    private final Audit audit;
    private final Damages damages;
    private final Clock clock;
    /** By id. Only what never changes may be read from these. */
    private final Cache<String, Asset> remembered = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    private record Kind(String hash, String mediaType) {}

    /** Bytes that are of a type, which never changes. */
    private final Cache<Kind, Boolean> kinds = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    Library(
            AssetStore assets,
            AssetFiles files,
            AssetUses uses,
            Intake intake,
            MediaSettings settings,
            Audit audit,
            Damages damages,
            Clock clock) {
        this.damages = damages;
        this.assets = assets;
        this.files = files;
        this.uses = uses;
        this.intake = intake;
        this.settings = settings;
        this.audit = audit;
        this.clock = clock;
    }

    /** @param isNew false if the library had the same bytes already, which then stay as they are */
    public record Added(Asset asset, boolean isNew) {}

    /** Adds a file. Throws a refusal if it is not accepted. */
    public Added add(Upload upload, AssetDetails details, Person by) {
        var added = add(intake.accepted(upload), details.checked(), null, by);
        if (added.isNew()) audit.record(by.account(), "asset-uploaded", named(added.asset()), null);
        return added;
    }

    /**
     * Adds the next version of an asset. Guides that name the one before keep it.
     *
     * @param alt the alternative text of the new version; null for that of the one before
     */
    public Asset replace(String id, Upload upload, @Nullable String alt, Person by) {
        var before = require(id);
        if (before.replacedBy() != null && assets.find(before.replacedBy()).isPresent())
            throw Refusal.conflict(
                            "asset-replaced",
                            "this version was replaced already; replace the newest one, " + before.replacedBy())
                    .raise();
        var old = before.details();
        var details = new AssetDetails(
                alt == null || alt.isBlank() ? old.alt() : alt,
                old.decorative(),
                old.credit(),
                old.licence(),
                old.focalPoint(),
                old.tags());
        var form = intake.accepted(upload);
        if (Sha256.of(form.bytes()).equals(before.hash()))
            throw Refusal.conflict("nothing-changed", "these are the bytes that the library has already")
                    .raise();
        var added = add(form, details.checked(), before, by);
        if (!added.isNew())
            throw Refusal.conflict(
                            "asset-exists",
                            "the library has these bytes already, as “"
                                    + added.asset().name() + "” with the id "
                                    + added.asset().id())
                    .raise();
        assets.replacedBy(before.id(), added.asset().id());
        audit.record(by.account(), "asset-replaced", before.id() + " by " + named(added.asset()), null);
        return added.asset();
    }

    private Added add(StoredForm form, AssetDetails details, @Nullable Asset before, Person by) {
        String hash = Sha256.of(form.bytes());
        String id = Asset.idOf(hash);
        var known = assets.findAny(id);
        if (known.isPresent()) return new Added(known(known.get(), hash), false);
        var asset = new Asset(
                id,
                hash,
                form.name(),
                form.kind().mediaType(),
                form.bytes().length,
                form.width(),
                form.height(),
                details,
                by.account(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                before == null ? 1 : before.number() + 1,
                before == null ? null : before.id(),
                null,
                1);
        String file = files.store(form.name(), form.bytes());
        if (assets.insert(AssetStore.Row.of(asset, file))) return new Added(asset, true);
        // somebody else has sent the same bytes at the same time
        files.delete(file);
        return new Added(known(assets.findAny(id).orElseThrow(Library::beingDeleted), hash), false);
    }

    private Asset known(AssetStore.Row row, String hash) {
        var deleting = row.deleting();
        if (deleting != null) {
            if (deleting.isAfter(clock.instant().minus(LONGEST_DELETION))) throw beingDeleted();
            // the deletion was cut off before anything was deleted
            assets.deleting(row.id(), null);
        }
        if (!row.hash().equals(hash))
            throw Refusal.conflict("asset-id-taken", "the library has another file with this id")
                    .raise();
        return row.asset();
    }

    private static RuntimeException beingDeleted() {
        return Refusal.conflict("asset-being-deleted", "the library is deleting these bytes; send them again shortly")
                .raise();
    }

    private static String named(Asset asset) {
        return asset.id() + " " + asset.name();
    }

    public Optional<Asset> find(String id) {
        return Asset.isId(id) ? assets.find(id).map(AssetStore.Row::asset) : Optional.empty();
    }

    /** The asset as it is now. Throws a refusal if there is none. */
    public Asset require(String id) {
        return find(id).orElseThrow(() -> Refusal.missing("there is no picture or file " + id + " in the library")
                .raise());
    }

    /** Those of these assets that exist now, by id. */
    public Map<String, Asset> find(Collection<String> ids) {
        var found = new HashMap<String, Asset>();
        for (var row : assets.find(new LinkedHashSet<>(ids))) found.put(row.id(), row.asset());
        return found;
    }

    /** Likewise, possibly with details of earlier; the address, type and size never change. */
    public Map<String, Asset> remembered(Collection<String> ids) {
        var found = new HashMap<String, Asset>(remembered.getAllPresent(ids));
        var missing = ids.stream().filter(id -> !found.containsKey(id)).toList();
        if (!missing.isEmpty()) {
            var read = find(missing);
            remembered.putAll(read);
            found.putAll(read);
        }
        return found;
    }

    /** The asset with this hash, if it exists. */
    public Optional<Asset> ofHash(String hash) {
        return hash.matches("sha256:[0-9a-f]{64}")
                ? Optional.ofNullable(remembered(List.of(Asset.idOf(hash))).get(Asset.idOf(hash)))
                        .filter(asset -> asset.hash().equals(hash))
                : Optional.empty();
    }

    /** A page of the library, the newest first. */
    public Page<Asset> page(@Nullable String words, @Nullable String tag, @Nullable String cursor, int limit) {
        String given = words == null || words.isBlank() ? null : words.strip();
        String givenTag = tag == null || tag.isBlank() ? null : tag.strip();
        return Window.of(Selection.of("media", given, givenTag), cursor, limit)
                .page(assets.rows(given, givenTag), AssetStore::place);
    }

    /**
     * Changes what is said of an asset.
     *
     * @param version the version that the change was made from
     */
    public Asset describe(String id, String version, AssetDetails details, Person by) {
        var asset = require(id);
        if (!Integer.toString(asset.version()).equals(version)) throw stale();
        var described = assets.describe(asset, details.checked()).orElseThrow(Library::stale);
        remembered.invalidate(id);
        audit.record(by.account(), "asset-described", named(described), null);
        return described;
    }

    private static RuntimeException stale() {
        return Refusal.of(
                        Refusal.Kind.STALE,
                        "asset-changed",
                        "somebody changed this since you read it; read it again and repeat your change")
                .raise();
    }

    /**
     * Deletes an asset that nothing names.
     *
     * @param isCurrent whether a recorded use of a draft is still true
     */
    public void delete(String id, Predicate<Uses.Use> isCurrent, Person by) {
        var asset = require(id);
        String file = assets.find(id).orElseThrow().file();
        // from here on no submission finds it; a submission records its use before it looks
        assets.deleting(id, clock.instant());
        if (uses.of(id).stream().anyMatch(use -> !use.isOfDraft() || isCurrent.test(use))) {
            assets.deleting(id, null);
            throw Refusal.conflict(
                            "asset-in-use", "guides name this; only what no draft and no revision names can be deleted")
                    .raise();
        }
        remembered.invalidate(id);
        if (asset.replaces() != null) assets.notReplacedBy(asset.replaces(), id);
        assets.delete(id);
        assets.deleteScaled(id, settings.widths()).forEach(files::delete);
        files.delete(file);
        audit.record(by.account(), "asset-deleted", named(asset), null);
    }

    /**
     * Bytes that can be read from the store, more than once.
     *
     * @param length the number of bytes
     * @param tag tells these bytes from all others
     */
    public record Content(String mediaType, long length, String tag, Source source) {
        /** Opens the bytes. */
        @FunctionalInterface
        public interface Source {
            InputStream open();
        }
    }

    /**
     * The bytes of an asset, in a smaller width if it is a picture that has more pixels than that. Throws a refusal if pictures do not come in
     * this width.
     *
     * @param width null for the whole picture
     */
    public Content content(Asset asset, @Nullable Integer width) {
        if (width != null && !settings.widths().contains(width))
            throw Refusal.malformed("w is one of " + settings.widths(), List.of())
                    .raise();
        if (width == null || asset.isNeverScaled() || asset.width() == null || asset.width() <= width)
            return whole(asset);
        var known = assets.scaled(asset.id(), width);
        if (known.isPresent())
            try {
                return scaled(asset, known.get());
            } catch (AssetFiles.Damaged damaged) {
                // it is made again below
                log.warn("the width {} of the asset {} is made again: {}", width, asset.id(), damaged.getMessage());
            }
        return scale(asset, width);
    }

    private Content scaled(Asset asset, AssetStore.Scaled scaled) throws AssetFiles.Damaged {
        files.open(scaled.file(), scaled.bytes(), scaled.sha256());
        return new Content(
                asset.mediaType(),
                scaled.bytes(),
                asset.hash() + "-" + scaled.width(),
                () -> open(asset, scaled.file(), scaled.bytes(), scaled.sha256()));
    }

    /** The whole asset. Throws a refusal if its bytes in the store are not those that were uploaded. */
    private Content whole(Asset asset) {
        String file = assets.findAny(asset.id())
                .orElseThrow(() -> Refusal.missing("there is no such file").raise())
                .file();
        mustBeOfItsKind(asset, file);
        return new Content(
                asset.mediaType(), asset.bytes(), asset.hash(), () -> open(asset, file, asset.bytes(), asset.hash()));
    }

    private InputStream open(Asset asset, String file, long length, String hash) {
        try {
            var opened = files.open(file, length, hash);
            damages.right(Damage.Kind.ASSET, asset.id());
            return opened;
        } catch (AssetFiles.Damaged damaged) {
            throw damaged(asset, damaged.getMessage());
        }
    }

    /** Somebody might have changed the media type in the database, which browsers act on. */
    private void mustBeOfItsKind(Asset asset, String file) {
        var kind = new Kind(asset.hash(), asset.mediaType());
        if (kinds.getIfPresent(kind) != null) return;
        try (var in = open(asset, file, asset.bytes(), asset.hash())) {
            if (!intake.isOf(in.readNBytes(BEGINNING), asset.mediaType()))
                throw damaged(asset, "the bytes are not of the type " + asset.mediaType());
            kinds.put(kind, true);
        } catch (IOException changed) {
            throw damaged(asset, String.valueOf(changed.getMessage()));
        }
    }

    private RuntimeException damaged(Asset asset, @Nullable String what) {
        damages.found(new Damage(
                Damage.Kind.ASSET,
                asset.id(),
                null,
                "The asset %s, “%s”, is not what was uploaded: %s. It is not delivered."
                        .formatted(asset.id(), asset.name(), what)));
        return Refusal.unavailable(
                        "content-damaged",
                        "what is stored of this picture or file is not what was uploaded: somebody changed it in the database",
                        LOOKED_INTO)
                .raise();
    }

    private Content scale(Asset asset, int width) {
        byte[] bytes;
        try (var in = whole(asset).source().open()) {
            bytes = in.readAllBytes();
        } catch (IOException changed) {
            throw damaged(asset, changed.getMessage());
        }
        byte[] smaller = intake.scaled(FileKind.ofMediaType(asset.mediaType()).orElseThrow(), bytes, width);
        String file = files.store(asset.name(), smaller);
        var made = new AssetStore.Scaled(asset.id(), width, file, smaller.length, Sha256.of(smaller));
        try {
            return scaled(asset, assets.keep(made, this::isIntact, files::delete));
        } catch (AssetFiles.Damaged damaged) {
            throw damaged(asset, damaged.getMessage());
        }
    }

    private boolean isIntact(AssetStore.Scaled scaled) {
        try (var in = files.open(scaled.file(), scaled.bytes(), scaled.sha256())) {
            return in.available() >= 0;
        } catch (AssetFiles.Damaged | IOException damaged) {
            return false;
        }
    }
}
