// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import dev.imprimatur.access.NeedsScope;
import dev.imprimatur.credentials.Scope;
import dev.imprimatur.editing.NamedAssets;
import dev.imprimatur.media.Asset;
import dev.imprimatur.media.AssetDetails;
import dev.imprimatur.media.AssetResponse;
import dev.imprimatur.media.Library;
import dev.imprimatur.media.Upload;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.MultipartForm;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The library of pictures and files. */
@RestController
@RequestMapping(Api.ROOT + "/media")
class MediaApi {
    private static final Set<String> PARTS = new TreeSet<>(Set.of("file", "alt", "credit"));
    private static final Set<String> PARTS_OF_VERSION = new TreeSet<>(Set.of("file", "alt"));

    private final Library library;
    private final NamedAssets named;

    MediaApi(Library library, NamedAssets named) {
        this.library = library;
        this.named = named;
    }

    /**
     * An asset.
     *
     * @param address the path at which sites read the bytes while a published guide names them
     * @param number 1, 2, 3… among the versions of the same picture or file
     * @param usedBy the guides that name it now; null in a list
     */
    record AssetView(
            String id,
            String hash,
            String name,
            String mediaType,
            long bytes,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable String alt,
            boolean decorative,
            @Nullable String credit,
            @Nullable String licence,
            AssetDetails.@Nullable FocalPoint focalPoint,
            List<String> tags,
            String uploadedBy,
            Instant uploadedAt,
            int number,
            @Nullable String replaces,
            @Nullable String replacedBy,
            String address,
            @Nullable List<UsingGuideView> usedBy) {
        static AssetView of(Asset asset) {
            return of(asset, null);
        }

        static AssetView of(Asset asset, @Nullable List<UsingGuideView> usedBy) {
            var details = asset.details();
            return new AssetView(
                    asset.id(),
                    asset.hash(),
                    asset.name(),
                    asset.mediaType(),
                    asset.bytes(),
                    asset.width(),
                    asset.height(),
                    details.alt(),
                    details.decorative(),
                    details.credit(),
                    details.licence(),
                    details.focalPoint(),
                    details.tags(),
                    asset.uploadedBy(),
                    asset.uploadedAt(),
                    asset.number(),
                    asset.replaces(),
                    asset.replacedBy(),
                    asset.address(),
                    usedBy);
        }
    }

    /** The details of an asset, as a whole: what is left out is removed. */
    record WantedDetails(
            @Nullable String alt,
            @Nullable Boolean decorative,
            @Nullable String credit,
            @Nullable String licence,
            AssetDetails.@Nullable FocalPoint focalPoint,
            @Nullable List<String> tags) {
        AssetDetails details() {
            return new AssetDetails(
                    alt,
                    decorative != null && decorative,
                    credit,
                    licence,
                    focalPoint,
                    tags == null ? List.of() : tags);
        }
    }

    @GetMapping
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    PageView<AssetView> list(
            @RequestParam @Nullable String q,
            @RequestParam @Nullable String tag,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam @Nullable String cursor) {
        return PageView.of(library.page(q, tag, cursor, Api.pageSize(limit)).map(AssetView::of));
    }

    /** Adds a file. If the library has the same bytes already, the answer is 200 with what it has. */
    @PostMapping
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<AssetView> upload(HttpServletRequest request, Person me) {
        var form = MultipartForm.of(request);
        form.mustHaveOnly(PARTS);
        return added(library.add(Upload.of(form), AssetDetails.of(form.field("alt"), form.field("credit")), me));
    }

    private static ResponseEntity<AssetView> added(Library.Added added) {
        return added.isNew()
                ? created(added.asset())
                : ResponseEntity.ok().eTag(etag(added.asset())).body(AssetView.of(added.asset()));
    }

    private static ResponseEntity<AssetView> created(Asset asset) {
        return ResponseEntity.created(URI.create(Api.ROOT + "/media/" + asset.id()))
                .eTag(etag(asset))
                .body(AssetView.of(asset));
    }

    private static String etag(Asset asset) {
        return Api.etag(Integer.toString(asset.version()));
    }

    @GetMapping("/{id}")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<AssetView> get(@PathVariable String id) {
        var asset = library.require(id);
        return ResponseEntity.ok()
                .eTag(etag(asset))
                .body(AssetView.of(
                        asset,
                        named.users(asset).stream().map(UsingGuideView::of).toList()));
    }

    @PutMapping("/{id}")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<AssetView> describe(
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody WantedDetails body,
            Person me) {
        var asset = library.describe(id, Api.ifMatch(ifMatch), body.details(), me);
        return ResponseEntity.ok().eTag(etag(asset)).body(AssetView.of(asset));
    }

    /** Adds the next version. Guides that name this one keep it. */
    @PostMapping("/{id}/versions")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    ResponseEntity<AssetView> replace(@PathVariable String id, HttpServletRequest request, Person me) {
        library.require(id);
        var form = MultipartForm.of(request);
        form.mustHaveOnly(PARTS_OF_VERSION);
        return created(library.replace(id, Upload.of(form), form.field("alt"), me));
    }

    @DeleteMapping("/{id}")
    @NeedsScope(Scope.DRAFT)
    @PreAuthorize("hasRole('EDITOR')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, Person me) {
        named.delete(id, me);
    }

    /** Sends the bytes to people who may see drafts. */
    @GetMapping("/{id}/file")
    @NeedsScope(Scope.READ)
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<Resource> file(
            @PathVariable String id, @RequestParam @Nullable Integer w, HttpServletRequest request) {
        var asset = library.require(id);
        return AssetResponse.of(asset, library.content(asset, w), "private, no-cache", request.getMethod());
    }
}
