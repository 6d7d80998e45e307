// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.delivery;

import dev.imprimatur.catalogue.AddressHistory;
import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Fields;
import dev.imprimatur.content.Format;
import dev.imprimatur.index.Property;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.representation.GuideContents;
import dev.imprimatur.representation.LoadedGuide;
import dev.imprimatur.representation.PublishedGuide;
import dev.imprimatur.representation.Representation;
import dev.imprimatur.representation.Translation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Delivers one published guide, as JSON or as JSON-LD, and says why an address has none. */
@RestController
@RequestMapping(DeliveryRequests.PATH)
class PublishedGuideApi {
    /** How many fields of referenced guides a request can ask for. */
    private static final int MOST_INCLUDED = 20;

    private static final String ACCEPT_LANGUAGE = "accept-language";
    private static final String LINKED_DATA = "/schema.org";

    /**
     * The language in which a site wants a guide, and what else it may read.
     *
     * @param locale the locale as the request names it; null if the request names none
     * @param preference the languages of the reader, if the site asks for a translation where there is no guide in the locale; else null
     * @param readable whether the site may read guides of a type
     */
    private record Wanted(
            @Nullable String locale, @Nullable LanguagePreference preference, Predicate<String> readable) {}

    private final DeliveryRequests requests;
    private final GuideContents contents;
    private final ContentTypes types;
    private final LedgerReader ledger;
    private final JsonMapper json;
    private final Clock clock;

    PublishedGuideApi(
            DeliveryRequests requests,
            GuideContents contents,
            ContentTypes types,
            LedgerReader ledger,
            JsonMapper json,
            Clock clock) {
        this.types = types;
        this.requests = requests;
        this.contents = contents;
        this.ledger = ledger;
        this.json = json;
        this.clock = clock;
    }

    @GetMapping("/{type}/{slug}")
    void guide(
            @PathVariable String type,
            @PathVariable String slug,
            @RequestParam @Nullable String locale,
            @RequestParam @Nullable String format,
            @RequestParam @Nullable String fields,
            @RequestParam @Nullable String asOf,
            @RequestParam @Nullable String fallback,
            @RequestParam @Nullable String include,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var contentType = requests.contentType(type, site);
        var includedFields = Fields.parse(fields, contentType);
        var textFormat = Format.of(format);
        var ofReferences = include == null ? List.<String>of() : included(include);
        var instant = asOf == null ? null : Property.instant("asOf", asOf);
        if (fallback != null && !fallback.equals(ACCEPT_LANGUAGE))
            throw Refusal.malformed("fallback is " + ACCEPT_LANGUAGE, List.of()).raise();
        var preference = fallback == null ? null : LanguagePreference.parse(acceptedLanguages(request));
        var loaded = loaded(
                instant,
                type,
                slug,
                new Wanted(locale, preference, DeliveryRequests.key(site)::reads),
                request,
                response);
        var guide = loaded.guide();
        // what nothing asks to be rendered or resolved is delivered as it was approved
        var representation = textFormat == Format.MARKDOWN && format != null && include == null
                ? loaded.asApproved(includedFields)
                : loaded.representation(textFormat, includedFields, contents.fields(loaded, ofReferences, textFormat));
        var untilChange = Duration.between(clock.instant(), guide.changesAt());
        var lifetime = requests.cacheLifetime();
        if (fallback != null) {
            response.setHeader(HttpHeaders.CONTENT_LOCATION, Translation.path(GuideAddress.of(guide.entry())));
        }
        representation.send(
                request,
                response,
                asOf == null ? lifetime.until(untilChange) : lifetime,
                fallback == null ? "" : HttpHeaders.ACCEPT_LANGUAGE);
    }

    /** The fields of referenced guides that a request names. */
    private List<String> included(String include) {
        var names = Arrays.stream(include.split(",", -1))
                .map(String::strip)
                .distinct()
                .toList();
        if (names.size() > MOST_INCLUDED)
            throw Refusal.malformed("include names at most " + MOST_INCLUDED + " fields", List.of())
                    .raise();
        for (String name : names)
            if (types.all().stream().noneMatch(type -> type.fields().contains(name)))
                throw Refusal.malformed("include: no content type has the field “" + name + "”", List.of())
                        .raise();
        return names;
    }

