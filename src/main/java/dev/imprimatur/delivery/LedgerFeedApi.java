// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.AddressHistory;
import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Format;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.publication.Lineage;
import dev.imprimatur.representation.CacheLifetime;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.JsonParts;
import dev.imprimatur.representation.LoadedGuide;
import dev.imprimatur.representation.Representation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/** Delivers the ledger, so that a site can keep a copy of all published guides up to date. */
@RestController
@RequestMapping(DeliveryRequests.PATH)
class LedgerFeedApi {
    private final DeliveryRequests requests;
    private final Catalogue catalogue;
    private final GuideContents contents;
    private final LedgerReader ledger;
    private final Lineage currentLineage;
    private final ContentTypes contentTypes;
    private final LedgerEventStream events;
    private final JsonMapper json;

    LedgerFeedApi(
            DeliveryRequests requests,
            Catalogue catalogue,
            GuideContents contents,
            LedgerReader ledger,
            Lineage lineage,
            ContentTypes types,
            LedgerEventStream events,
            JsonMapper json) {
        this.requests = requests;
        this.catalogue = catalogue;
        this.contents = contents;
        this.ledger = ledger;
        this.currentLineage = lineage;
        this.contentTypes = types;
        this.events = events;
        this.json = json;
    }

    /**
     * A page of the ledger.
     *
     * @param position the position up to which the client has read with this page
     */
    private record Page(List<LedgerEntry> entries, long position) {}

    /**
     * The last members of a page of the ledger.
     *
     * @param next the value of {@code after} for the next page; null if there is no next page yet
     */
    record ReadUpTo(String lineage, long position, @Nullable Long next) {}

    /**
     * Returns the ledger entries after a position, so that a site can synchronize by remembering one number. If the client prefers
     * {@code text/event-stream}, they are sent as server-sent events.
     *
     * @param lineage the lineage of the ledger that {@code after} belongs to
     * @param kinds the kinds of entries, separated by commas; all if absent
     * @param types the content types, separated by commas; all that the key may read if absent
     * @param guides whether each entry that is still the latest of its guide has the guide as its member “guide”
     * @param format the format of the Markdown in those guides
     * @param compact whether to return only the latest entry of each guide, and none for a guide that was first published after this
     *     position and is unpublished again
     */
    @GetMapping("/ledger")
    @Nullable
    SseEmitter ledger(
            @RequestParam(defaultValue = "0") long after,
            @RequestParam @Nullable String lineage,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam @Nullable String kinds,
            @RequestParam @Nullable String types,
            @RequestParam(defaultValue = "false") boolean compact,
            @RequestParam(defaultValue = "false") boolean guides,
            @RequestParam @Nullable String format,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        DeliveryRequests.mustBePageSize(limit);
        if (after < 0)
            throw Refusal.malformed("after is a position, 0 or more", List.of()).raise();
        var textFormat = Format.of(format);
        if (textFormat != Format.MARKDOWN && !guides)
            throw Refusal.malformed("format goes with guides=true", List.of()).raise();
        var filter = filter(kinds, types, DeliveryRequests.key(site));
        boolean streams = LedgerEventStream.isPreferredBy(request);
        long from = streams ? LedgerEventStream.lastEventId(request).orElse(after) : after;
        var snapshot = onSameLedger(requests.snapshot(request, response), from, lineage);
        response.setHeader(Representation.POSITION, Long.toString(snapshot.position()));
        if (streams) {
            if (compact || guides || request.getParameter("limit") != null)
                throw Refusal.malformed("compact, guides and limit go with pages, not with events", List.of())
                        .raise();
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            if (!request.getMethod().equals(HttpMethod.HEAD.name()))
                return events.open(request, from, DeliveryRequests.key(site), filter);
            // the length of a stream is unknown; without this flush, a Content-Length of 0 would be sent
            response.flushBuffer();
            return null;
        }
        var page = compact ? compactPage(snapshot, after, limit, filter) : page(snapshot, after, limit, filter);
        var lastModified = page.entries().isEmpty()
                ? Instant.EPOCH
                : page.entries().getLast().at();
        var loaded = guides ? guides(snapshot, page.entries()) : Map.<Long, LoadedGuide>of();
        var entries = page.entries().stream()
                .map(entry -> entryJson(snapshot, entry, guides ? textFormat : null, loaded))
                .toList();
        Representation.of(
                        lastModified,
                        "ledger",
                        JsonParts.items("entries", entries, json.writeValueAsBytes(readUpTo(snapshot, page))))
                .send(request, response, CacheLifetime.NONE);
        return null;
    }

    private ReadUpTo readUpTo(Snapshot snapshot, Page page) {
        return new ReadUpTo(
                currentLineage.id(), page.position(), page.position() < snapshot.position() ? page.position() : null);
    }

