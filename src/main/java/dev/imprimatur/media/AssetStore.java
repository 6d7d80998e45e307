// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.media;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Rows;
import dev.imprimatur.store.Index;
import dev.imprimatur.store.UniqueInsert;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Stores the assets of the library, and the smaller widths of pictures. The id of an asset decides which of two uploads of the same bytes came first. */
@Component
class AssetStore {
    private static final FindOneAndUpdateOptions UPDATED =
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

    /**
     * A stored asset.
     *
     * @param file the bytes, in {@link AssetFiles}
     * @param words what a search looks into
     * @param deleting when a deletion began; from then on the asset counts as missing
     */
    public record Row(
            @BsonId String id,
            String hash,
            String name,
            String mediaType,
            long bytes,
            @Nullable Integer width,
            @Nullable Integer height,
            AssetDetails details,
            String uploadedBy,
            Instant uploadedAt,
            int number,
            @Nullable String replaces,
            @Nullable String replacedBy,
            int version,
            String file,
            String words,
            @Nullable Instant deleting) {
        static Row of(Asset asset, String file) {
            return new Row(
                    asset.id(),
                    asset.hash(),
                    asset.name(),
                    asset.mediaType(),
                    asset.bytes(),
                    asset.width(),
                    asset.height(),
                    asset.details(),
                    asset.uploadedBy(),
                    asset.uploadedAt(),
                    asset.number(),
                    asset.replaces(),
                    asset.replacedBy(),
                    asset.version(),
                    file,
                    AssetStore.words(asset.name(), asset.details()),
                    null);
        }

        Asset asset() {
            return new Asset(
                    id,
                    hash,
                    name,
                    mediaType,
                    bytes,
                    width,
                    height,
                    details,
                    uploadedBy,
                    uploadedAt,
                    number,
                    replaces,
                    replacedBy,
                    version);
        }
    }

    /** A picture in a smaller width. */
    public record Scaled(@BsonId String id, String file, long bytes, String hash) {}

    private final MongoCollection<Row> assets;
    private final MongoCollection<Scaled> scaled;

    AssetStore(MongoDatabase database) {
        assets = database.getCollection("assets", Row.class);
        scaled = database.getCollection("asset_widths", Scaled.class);
        Index.make(assets, Indexes.descending("uploadedAt"));
    }

    private static String words(String name, AssetDetails details) {
        return String.join(
                        "\n",
                        name,
                        details.alt() == null ? "" : details.alt(),
                        details.credit() == null ? "" : details.credit(),
                        String.join("\n", details.tags()))
                .toLowerCase(Locale.ROOT);
    }

    /** Inserts the asset. Returns false if the same bytes are stored already. */
    boolean insert(Row row) {
        return UniqueInsert.insert(assets, row);
    }

    Optional<Row> find(String id) {
        return Optional.ofNullable(
                assets.find(Filters.and(Filters.eq("_id", id), present())).first());
    }

    List<Row> find(Collection<String> ids) {
        return ids.isEmpty()
                ? List.of()
                : assets.find(Filters.and(Filters.in("_id", ids), present())).into(new ArrayList<>());
    }

    /** The asset, also if its deletion has begun. */
    Optional<Row> findAny(String id) {
        return Optional.ofNullable(assets.find(Filters.eq("_id", id)).first());
    }

    private static Bson present() {
        return Filters.eq("deleting", null);
    }

    /** The assets, the newest first, that have all of these words and the tag. */
    Rows<Asset> rows(@Nullable String words, @Nullable String tag) {
        var filters = new ArrayList<Bson>();
        filters.add(present());
        if (words != null)
            for (String word : words.strip().toLowerCase(Locale.ROOT).split("\\s+"))
                if (!word.isEmpty()) filters.add(Filters.regex("words", Pattern.quote(word)));
        if (tag != null) filters.add(Filters.eq("details.tags", tag));
        return (from, back, limit) -> {
            var page = new ArrayList<>(filters);
            if (from != null) page.add(beside(from, back));
            return assets.find(Filters.and(page))
                    .sort(
                            back
                                    ? Sorts.orderBy(Sorts.ascending("uploadedAt"), Sorts.descending("_id"))
                                    : Sorts.orderBy(Sorts.descending("uploadedAt"), Sorts.ascending("_id")))
                    .limit(limit)
                    .map(Row::asset)
                    .into(new ArrayList<>());
        };
    }

    static Place place(Asset asset) {
        return new Place(Long.toString(asset.uploadedAt().toEpochMilli()), asset.id());
    }

    private static Bson beside(Place from, boolean back) {
        Instant at;
        try {
            at = Instant.ofEpochMilli(Long.parseLong(from.key()));
        } catch (NumberFormatException notOurs) {
            throw Place.unknown();
        }
        return back
                ? Filters.or(
                        Filters.gt("uploadedAt", at),
                        Filters.and(Filters.eq("uploadedAt", at), Filters.lt("_id", from.id())))
                : Filters.or(
                        Filters.lt("uploadedAt", at),
                        Filters.and(Filters.eq("uploadedAt", at), Filters.gt("_id", from.id())));
    }

    /** Changes the details of this version. Returns empty if they were changed meanwhile. */
    Optional<Asset> describe(Asset asset, AssetDetails details) {
        return Optional.ofNullable(assets.findOneAndUpdate(
                        Filters.and(Filters.eq("_id", asset.id()), Filters.eq("version", asset.version()), present()),
                        Updates.combine(
                                Updates.set("details", details),
                                Updates.set("words", words(asset.name(), details)),
                                Updates.inc("version", 1)),
                        UPDATED))
                .map(Row::asset);
    }

    /** Notes the next version of an asset, unless another one was noted before. */
    void replacedBy(String id, String next) {
        assets.updateOne(
                Filters.and(Filters.eq("_id", id), Filters.eq("replacedBy", null)), Updates.set("replacedBy", next));
    }

    /** Notes that an asset has no next version any more. */
    void notReplacedBy(String id, String next) {
        assets.updateOne(
                Filters.and(Filters.eq("_id", id), Filters.eq("replacedBy", next)), Updates.set("replacedBy", null));
    }

    /** Begins a deletion, or gives it up. */
    void deleting(String id, @Nullable Instant since) {
        assets.updateOne(Filters.eq("_id", id), Updates.set("deleting", since));
    }

    void delete(String id) {
        assets.deleteOne(Filters.eq("_id", id));
    }

    private static String widthId(String asset, int width) {
        return asset + "/" + width;
    }

    Optional<Scaled> scaled(String asset, int width) {
        return Optional.ofNullable(
                scaled.find(Filters.eq("_id", widthId(asset, width))).first());
    }

    /** Stores a smaller width. Returns false if another request has stored it. */
    boolean insertScaled(String asset, int width, String file, long bytes, String hash) {
        return UniqueInsert.insert(scaled, new Scaled(widthId(asset, width), file, bytes, hash));
    }

    /** Removes the smaller widths of an asset. Returns their files. */
    List<String> deleteScaled(String asset, Collection<Integer> widths) {
        var files = new ArrayList<String>();
        for (int width : widths)
            Optional.ofNullable(scaled.findOneAndDelete(Filters.eq("_id", widthId(asset, width))))
                    .ifPresent(it -> files.add(it.file()));
        return files;
    }
}
