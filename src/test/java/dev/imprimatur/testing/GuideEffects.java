// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import java.util.ArrayList;
import java.util.List;

/** The observable effects of everything that was done to a guide. */
public final class GuideEffects {
    private GuideEffects() {}

    /** All effects on the guide with this slug, without values that differ between any two guides; empty if there is no such guide. */
    public static List<String> on(String slug, Node node) {
        var effects = new ArrayList<String>();
        var editor = node.as("editor");
        for (var guide : editor.get("/role-guide?q=" + slug).ok().get("items").values()) {
            if (!guide.get("slug").asString().equals(slug)) continue;
            var ref = new Guides.Ref(guide.get("id").asString(), slug);
            effects.add("state " + guide.at("/edition/number") + guide.at("/edition/state"));
            for (var entry : editor.get(ref.path() + "/log").ok().get("items").values())
                effects.add("logged " + entry.get("kind") + entry.get("edition") + entry.path("revision"));
            for (var revision :
                    editor.get(ref.path() + "/revisions").ok().get("items").values())
                effects.add("revision " + revision.get("number") + revision.path("contributors"));
            var draft = editor.get(ref.path() + "/draft");
            effects.add("draft " + draft.status() + draft.header("ETag"));
            for (var task : node.guides().tasks("reviewer", ref)) effects.add("task " + task.path("revision"));
            effects.add("read " + node.guides().read(ref).status());
            for (var entry : LedgerFeed.of(node.site()))
                if (entry.get("id").asString().equals(ref.id())) effects.add("ledger " + entry.get("kind"));
        }
        return effects;
    }
}
