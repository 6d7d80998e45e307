// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import dev.imprimatur.diff.FormValues;
import dev.imprimatur.diff.IdentifiedContent;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The mutable draft of an edition.
 *
 * @param items the ids of the items of its lists
 * @param version counts its writes; a write names the version it was made from
 * @param contributors accounts whose edits it contains since the last published revision
 * @param parent the revision it was made from, or last submitted as
 * @param receipts what pages were told about their edits, and which requests it holds the changes of
 * @param altered whether what is stored is not what was saved last, so that nobody knows whose words it holds
 */
public record WorkingCopy(
        EditionId edition,
        long version,
        JsonNode content,
        ItemIds items,
        List<String> contributors,
        @Nullable Integer parent,
        String updatedBy,
        Instant updatedAt,
        List<EditReceipt> receipts,
        boolean altered) {

    /** The first version of an edition's draft. */
    public static WorkingCopy first(
            EditionId edition,
            JsonNode content,
            ItemIds items,
            List<String> contributors,
            @Nullable Integer parent,
            Person by,
            Instant now) {
        return new WorkingCopy(edition, 1, content, items, contributors, parent, by.account(), now, List.of(), false);
    }

    /** The strong ETag of this version, without quotes; whoever saves on an altered one has seen that it is. */
    public String etag() {
        return edition.number() + "-" + version + (altered ? "-altered" : "");
    }

    /** The same version, submitted as that revision. */
    WorkingCopy submittedAs(int revision) {
        return new WorkingCopy(
                edition, version, content, items, contributors, revision, updatedBy, updatedAt, receipts, altered);
    }

    public void mustNotBeAltered() {
        if (altered) throw WorkingCopies.altered().raise();
    }

    /** The content with the ids of its items, as a form holds it. */
    public FormValues values() {
        return FormValues.of(content, items);
    }

    public IdentifiedContent identifiedContent() {
        return new IdentifiedContent(content, items);
    }

    /** Whether it holds what the same request has changed before. */
    public boolean isChangedIn(@Nullable String request) {
        return request != null && receipts.stream().anyMatch(it -> it.page().equals(request));
    }

    /** The receipts that it has after a change in that request. */
    public List<EditReceipt> receiptsWith(@Nullable String request) {
        return request == null
                ? receipts
                : EditReceipt.latest(Stream.concat(receipts.stream(), Stream.of(EditReceipt.of(request)))
                        .toList());
    }

    public WorkingCopy edited(
            JsonNode changed, ItemIds ids, Person by, Set<String> alsoBy, List<EditReceipt> received, Instant now) {
        var all = new TreeSet<>(contributors);
        all.add(by.account());
        all.addAll(alsoBy);
        return new WorkingCopy(
                edition, version + 1, changed, ids, List.copyOf(all), parent, by.account(), now, received, false);
    }
}
