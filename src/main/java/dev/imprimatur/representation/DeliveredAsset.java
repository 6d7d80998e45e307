// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.representation;

import dev.imprimatur.content.AssetIds;
import dev.imprimatur.content.AssetPictures;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.Library;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A picture or a file that a content names. Its hash covers the bytes at its address, which never change.
 *
 * @param address the path at this server
 * @param width of a picture, in pixels; null for other files
 */
public record DeliveredAsset(
        String hash,
        String name,
        String mediaType,
        long bytes,
        @Nullable Integer width,
        @Nullable Integer height,
        String address) {
    /** What a content names, by id. Names that the library does not have are left out. */
    public static Map<String, DeliveredAsset> in(JsonNode content, Library library) {
        return in(content, library, Asset::address);
    }

    /** @param address the address of each asset */
    public static Map<String, DeliveredAsset> in(JsonNode content, Library library, Function<Asset, String> address) {
        var ids = AssetIds.in(content);
        if (ids.isEmpty()) return Map.of();
        var assets = new TreeMap<String, DeliveredAsset>();
        library.remembered(ids).forEach((id, asset) -> assets.put(id, of(asset, address.apply(asset))));
        return assets;
    }

    private static DeliveredAsset of(Asset asset, String address) {
        return new DeliveredAsset(
                asset.hash(), asset.name(), asset.mediaType(), asset.bytes(), asset.width(), asset.height(), address);
    }

    /** The pictures among these assets, for HTML. */
    public static AssetPictures pictures(Map<String, DeliveredAsset> assets) {
        return id -> {
            var asset = assets.get(id);
            return asset == null || asset.width() == null || asset.height() == null
                    ? null
                    : new AssetPictures.Picture(asset.address(), asset.width(), asset.height());
        };
    }
}
