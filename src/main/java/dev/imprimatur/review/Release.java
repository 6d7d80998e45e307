// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.Sha256;
import dev.imprimatur.history.Schedule;
import dev.imprimatur.people.Person;
import dev.imprimatur.publication.LedgerEntry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A named set of publications and withdrawals that readers see together.
 *
 * @param publishAt when it is published; null if a publisher publishes it by hand
 * @param zone the IANA time zone in which a person gave the instant; null if it was given in UTC
 * @param heldAt when it should have been published and was not, because something was missing; null otherwise
 * @param decidedBy who published it, or set the instant at which it is published; null if nobody has yet
 * @param publishedAt null until it is published
 * @param entries its place in the ledger; null until it is published, and if there was nothing left to change then
 */
public record Release(
        String id,
        String name,
        State state,
        @Nullable Instant publishAt,
        @Nullable String zone,
        @Nullable Instant heldAt,
        Person createdBy,
        Instant createdAt,
        @Nullable Person decidedBy,
        @Nullable Instant publishedAt,
        LedgerEntry.@Nullable Release entries) {
    /** When it is published, as the schedule of a guide would say it. */
    public Schedule schedule() {
        return new Schedule(publishAt, null, zone);
    }

    /** Names what a person can set of the release, as it is now: another version has another name or instant. */
    public String version() {
        return Sha256.version(state + " " + publishAt + " " + zone + " " + heldAt + " " + name);
    }

    /** What can happen to a release: one after the other, except that an open release can be deleted. */
    public enum State {
        /** Guides can be added and taken out. */
        OPEN,
        /** Somebody has decided to publish it; from now on it is completed, whatever happens. */
        PUBLISHING,
        PUBLISHED,
        /** Somebody has decided to delete it; its guides are being taken out. */
        DELETED
    }

    /** What a release does with a guide. */
    public enum Action {
        PUBLISH,
        UNPUBLISH
    }

    /**
     * A guide of a release that is not published yet.
     *
     * @param edition the edition to unpublish; null for a publication, which concerns the edition in progress
     * @param reason of a withdrawal, in the words of the person who added it
     * @param reasonCode of a withdrawal: the code of one of the content type's reasons
     * @param redirectTo of a withdrawal: where readers are sent instead
     */
    public record Item(
            String guide,
            String release,
            Action action,
            @Nullable Integer edition,
            @Nullable String reason,
            @Nullable String reasonCode,
            @Nullable String redirectTo,
            Person by,
            Instant at) {}
}
