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
 * @param items the ids of the content's list items
 * @param version the number of writes so far; a write names the version that it was made from
 * @param contributors accounts whose edits the content contains since the last published revision
 * @param parent the number of the revision that the draft was made from, or that it was last submitted as
 * @param receipts which edits of pages, and which requests, were already answered
 * @param altered whether the stored draft was altered in the database, so that nobody knows whose edits it contains
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

    /**
     * The strong ETag of this version, without quotes. It shows whether the draft was altered, so that whoever saves with it knows that it
     * was.
     */
    public String etag() {
        return name() + (altered ? "-altered" : "");
    }

    /** The name of this version within its guide: the number of the edition, a hyphen and the number of the version. */
    public String name() {
        return edition.number() + "-" + version;
    }

    /** This version of the draft, submitted as the revision with this number. */
    WorkingCopy submittedAs(int revision) {
        return new WorkingCopy(
                edition, version, content, items, contributors, revision, updatedBy, updatedAt, receipts, altered);
    }

    public void mustNotBeAltered() {
        if (altered) throw WorkingCopies.altered().raise();
    }

    /** The content and the ids of its items, in the form that inputs hold them. */
    public FormValues values() {
        return FormValues.of(content, items);
    }

    public IdentifiedContent identifiedContent() {
        return new IdentifiedContent(content, items);
    }

    /** Whether the draft already contains the changes of this request. */
    public boolean isChangedIn(@Nullable String request) {
        return request != null && receipts.stream().anyMatch(it -> it.page().equals(request));
    }

    /** The receipts after a change in this request. */
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
