// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads all entries of the ledger as a site does. */
public final class LedgerFeed {
    private LedgerFeed() {}

    public static List<JsonNode> of(Http site) {
        var entries = new ArrayList<JsonNode>();
        for (long after = 0, last = -1; last != after; ) {
            last = after;
            var page = site.get("/ledger?limit=100&after=" + after).ok();
            entries.addAll(page.get("entries").values());
            after = page.get("position").asLong();
        }
        return entries;
    }
}
