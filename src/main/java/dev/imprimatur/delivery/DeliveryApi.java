// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.AddressHistory;
import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.catalogue.Confirmation;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.Format;
import dev.imprimatur.credentials.SiteKey;
import dev.imprimatur.index.FilterLimits;
import dev.imprimatur.index.Property;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Lineage;
import dev.imprimatur.publication.Publication;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.JsonParts;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.Representation;
import dev.imprimatur.search.SearchIndex;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.util.UriUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * The delivery API for sites. Every response is made from one snapshot of the catalogue. The API answers a request for an unpublished draft
 * in the same way as for a guide that does not exist.
 */
@RestController
@RequestMapping("/api/delivery/v1")
public class DeliveryApi {
    public static final String PREFIX = "/api/delivery/v1/";
    private static final String LINKED_DATA = "/schema.org";
    private static final Pattern NOT_IN_A_QUERY = Pattern.compile("[^\\w\\-.~!$&'()*+,;=:@/?%]+");
    /** The {@code Warning} of a stale response (RFC 7234, 5.5.1). */
    private static final String STALE = "110 - \"Response is Stale\"";

    private final Catalogue catalogue;
    private final Confirmation confirmation;
    private final Publication publication;
    private final Lineage ours;
    private final ContentTypes types;
    private final JsonMapper json;
    private final Clock clock;
    private final LedgerEventStream events;
    private final ListCache lists;
    private final SearchIndex search;
    private final FilterLimits filterLimits;
    private final Duration maxAge;
    private final Duration patience;

    /**
     * Reads the limits from the configuration.
     *
     * @param maxAge how long caches may keep a response, {@code imprimatur.delivery.max-age}; at most a minute
     * @param patience how long a request waits for {@code Imprimatur-At-Least}, {@code imprimatur.delivery.patience}
     */
    DeliveryApi(
            Catalogue catalogue,
            Confirmation confirmation,
            Publication publication,
            Lineage lineage,
            ContentTypes types,
            JsonMapper json,
            Clock clock,
            LedgerEventStream events,
            ListCache lists,
            SearchIndex search,
            FilterLimits filterLimits,
            @Value("${imprimatur.delivery.max-age:30s}") Duration maxAge,
            @Value("${imprimatur.delivery.patience:2s}") Duration patience) {
        if (maxAge.toSeconds() > 60)
            throw new IllegalArgumentException(
                    "imprimatur.delivery.max-age is at most 60s: after an unpublish nobody may be served longer");
        this.catalogue = catalogue;
        this.confirmation = confirmation;
        this.publication = publication;
        this.ours = lineage;
        this.types = types;
        this.json = json;
        this.clock = clock;
        this.events = events;
        this.lists = lists;
        this.search = search;
        this.filterLimits = filterLimits;
        this.maxAge = maxAge;
        this.patience = patience;
    }

    @GetMapping("/{type}/{slug}")
    void guide(
            @PathVariable String type,
            @PathVariable String slug,
            @RequestParam @Nullable String locale,
            @RequestParam @Nullable String format,
            @RequestParam @Nullable String fields,
            @RequestParam @Nullable String asOf,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var contentType = readable(type, site);
        var wanted = Fields.parse(fields, contentType);
        var rendered = Format.of(format);
        var now = snapshot(request, response);
        var instant = asOf == null ? null : Property.instant("asOf", asOf);
        var found = live(now, then(now, instant), instant, type, slug, locale, request, response);
        var answer = rendered == Format.MARKDOWN && wanted.isEmpty()
                ? found.answer()
                : Representation.of(
                        found.entry().at(),
                        found.surrogateKey(),
                        found.document(rendered, wanted, null).bytes().array());
        var left = Duration.between(clock.instant(), found.changesAt());
        answer.send(request, response, (asOf != null || left.compareTo(maxAge) > 0 ? maxAge : left).toSeconds());
    }

    /** Returns one guide as JSON-LD, with its URL if the site says at which addresses it shows guides. */
    @GetMapping("/{type}/{slug}" + LINKED_DATA)
    void linkedData(
            @PathVariable String type,
            @PathVariable String slug,
            @RequestParam @Nullable String locale,
            @RequestParam @Nullable String pages,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var contentType = readable(type, site);
        var shown = pages == null ? null : PageUrls.parse(pages);
        var snapshot = snapshot(request, response);
        var found = live(snapshot, snapshot, null, type, slug, locale, request, response);
        Representation.of(
                        "application/ld+json",
                        found.entry().at(),
                        found.surrogateKey(),
                        JsonLd.script(json.writeValueAsString(JsonLd.document(found, contentType, shown))))
                .send(request, response, maxAge.toSeconds());
    }

