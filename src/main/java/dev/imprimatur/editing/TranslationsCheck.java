// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.editing;

import dev.imprimatur.store.Check;
import dev.imprimatur.store.Findings;
import java.util.HashMap;
import org.springframework.stereotype.Component;

/** Checks the sets of translations, and that the cards of guides agree with them. */
@Component
class TranslationsCheck implements Check {
    private static final String SETS = "translations";

    private final TranslationSets sets;
    private final Guides guides;

    TranslationsCheck(TranslationSets sets, Guides guides) {
        this.sets = sets;
        this.guides = guides;
    }

    @Override
    public void run(Findings findings) {
        var settled = new HashMap<String, TranslationSet>();
        sets.each((id, set) -> {
            String where = "set of translations " + id;
            if (set.isEmpty()) findings.violation(SETS, where, "was changed in the database");
            else if (!set.get().has(set.get().source()))
                findings.violation(SETS, where, "has a source that is none of its guides");
            else if (!set.get().settled()) findings.unfinished(SETS, where, "is not known to all its guides yet");
            else set.get().members().forEach(member -> settled.put(member.guide(), set.get()));
        });
        guides.each((id, row) -> {
            var set = settled.remove(id);
            var translation = row.map(Guides.Row::guide).map(Guide::translation).orElse(null);
            boolean isSame = translation == null
                    ? set == null
                    : set == null || set.source().equals(translation.source());
            if (!isSame) findings.violation(SETS, "guide " + id, "has a card with other translations than its set");
        });
        settled.forEach((guide, set) ->
                findings.unfinished(SETS, "set of translations " + set.id(), "has a guide that is deleted"));
    }
}