    /**
     * Returns a snapshot that has reached the position. Refuses a position beyond the end of the ledger, or of another lineage: the client
     * has to start over. This method waits before it refuses, because the client may know the position from another node that is ahead of
     * this one.
     */
    private Snapshot onSameLedger(Snapshot snapshot, long position, @Nullable String lineage) {
        if (lineage != null && !lineage.equals(currentLineage.id())) throw ledgerChanged(snapshot);
        if (position <= snapshot.position()) return snapshot;
        var reached = requests.awaited(position);
        if (reached.isPresent()) return reached.get();
        // the store has the entry, so this node will reach it soon
        if (!ledger.after(position - 1, 1).isEmpty()) throw DeliveryRequests.notReached(position);
        throw ledgerChanged(catalogue.now());
    }

    private RuntimeException ledgerChanged(Snapshot snapshot) {
        return new Refusal(
                        Refusal.Kind.CONFLICT,
                        "ledger-changed",
                        "the position belongs to another ledger; start over with after=0&compact=true and this lineage,"
                                + " and delete every guide that the new list does not contain",
                        List.of(),
                        Map.of("lineage", currentLineage.id(), "position", snapshot.position()))
                .raise();
    }

    /** Returns those of these entries' guides that the entry is still the latest of and that may be shown, by position. */
    private Map<Long, LoadedGuide> guides(Snapshot snapshot, List<LedgerEntry> entries) {
        return contents
                .of(entries.stream()
                        .flatMap(entry -> snapshot.find(GuideAddress.of(entry)).stream()
                                .filter(guide -> guide.entry().position() == entry.position()))
                        .toList())
                .stream()
                .collect(Collectors.toMap(loaded -> loaded.guide().entry().position(), Function.identity()));
    }

    /** The JSON of an entry, with its guide if it is one of {@code guides}. */
    private JsonParts.Part entryJson(
            Snapshot snapshot, LedgerEntry entry, @Nullable Format format, Map<Long, LoadedGuide> guides) {
        byte[] entryJson = json.writeValueAsBytes(entry);
        if (format == null) return JsonParts.Part.of(entryJson);
        if (!ledger.isWithheld(entry.id())
                && snapshot.history(GuideAddress.of(entry))
                        .filter(history -> history.isDamaged() && history.last().position() == entry.position())
                        .isPresent()) throw ledger.guideNotServed().raise();
        var guide = guides.get(entry.position());
        return guide == null
                ? JsonParts.Part.of(entryJson)
                : JsonParts.member(entryJson, "guide", guide.document(format, List.of(), null));
    }

    private Page page(Snapshot snapshot, long after, int limit, Predicate<LedgerEntry> filter) {
        var entries = ledger.after(after, limit).stream()
                .takeWhile(entry -> entry.position() <= snapshot.position())
                .toList();
        return new Page(
                entries.stream().filter(filter).toList(),
                entries.isEmpty() ? after : entries.getLast().position());
    }

    private Page compactPage(Snapshot snapshot, long after, int limit, Predicate<LedgerEntry> filter) {
        var entries = snapshot.changedSince(after).stream()
                .filter(history -> history.last().isLive() || history.firstPosition() <= after)
                .filter(history -> !ledger.isWithheld(history.last().id()))
                .map(AddressHistory::last)
                .filter(filter)
                .limit(limit)
                .toList();
        return new Page(
                entries, entries.size() == limit ? entries.getLast().position() : Math.max(after, snapshot.position()));
    }

    /** Selects entries of these kinds and content types; refuses unknown kinds, and types that the key may not read. */
    private Predicate<LedgerEntry> filter(@Nullable String kinds, @Nullable String types, SiteKey key) {
        var allKinds = Arrays.stream(LedgerEntry.Kind.values())
                .map(LedgerEntry.Kind::spelling)
                .toList();
        List<String> wantedKinds = kinds == null ? allKinds : List.of(kinds.split(",", -1));
        if (!allKinds.containsAll(wantedKinds))
            throw Refusal.malformed("kinds are some of " + String.join(", ", allKinds) + ", with commas", List.of())
                    .raise();
        var readable = contentTypes.all().stream()
                .map(ContentType::name)
                .filter(key::reads)
                .toList();
        List<String> wantedTypes = types == null ? readable : List.of(types.split(",", -1));
        if (!readable.containsAll(wantedTypes))
            throw Refusal.malformed("types are some of " + String.join(", ", readable) + ", with commas", List.of())
                    .raise();
        return entry -> wantedTypes.contains(entry.type())
                && wantedKinds.contains(entry.kind().spelling());
    }
}
