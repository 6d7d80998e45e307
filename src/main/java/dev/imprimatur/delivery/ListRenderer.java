// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.JsonParts;
import dev.imprimatur.representation.Representation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Makes the responses to lists. */
@Component
class ListRenderer {
    private final GuideContents contents;
    private final JsonMapper json;

    ListRenderer(GuideContents contents, JsonMapper json) {
        this.contents = contents;
        this.json = json;
    }

    /**
     * Makes the response to a list.
     *
     * @param now the current snapshot, which decides when the list was last modified
     * @param shown the snapshot whose guides are listed
     */
    Representation render(Snapshot now, Snapshot shown, String type, ListQuery query) {
        var page = ListPage.of(shown.ofType(type).index(), query);
        return render(
                now,
                type,
                page,
                contents.of(page.guides()).stream()
                        .map(guide -> guide.document(query.format(), query.fields(), null))
                        .toList());
    }

    /** The members of a response after its items. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Rest(
            @Nullable String next, int total, @Nullable Map<String, List<ListPage.Count>> facets) {}

    /** Assembles a response from serialized documents. */
    Representation render(Snapshot now, String type, ListPage page, List<JsonParts.Part> documents) {
        var rest = new Rest(page.next(), page.total(), page.facets().isEmpty() ? null : page.facets());
        return Representation.of(
                now.ofType(type).changedAt(), type, JsonParts.items("items", documents, json.writeValueAsBytes(rest)));
    }
}
