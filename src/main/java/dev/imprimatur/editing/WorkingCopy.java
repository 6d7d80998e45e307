package dev.imprimatur.editing;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The mutable draft of an edition.
 *
 * @param version counts its writes; a write names the version it was made from
 * @param contributors accounts whose edits it contains since the last published revision
 * @param parent the revision it was made from, or last submitted as
 */
public record WorkingCopy(
        EditionId edition,
        long version,
        JsonNode content,
        List<String> contributors,
        @Nullable Integer parent,
        String updatedBy,
        Instant updatedAt) {

    /** The strong ETag of this version, without quotes. */
    public String etag() {
        return edition.number() + "-" + version;
    }

    WorkingCopy edited(JsonNode changed, Person by, Set<String> alsoBy, Instant now) {
        var all = new TreeSet<>(contributors);
        all.add(by.account());
        all.addAll(alsoBy);
        return new WorkingCopy(edition, version + 1, changed, List.copyOf(all), parent, by.account(), now);
    }
}