    /** Returns the guides that were published or reviewed last, as an Atom feed. */
    @GetMapping("/{type}/feed.atom")
    void feed(
            @PathVariable String type,
            @RequestParam String pages,
            @RequestParam @Nullable String locale,
            @RequestParam(defaultValue = "20") int limit,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        mustBePage(limit);
        var contentType = readable(type, site);
        var shown = PageUrls.parse(pages);
        var snapshot = snapshot(request, response);
        Representation.of(
                        AtomFeed.MEDIA_TYPE,
                        snapshot.ofType(type).changedAt(),
                        type,
                        new AtomFeed(
                                        AtomFeed.id(ours.first(), contentType, locale),
                                        request.getRequestURL() + query(request),
                                        contentType,
                                        shown)
                                .of(guides(snapshot, type, locale), limit))
                .send(request, response, maxAge.toSeconds());
    }

    /** Returns the addresses of all published guides as a sitemap. */
    @GetMapping("/{type}/sitemap.xml")
    void sitemap(
            @PathVariable String type,
            @RequestParam String pages,
            @RequestParam @Nullable String locale,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        readable(type, site);
        var shown = PageUrls.parse(pages);
        var snapshot = snapshot(request, response);
        Representation.of(
                        "application/xml",
                        snapshot.ofType(type).changedAt(),
                        type,
                        Sitemap.of(guides(snapshot, type, locale), shown))
                .send(request, response, maxAge.toSeconds());
    }

    /**
     * The query of the request with its question mark; empty if there is none. Characters that a URI does not allow are percent-encoded
     * (RFC 3986).
     */
    private static String query(HttpServletRequest request) {
        String query = request.getQueryString();
        return query == null
                ? ""
                : "?"
                        + NOT_IN_A_QUERY
                                .matcher(query)
                                .replaceAll(it -> UriUtils.encode(it.group(), StandardCharsets.UTF_8));
    }

    private static Stream<PublishedGuide> guides(Snapshot snapshot, String type, @Nullable String locale) {
        return snapshot.ofType(type).index().guides().stream()
                .filter(guide -> locale == null || guide.entry().locale().equals(GuideAddress.canonical(locale)));
    }

    private Snapshot then(Snapshot now, @Nullable Instant asOf) {
        if (asOf == null) return now;
        if (asOf.isAfter(clock.instant()))
            throw Refusal.malformed("asOf is an instant that has been", List.of())
                    .raise();
        return catalogue.asOf(now, asOf);
    }

    /**
     * Finds a published guide, or throws the refusal for an address without one.
     *
     * @param asOf the instant to show; null for now
     */
    private PublishedGuide live(
            Snapshot now,
            Snapshot shown,
            @Nullable Instant asOf,
            String type,
            String slug,
            @Nullable String asked,
            HttpServletRequest request,
            HttpServletResponse response) {
        String locale = asked == null ? null : GuideAddress.canonical(asked);
        var found = address(shown, type, slug, locale).flatMap(shown::find);
        if (found.isEmpty() && isDamaged(shown, type, slug, locale))
            throw publication.notShown().raise();
        if (found.isEmpty() && asOf != null && wasWithdrawnSince(now, asOf, type, slug, locale))
            throw Refusal.of(Refusal.Kind.GONE, "gone", "what readers could see then was withdrawn since")
                    .raise();
        return found.orElseThrow(() -> notLive(now, type, slug, locale, request, response));
    }

    /** The address of a slug. Without a locale, this is the default locale, else the first one in which the slug is published. */
    private static Optional<GuideAddress> address(
            Snapshot snapshot, String type, String slug, @Nullable String locale) {
        if (locale != null) return Optional.of(new GuideAddress(type, slug, locale));
        var ofType = snapshot.ofType(type);
        if (ofType.live(slug, GuideAddress.DEFAULT_LOCALE) != null)
            return Optional.of(new GuideAddress(type, slug, GuideAddress.DEFAULT_LOCALE));
        return ofType.histories(slug).stream()
                .filter(history -> history.live() != null)
                .map(history -> GuideAddress.of(history.last()))
                .min(Comparator.comparing(GuideAddress::locale));
    }