    private static @Nullable String acceptedLanguages(HttpServletRequest request) {
        var lines = Collections.list(request.getHeaders(HttpHeaders.ACCEPT_LANGUAGE));
        return lines.isEmpty() ? null : String.join(",", lines);
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
        var contentType = requests.contentType(type, site);
        var pageUrls = pages == null ? null : PageUrls.parse(pages);
        var loaded = loaded(
                null, type, slug, new Wanted(locale, null, DeliveryRequests.key(site)::reads), request, response);
        var guide = loaded.guide();
        Representation.of(
                        "application/ld+json",
                        guide,
                        JsonLd.script(json.writeValueAsString(JsonLd.document(loaded, contentType, pageUrls))))
                .send(request, response, requests.cacheLifetime());
    }

    /**
     * Finds a published guide as {@link #published} does, with its content. If the guide was changed or unpublished while its content was
     * read from the store, the guide is looked up again.
     */
    private LoadedGuide loaded(
            @Nullable Instant asOf,
            String type,
            String slug,
            Wanted wanted,
            HttpServletRequest request,
            HttpServletResponse response) {
        for (; ; ) {
            var now = requests.snapshot(request, response);
            var shown = requests.asOf(now, asOf);
            var guide = wanted.preference() == null
                    ? published(now, shown, asOf, type, slug, wanted.locale(), request, response)
                    : preferred(now, shown, asOf, type, slug, wanted, request, response);
            var loaded = contents.of(guide);
            if (requests.isUnchanged(now, GuideAddress.of(guide.entry())))
                return loaded.with(shown.references(loaded.representation().references(), wanted.readable()));
        }
    }

    /**
     * Finds the guide at a slug, or the translation of it that the reader prefers: in the requested locale, else in the best locale by
     * {@code Accept-Language}, else the guide itself. If the guide is not published any more, its translations still are.
     */
    private PublishedGuide preferred(
            Snapshot now,
            Snapshot shown,
            @Nullable Instant asOf,
            String type,
            String slug,
            Wanted wanted,
            HttpServletRequest request,
            HttpServletResponse response) {
        String locale = wanted.locale() == null ? null : GuideAddress.canonical(wanted.locale());
        var exact =
                locale == null ? Optional.<PublishedGuide>empty() : shown.find(new GuideAddress(type, slug, locale));
        if (exact.isPresent()) return exact.get();
        var guide = guideAt(now, shown, asOf, type, slug, null);
        var languages = new LinkedHashMap<String, PublishedGuide>();
        guide.ifPresent(it -> languages.put(it.entry().locale(), it));
        guide.map(it -> it.entry().set())
                .or(() -> withdrawnSet(now, type, slug))
                .ifPresent(set -> shown.ofType(type).publishedIn(set).forEach(languages::putIfAbsent));
        var best = locale != null && languages.containsKey(locale)
                ? Optional.of(locale)
                : Objects.requireNonNull(wanted.preference()).best(languages.keySet());
        return best.map(languages::get)
                .or(() -> guide)
                .orElseGet(() -> published(now, shown, asOf, type, slug, null, request, response));
    }

    /** The set of translations of the guide that a slug stands for, if that guide is not published any more. */
    private Optional<String> withdrawnSet(Snapshot now, String type, String slug) {
        return isDamaged(now, type, slug, null) || ledger.mayBeIncomplete(now.reading())
                ? Optional.empty()
                : unpublication(now, type, slug, null).map(LedgerEntry::set);
    }

    /**
     * Finds a published guide, or throws the refusal for an address without one.
     *
     * @param now the current snapshot
     * @param shown the snapshot to find the guide in
     * @param asOf the instant of {@code shown}; null for now
     * @param requestedLocale the locale as the request names it; null if the request names none
     */
    private PublishedGuide published(
            Snapshot now,
            Snapshot shown,
            @Nullable Instant asOf,
            String type,
            String slug,
            @Nullable String requestedLocale,
            HttpServletRequest request,
            HttpServletResponse response) {
        String locale = requestedLocale == null ? null : GuideAddress.canonical(requestedLocale);
        var guide = guideAt(now, shown, asOf, type, slug, locale);
        if (guide.isEmpty() && isDamaged(shown, type, slug, locale))
            throw ledger.guideNotServed().raise();
        if (guide.isEmpty() && asOf != null && wasWithdrawnSince(now, asOf, type, slug, locale))
            throw Refusal.of(Refusal.Kind.GONE, "gone", "what was published here at that instant was unpublished since")
                    .raise();
        return guide.orElseThrow(() -> notPublished(now, type, slug, locale, request, response));
    }

