// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.index.FilterLimits;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.JsonParts;
import dev.imprimatur.representation.Representation;
import dev.imprimatur.search.GuideSearcher;
import dev.imprimatur.search.SearchIndex;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lists the published guides of a type, or searches them. */
@RestController
@RequestMapping(DeliveryRequests.PATH)
class ListApi {
    private final DeliveryRequests requests;
    private final ListCache lists;
    private final ListRenderer renderer;
    private final SearchIndex search;
    private final GuideContents contents;
    private final FilterLimits filterLimits;

    ListApi(
            DeliveryRequests requests,
            ListCache lists,
            ListRenderer renderer,
            SearchIndex search,
            GuideContents contents,
            FilterLimits filterLimits) {
        this.requests = requests;
        this.lists = lists;
        this.renderer = renderer;
        this.search = search;
        this.contents = contents;
        this.filterLimits = filterLimits;
    }

    /**
     * Lists guides, or searches them.
     *
     * @param parameters filters by the fields that the type marks {@code x-filterable}, and the parameters that {@link ListQuery} knows
     */
    @GetMapping("/{type}")
    void list(
            @PathVariable String type,
            @RequestParam MultiValueMap<String, String> parameters,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var contentType = requests.contentType(type, site);
        var query = ListQuery.parse(contentType, parameters, filterLimits);
        var now = requests.snapshot(request, response);
        var representation = query.q() != null
                ? search.answer(
                        now,
                        requests.asksForPosition(request) || query.interpretation() != null,
                        contentType,
                        query.q(),
                        query.interpretation(),
                        query.locale(),
                        (snapshot, searcher) -> {
                            response.setHeader(Representation.POSITION, Long.toString(snapshot.position()));
                            return lists.get(
                                    snapshot,
                                    type,
                                    request.getQueryString(),
                                    () -> hits(snapshot, searcher, contentType, query));
                        })
                // requests for a past instant are rarely repeated, so they are not cached
                : query.asOf() != null
                        ? renderer.render(now, requests.asOf(now, query.asOf()), type, query)
                        : lists.get(now, type, request.getQueryString(), query);
        representation.send(request, response, requests.cacheLifetime());
    }

    private Representation hits(Snapshot snapshot, GuideSearcher searcher, ContentType type, ListQuery query) {
        var page = ListPage.of(snapshot.ofType(type.name()).index(), query, searcher.find());
        var highlights = searcher.highlights(page.guides());
        var documents = new ArrayList<JsonParts.Part>();
        var guides = contents.of(page.guides());
        for (int i = 0; i < guides.size(); i++)
            documents.add(guides.get(i).document(query.format(), query.fields(), highlights.get(i)));
        return renderer.render(snapshot, type.name(), page, documents);
    }
}