    /** Whether the ledger publishes a guide here whose stored content is not the approved content. */
    private static boolean isDamaged(Snapshot snapshot, String type, String slug, @Nullable String locale) {
        return snapshot.ofType(type).histories(slug).stream()
                .filter(history -> locale == null || history.last().locale().equals(locale))
                .anyMatch(AddressHistory::isDamaged);
    }

    /** Whether a guide is published here again, and what was published here at the given instant was unpublished since. */
    private static boolean wasWithdrawnSince(
            Snapshot now, Instant asOf, String type, String slug, @Nullable String locale) {
        return now.ofType(type).histories(slug).stream()
                .filter(history -> locale == null || history.last().locale().equals(locale))
                .anyMatch(history -> history.last().isLive() && history.wasWithdrawnSince(asOf));
    }

    /**
     * The refusal for an address without a published guide: 410 if a guide was unpublished, 301 if it was unpublished with a redirect, 503
     * while entries of the ledger may be missing, else 404.
     */
    private RuntimeException notLive(
            Snapshot snapshot,
            String type,
            String slug,
            @Nullable String locale,
            HttpServletRequest request,
            HttpServletResponse response) {
        var gone = snapshot.ofType(type).histories(slug).stream()
                .flatMap(history -> history.gone().stream())
                .filter(entry -> locale == null || entry.locale().equals(locale))
                .max(Comparator.comparingLong(LedgerEntry::position));
        if (publication.mayLack(snapshot.reading()))
            return publication.notKnown().raise();
        if (gone.isEmpty()) return nothing();
        String target = gone.get().redirectTo();
        if (target == null)
            return Refusal.of(Refusal.Kind.GONE, "gone", "this guide is not published any more")
                    .raise();
        response.setHeader(HttpHeaders.LOCATION, target.contains("/") ? target : moved(request, type, target));
        return Refusal.of(
                        Refusal.Kind.MOVED,
                        "moved",
                        "this guide is not published any more; read the one it was replaced by")
                .raise();
    }

    /**
     * The URL of the same request for another slug, in the same form and with the same query. For an address on another host, the redirect
     * does not use this method, because that host does not know our parameters.
     */
    private static String moved(HttpServletRequest request, String type, String slug) {
        String form = request.getRequestURI().endsWith(LINKED_DATA) ? LINKED_DATA : "";
        return PREFIX + type + "/" + slug + form + query(request);
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
        var contentType = readable(type, site);
        var query = ListQuery.parse(contentType, parameters, filterLimits);
        var now = snapshot(request, response);
        var answer = query.q() != null
                ? search.answer(now, contentType, query.q(), query.reading(), query.locale(), (snapshot, view) -> {
                    response.setHeader(Representation.POSITION, Long.toString(snapshot.position()));
                    return lists.answer(
                            snapshot, type, request.getQueryString(), () -> found(snapshot, view, contentType, query));
                })
                // requests for a past instant are rarely repeated, so they are not cached
                : query.asOf() != null
                        ? lists.made(now, then(now, query.asOf()), type, query)
                        : lists.answer(now, type, request.getQueryString(), query);
        answer.send(request, response, maxAge.toSeconds());
    }

    private Representation found(Snapshot snapshot, SearchIndex.View view, ContentType type, ListQuery query) {
        var page = ListPage.of(snapshot.ofType(type.name()).index(), query, view.find());
        var highlights = view.highlights(page.guides());
        var documents = new ArrayList<JsonParts.Part>();
        for (int i = 0; i < page.guides().size(); i++)
            documents.add(page.guides().get(i).document(query.format(), query.fields(), highlights.get(i)));
        return lists.made(snapshot, type.name(), page, documents);
    }

