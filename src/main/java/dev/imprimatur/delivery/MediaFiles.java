// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.AssetIds;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.AssetResponse;
import dev.imprimatur.media.AssetUses;
import dev.imprimatur.media.Library;
import dev.imprimatur.media.MediaSettings;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.store.Uses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Delivers the pictures and files that published guides name. Anything else is answered as if it did not exist, also after a guide is
 * unpublished. The address contains the hash of the bytes, so caches may keep the bytes for good.
 */
@RestController
class MediaFiles {
    private static final String FOR_GOOD = ", max-age=31536000, immutable";
    private static final String BEARER = "bearer ";
    private static final int REMEMBERED = 10_000;

    private final DeliveryRequests requests;
    private final GuideContents contents;
    private final Library library;
    private final AssetUses uses;
    private final MediaSettings settings;
    private final SiteKeys keys;
    /** The recorded uses of assets, by id. Uses are only ever added, so a use that is remembered stays true. */
    private final Cache<String, List<Uses.Use>> remembered = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    private record Naming(String asset, String contentHash) {}

    /** Whether a content names an asset, which never changes. */
    private final Cache<Naming, Boolean> named = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    MediaFiles(
            DeliveryRequests requests,
            GuideContents contents,
            Library library,
            AssetUses uses,
            MediaSettings settings,
            SiteKeys keys) {
        this.requests = requests;
        this.contents = contents;
        this.library = library;
        this.uses = uses;
        this.settings = settings;
        this.keys = keys;
    }

    /** @param w the width in pixels, one of the configured ones; null for the whole picture */
    @GetMapping("/media/{hash}/{name}")
    ResponseEntity<Resource> file(
            @PathVariable String hash,
            @PathVariable String name,
            @RequestParam @Nullable Integer w,
            HttpServletRequest request,
            HttpServletResponse response) {
        var key = settings.isPublic() ? null : key(request);
        var snapshot = requests.snapshot(request, response);
        var asset = library.ofHash(hash)
                .filter(it -> it.name().equals(name) && isLive(it, snapshot, key))
                .orElseThrow(DeliveryRequests::notFound);
        response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
        return AssetResponse.of(
                asset,
                library.content(asset, w),
                (settings.isPublic() ? "public" : "private") + FOR_GOOD,
                request.getMethod());
    }

    private SiteKey key(HttpServletRequest request) {
        String header = Objects.requireNonNullElse(request.getHeader(HttpHeaders.AUTHORIZATION), "");
        if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
            throw Refusal.of(
                            Refusal.Kind.UNAUTHENTICATED,
                            "unauthenticated",
                            "send a site key in the Authorization header")
                    .raise();
        return keys.verify(header.substring(BEARER.length()).strip(), request.getRemoteAddr());
    }

    private boolean isLive(Asset asset, Snapshot snapshot, @Nullable SiteKey key) {
        var known = remembered.getIfPresent(asset.id());
        if (known != null && isLive(asset.id(), known, snapshot, key)) return true;
        var stored = uses.of(asset.id());
        remembered.put(asset.id(), stored);
        return isLive(asset.id(), stored, snapshot, key);
    }

    private boolean isLive(String asset, List<Uses.Use> all, Snapshot snapshot, @Nullable SiteKey key) {
        return all.stream()
                .filter(use -> !use.isOfDraft())
                .anyMatch(use -> snapshot.find(use.guide())
                        .filter(guide -> guide.entry().revision() == use.revision()
                                && (key == null || key.reads(guide.entry().type()))
                                && isNamed(asset, guide))
                        .isPresent());
    }

    /** Whether the approved content names the asset: a use that somebody wrote into the database shows nothing to readers. */
    private boolean isNamed(String asset, PublishedGuide guide) {
        return named.get(
                new Naming(asset, guide.entry().contentHash()),
                it -> AssetIds.in(contents.of(guide).content()).contains(asset));
    }
}
