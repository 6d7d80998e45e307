// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.publication.Lineage;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.Representation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Feeds and sitemaps, which a site passes on to feed readers and search engines. */
@RestController
@RequestMapping(DeliveryRequests.PATH)
class SyndicationApi {
    private final DeliveryRequests requests;
    private final GuideContents contents;
    private final Lineage lineage;

    SyndicationApi(DeliveryRequests requests, GuideContents contents, Lineage lineage) {
        this.requests = requests;
        this.contents = contents;
        this.lineage = lineage;
    }

    /** Returns the guides that were published or reviewed last, as an Atom feed. */
    @GetMapping("/{type}/feed.atom")
    void feed(
            @PathVariable String type,
            @RequestParam String pages,
            @RequestParam @Nullable String locale,
            @RequestParam(defaultValue = "20") int limit,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        DeliveryRequests.mustBePageSize(limit);
        var contentType = requests.contentType(type, site);
        var pageUrls = PageUrls.parse(pages);
        var snapshot = requests.snapshot(request, response);
        var feed = new AtomFeed(
                AtomFeed.id(lineage.first(), contentType, locale),
                request.getRequestURL() + DeliveryRequests.query(request),
                contentType,
                pageUrls);
        Representation.of(
                        AtomFeed.MEDIA_TYPE,
                        snapshot.ofType(type).changedAt(),
                        type,
                        feed.of(contents.of(Recency.latest(guides(snapshot, type, locale))
                                .limit(limit)
                                .toList())))
                .send(request, response, requests.cacheLifetime());
    }

    /** Returns the addresses of all published guides as a sitemap. */
    @GetMapping("/{type}/sitemap.xml")
    void sitemap(
            @PathVariable String type,
            @RequestParam String pages,
            @RequestParam @Nullable String locale,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        requests.contentType(type, site);
        var pageUrls = PageUrls.parse(pages);
        var snapshot = requests.snapshot(request, response);
        Representation.of(
                        "application/xml",
                        snapshot.ofType(type).changedAt(),
                        type,
                        Sitemap.of(guides(snapshot, type, locale), pageUrls))
                .send(request, response, requests.cacheLifetime());
    }

    private static Stream<PublishedGuide> guides(Snapshot snapshot, String type, @Nullable String locale) {
        return snapshot.ofType(type).index().guides().stream()
                .filter(guide -> locale == null || guide.entry().locale().equals(GuideAddress.canonical(locale)));
    }
}