    /**
     * A page of the ledger.
     *
     * @param position the position up to which the client has read with this page
     */
    private record Feed(List<LedgerEntry> entries, long position) {}

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
        mustBePage(limit);
        if (after < 0)
            throw Refusal.malformed("after is a position, 0 or more", List.of()).raise();
        var rendered = Format.of(format);
        if (rendered != Format.MARKDOWN && !guides)
            throw Refusal.malformed("format goes with guides=true", List.of()).raise();
        var wanted = wanted(kinds, types, key(site));
        boolean streams = prefersEvents(request);
        long from = streams ? lastEventId(request).orElse(after) : after;
        var snapshot = onSameLedger(snapshot(request, response), from, lineage);
        response.setHeader(Representation.POSITION, Long.toString(snapshot.position()));
        if (streams) {
            if (compact || guides || request.getParameter("limit") != null)
                throw Refusal.malformed("compact, guides and limit go with pages, not with events", List.of())
                        .raise();
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            if (!request.getMethod().equals(HttpMethod.HEAD.name()))
                return events.open(request, from, key(site), wanted);
            // the length of a stream is unknown; without this flush, a Content-Length of 0 would be sent
            response.flushBuffer();
            return null;
        }
        var feed = compact ? compacted(snapshot, after, limit, wanted) : feed(snapshot, after, limit, wanted);
        var lastModified = feed.entries().isEmpty()
                ? Instant.EPOCH
                : feed.entries().getLast().at();
        var told = feed.entries().stream()
                .map(entry -> told(snapshot, entry, guides ? rendered : null))
                .toList();
        Representation.of(
                        lastModified,
                        "ledger",
                        JsonParts.items("entries", told, json.writeValueAsBytes(readUpTo(snapshot, feed))))
                .send(request, response, 0);
        return null;
    }

    private ReadUpTo readUpTo(Snapshot snapshot, Feed feed) {
        return new ReadUpTo(ours.id(), feed.position(), feed.position() < snapshot.position() ? feed.position() : null);
    }

    /**
     * Returns a snapshot that has reached the position. Refuses a position beyond the end of the ledger, or of another lineage: the client
     * has to start over. This method waits before it refuses, because the client may know the position from another node that is ahead of
     * this one.
     */
    private Snapshot onSameLedger(Snapshot snapshot, long read, @Nullable String theirs) {
        if (theirs != null && !theirs.equals(ours.id())) throw ledgerChanged(snapshot);
        if (read <= snapshot.position()) return snapshot;
        var reached = awaited(read);
        if (reached.isPresent()) return reached.get();
        // the store has the entry, so this node will reach it soon
        if (!publication.after(read - 1, 1).isEmpty()) throw notReached(read);
        throw ledgerChanged(catalogue.now());
    }

    private RuntimeException ledgerChanged(Snapshot snapshot) {
        return new Refusal(
                        Refusal.Kind.CONFLICT,
                        "ledger-changed",
                        "what was read is not of this ledger; start over with after=0&compact=true and this lineage,"
                                + " and drop every guide that the new list does not hold",
                        List.of(),
                        Map.of("lineage", ours.id(), "position", snapshot.position()))
                .raise();
    }

    /** The JSON of an entry. The guide is added if a format is given, this entry is the latest of the guide, and the guide may be shown. */
    private JsonParts.Part told(Snapshot snapshot, LedgerEntry entry, @Nullable Format format) {
        byte[] told = json.writeValueAsBytes(entry);
        if (format != null
                && !publication.isWithheld(entry.id())
                && snapshot.history(GuideAddress.of(entry))
                        .filter(history -> history.isDamaged() && history.last().position() == entry.position())
                        .isPresent()) throw publication.notShown().raise();
        return Optional.ofNullable(format)
                .flatMap(wanted -> snapshot.find(GuideAddress.of(entry))
                        .filter(guide -> guide.entry().position() == entry.position())
                        .map(guide -> JsonParts.member(told, "guide", guide.document(wanted, List.of(), null))))
                .orElseGet(() -> JsonParts.Part.of(told));
    }

    private Feed feed(Snapshot snapshot, long after, int limit, Predicate<LedgerEntry> wanted) {
        var read = publication.after(after, limit).stream()
                .takeWhile(entry -> entry.position() <= snapshot.position())
                .toList();
        return new Feed(
                read.stream().filter(wanted).toList(),
                read.isEmpty() ? after : read.getLast().position());
    }

    private Feed compacted(Snapshot snapshot, long after, int limit, Predicate<LedgerEntry> wanted) {
        var entries = snapshot.toldSince(after).stream()
                .filter(history -> history.last().isLive() || history.firstTold() <= after)
                .filter(history -> !publication.isWithheld(history.last().id()))
                .map(AddressHistory::last)
                .filter(wanted)
                .limit(limit)
                .toList();
        return new Feed(
                entries, entries.size() == limit ? entries.getLast().position() : Math.max(after, snapshot.position()));
    }

    private Predicate<LedgerEntry> wanted(@Nullable String kinds, @Nullable String typeNames, SiteKey key) {
        var known = Arrays.stream(LedgerEntry.Kind.values())
                .map(LedgerEntry.Kind::spelling)
                .toList();
        List<String> wantedKinds = kinds == null ? known : List.of(kinds.split(",", -1));
        if (!known.containsAll(wantedKinds))
            throw Refusal.malformed("kinds are some of " + String.join(", ", known) + ", with commas", List.of())
                    .raise();
        var readable =
                types.all().stream().map(ContentType::name).filter(key::reads).toList();
        List<String> wantedTypes = typeNames == null ? readable : List.of(typeNames.split(",", -1));
        if (!readable.containsAll(wantedTypes))
            throw Refusal.malformed("types are some of " + String.join(", ", readable) + ", with commas", List.of())
                    .raise();
        return entry -> wantedTypes.contains(entry.type())
                && wantedKinds.contains(entry.kind().spelling());
    }

    /** Whether the client prefers events to a JSON page; among equal weights, the media type named first wins. */
    private static boolean prefersEvents(HttpServletRequest request) {
        try {
            return MediaType.parseMediaTypes(Collections.list(request.getHeaders(HttpHeaders.ACCEPT))).stream()
                    .filter(accepted -> accepted.getQualityValue() > 0)
                    .sorted(Comparator.comparingDouble(MediaType::getQualityValue)
                            .reversed())
                    .filter(accepted -> accepted.includes(MediaType.TEXT_EVENT_STREAM)
                            || accepted.includes(MediaType.APPLICATION_JSON))
                    .findFirst()
                    .filter(accepted -> !accepted.includes(MediaType.APPLICATION_JSON))
                    .isPresent();
        } catch (InvalidMediaTypeException wrong) {
            throw Refusal.malformed("the header “Accept” is no list of media types", List.of())
                    .raise();
        }
    }

    /**
     * The last event that a reconnecting client received. It takes precedence over {@code after}, since the client reconnects with its
     * first URL.
     */
    private static Optional<Long> lastEventId(HttpServletRequest request) {
        String id = request.getHeader("Last-Event-ID");
        if (id == null) return Optional.empty();
        if (!id.matches("[0-9]{1,18}"))
            throw Refusal.malformed("Last-Event-ID is the id of an event, which is a position", List.of())
                    .raise();
        return Optional.of(Long.parseLong(id));
    }

    /**
     * The snapshot to answer from: at least as new as the request demands. If the data is not fresh, the configuration decides whether the
     * request is refused or the response is marked as stale.
     */
    private Snapshot snapshot(HttpServletRequest request, HttpServletResponse response) {
        boolean isConfirmed = confirmation.holdsOrRefuses();
        var snapshot = reached(request);
        // the ledger may have been repaired since, but not read again yet
        if (snapshot.isUntold()) throw publication.notTold().raise();
        if (!isConfirmed) response.setHeader(HttpHeaders.WARNING, STALE);
        response.setHeader(Representation.POSITION, Long.toString(snapshot.position()));
        return snapshot;
    }

    private Snapshot reached(HttpServletRequest request) {
        if (publication.isOutdated()) throw publication.notTold().raise();
        String atLeast = request.getHeader("Imprimatur-At-Least");
        if (atLeast == null) return catalogue.now();
        if (!atLeast.matches("[0-9]{1,18}"))
            throw Refusal.malformed("Imprimatur-At-Least is a position, 0 or more", List.of())
                    .raise();
        long position = Long.parseLong(atLeast);
        return awaited(position).orElseThrow(() -> notReached(position));
    }

    private static RuntimeException notReached(long position) {
        return Refusal.unavailable(
                        "position-not-reached",
                        "this node has not read position " + position + " yet",
                        Duration.ofSeconds(1))
                .raise();
    }

    private Optional<Snapshot> awaited(long position) {
        try {
            return catalogue.at(position, patience);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Refusal.unavailable("stopping", "this node is stopping", Duration.ofSeconds(1))
                    .raise();
        }
    }

    private ContentType readable(String type, Authentication site) {
        if (!key(site).reads(type)) throw nothing();
        return types.find(type).orElseThrow(DeliveryApi::nothing);
    }

    private static SiteKey key(Authentication site) {
        return (SiteKey) java.util.Objects.requireNonNull(site.getPrincipal());
    }

    private static RuntimeException nothing() {
        return Refusal.missing("nothing is published here").raise();
    }

    private static void mustBePage(int limit) {
        if (limit < 1 || limit > ListQuery.LARGEST_PAGE)
            throw Refusal.malformed("limit is 1 to " + ListQuery.LARGEST_PAGE, List.of())
                    .raise();
    }
}
