// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.NamedAsset;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.Library;
import dev.imprimatur.problem.Fault;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * What a submission needs beyond the schema of its type: the pictures and files that it names exist, and readers who do not see a picture
 * are told what it shows.
 */
@Component
public class AssetRules {
    private final Library library;

    AssetRules(Library library) {
        this.library = library;
    }

    /** All that prevents a submission of this content. */
    public List<Fault> submissionFaults(ContentType type, JsonNode content) {
        return Stream.concat(type.submissionFaults(content).stream(), assetFaults(type, content).stream())
                .toList();
    }

    /** The content with the defaults of its type, and with the library's alternative texts for pictures that have none. */
    JsonNode filled(ContentType type, JsonNode content) {
        return withAlternatives(type, type.withDefaults(content));
    }

    private JsonNode withAlternatives(ContentType type, JsonNode content) {
        return type.withAlternatives(
                content,
                id -> library.find(id)
                        .filter(asset -> !asset.details().decorative())
                        .map(asset -> asset.details().alt())
                        .orElse(null));
    }

    /** All that an editor has to do before a submission, which fills in the library's alternative texts by itself. */
    public List<Fault> missing(ContentType type, JsonNode content) {
        return submissionFaults(type, withAlternatives(type, content));
    }

    private List<Fault> assetFaults(ContentType type, JsonNode content) {
        var named = type.assets(content);
        if (named.isEmpty()) return List.of();
        var found = library.find(named.stream()
                .map(NamedAsset::id)
                .filter(Asset::isId)
                .distinct()
                .toList());
        return named.stream()
                .flatMap(it -> it.isInText()
                        ? inText(it, found.get(it.id())).stream()
                        : inField(it, found.get(it.id())).stream())
                .toList();
    }

    private static List<Fault> inText(NamedAsset named, @Nullable Asset asset) {
        if (asset == null)
            return List.of(new Fault(
                    named.pointer(),
                    "shows a picture that the library does not have, asset:" + named.id() + "; insert another one"));
        if (!asset.isPicture())
            return List.of(
                    new Fault(named.pointer(), "shows “" + asset.name() + "” as a picture, but it is none; remove it"));
        return needsAlt(named, asset)
                ? List.of(new Fault(
                        named.pointer(),
                        "shows “%s” without an alternative text; write in words what the picture shows, as in ![a map of the office](asset:%s), or mark the picture as decorative in the library"
                                .formatted(asset.name(), asset.id())))
                : List.of();
    }

    private static List<Fault> inField(NamedAsset named, @Nullable Asset asset) {
        if (asset == null)
            return List.of(new Fault(
                    named.pointer() + "/asset", "is not the id of a picture or file of the library; choose one"));
        if (!asset.hash().equals(named.hash()))
            return List.of(new Fault(
                    named.pointer() + "/hash", "is not the hash of this picture or file, which is " + asset.hash()));
        return needsAlt(named, asset)
                ? List.of(
                        new Fault(
                                named.pointer() + "/alt",
                                "is missing; write in words what the picture shows, or mark the picture as decorative in the library"))
                : List.of();
    }

    private static boolean needsAlt(NamedAsset named, Asset asset) {
        return asset.isPicture() && named.alt().isEmpty() && !asset.details().decorative();
    }
}
