// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.library;

import dev.imprimatur.media.Asset;
import dev.imprimatur.media.AssetDetails;
import dev.imprimatur.media.AssetResponse;
import dev.imprimatur.media.Library;
import dev.imprimatur.media.Upload;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.MultipartForm;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** The bytes that pages of the studio show, and what the editor of texts asks the library for. */
@Controller
class MediaFilesForStudio {
    private static final int MOST_FOUND = 24;

    private final Library library;

    MediaFilesForStudio(Library library) {
        this.library = library;
    }

    /**
     * A file that a text or a field can name.
     *
     * @param picture whether it is a picture
     */
    record Found(String id, String hash, String name, String alt, boolean decorative, boolean picture) {
        static Found of(Asset asset) {
            var details = asset.details();
            return new Found(
                    asset.id(),
                    asset.hash(),
                    asset.name(),
                    details.alt() == null ? "" : details.alt(),
                    details.decorative(),
                    asset.isPicture());
        }
    }

    @GetMapping("/studio/media/{id}/file")
    @PreAuthorize("isAuthenticated()")
    ResponseEntity<Resource> file(
            @PathVariable String id, @RequestParam @Nullable Integer w, HttpServletRequest request) {
        var asset = library.require(id);
        return AssetResponse.of(asset, library.content(asset, w), "private, no-cache", request.getMethod());
    }

    @GetMapping("/studio/media/pictures")
    @PreAuthorize("isAuthenticated()")
    @ResponseBody
    List<Found> pictures(
            @RequestParam(defaultValue = "") String q, @RequestParam(defaultValue = "false") boolean files) {
        return library.page(q, null, null, MOST_FOUND).items().stream()
                .filter(asset -> files || asset.isPicture())
                .map(Found::of)
                .toList();
    }

    @PostMapping(path = "/studio/media", headers = "X-Requested-With")
    @PreAuthorize("hasRole('EDITOR')")
    @ResponseBody
    Found add(HttpServletRequest request, Person me) {
        var form = MultipartForm.of(request);
        return Found.of(library.add(Upload.of(form), AssetDetails.of(form.field("alt"), null), me)
                .asset());
    }
}