    /**
     * The guide at a slug. Without a locale, this is the one that the slug stands for, unless the guide that the slug stands
     * for was withdrawn since the instant.
     */
    private static Optional<PublishedGuide> guideAt(
            Snapshot now, Snapshot shown, @Nullable Instant asOf, String type, String slug, @Nullable String locale) {
        if (locale != null) return shown.find(new GuideAddress(type, slug, locale));
        var guide = shown.ofType(type).meantAt(slug);
        if (asOf == null || guide.isEmpty()) return guide;
        String set = guide.get().entry().set();
        return now.ofType(type).meant(slug).stream()
                        .anyMatch(history -> history.last().id().equals(set) && history.wasWithdrawnSince(asOf))
                ? Optional.empty()
                : guide;
    }

    /** The histories of a slug in the given locale, or those that a slug without a locale can stand for. */
    private static Stream<AddressHistory> histories(
            Snapshot snapshot, String type, String slug, @Nullable String locale) {
        var ofType = snapshot.ofType(type);
        return locale == null
                ? ofType.meant(slug).stream()
                : ofType.history(new GuideAddress(type, slug, locale)).stream();
    }

    /** Whether the ledger publishes a guide here whose stored content is not the approved content. */
    private static boolean isDamaged(Snapshot snapshot, String type, String slug, @Nullable String locale) {
        return histories(snapshot, type, slug, locale).anyMatch(AddressHistory::isDamaged);
    }

    /** Whether a guide is published here again, and what was published here at the given instant was unpublished since. */
    private static boolean wasWithdrawnSince(
            Snapshot now, Instant asOf, String type, String slug, @Nullable String locale) {
        return histories(now, type, slug, locale)
                .anyMatch(history -> history.last().isLive() && history.wasWithdrawnSince(asOf));
    }

    /**
     * The refusal for an address without a published guide: 301 if the guide has another slug now, 410 if a guide was unpublished, 301 if it
     * was unpublished with a redirect, 503 while entries of the ledger may be missing, else 404. A former slug of an unpublished guide
     * answers as the guide's current slug does.
     */
    private RuntimeException notPublished(
            Snapshot snapshot,
            String type,
            String slug,
            @Nullable String locale,
            HttpServletRequest request,
            HttpServletResponse response) {
        var renamed = snapshot.ofType(type).renamedFrom(slug, locale);
        var unpublished = unpublication(snapshot, type, slug, locale);
        if (ledger.mayBeIncomplete(snapshot.reading()))
            return ledger.guideUnknown().raise();
        if (renamed.isPresent() && unpublished.isEmpty()) {
            response.setHeader(
                    HttpHeaders.LOCATION, location(request, type, renamed.get().slug()));
            return Refusal.of(Refusal.Kind.MOVED, "moved", "this guide has another slug now; read it there")
                    .raise();
        }
        if (unpublished.isEmpty()) return DeliveryRequests.notFound();
        String target = unpublished.get().redirectTo();
        if (target == null)
            return Refusal.of(Refusal.Kind.GONE, "gone", "this guide is not published any more")
                    .raise();
        response.setHeader(
                HttpHeaders.LOCATION,
                target.contains("/") ? target : location(request, type, current(snapshot, type, target, locale)));
        return Refusal.of(
                        Refusal.Kind.MOVED,
                        "moved",
                        "this guide is not published any more; read the one it was replaced by")
                .raise();
    }

    /** The entry that unpublished the guide which a slug stands for, or stood for before the guide was renamed. */
    private static Optional<LedgerEntry> unpublication(
            Snapshot snapshot, String type, String slug, @Nullable String locale) {
        var renamed = snapshot.ofType(type).renamedFrom(slug, locale);
        return renamed.isPresent()
                ? renamed.flatMap(snapshot::history).flatMap(AddressHistory::unpublication)
                : histories(snapshot, type, slug, locale)
                        .flatMap(history -> history.unpublication().stream())
                        .max(Comparator.comparingLong(LedgerEntry::position));
    }

    /** The slug that the guide with this slug has now. */
    private static String current(Snapshot snapshot, String type, String slug, @Nullable String locale) {
        return snapshot.ofType(type)
                .renamedFrom(slug, locale)
                .map(GuideAddress::slug)
                .orElse(slug);
    }

    /**
     * The URL of the same request for another slug, in the same form and with the same query. For an address on another host, the redirect
     * does not use this method, because that host does not know our parameters.
     */
    private static String location(HttpServletRequest request, String type, String slug) {
        String form = request.getRequestURI().endsWith(LINKED_DATA) ? LINKED_DATA : "";
        return DeliveryRequests.PREFIX + type + "/" + slug + form + DeliveryRequests.query(request);
    }
}
