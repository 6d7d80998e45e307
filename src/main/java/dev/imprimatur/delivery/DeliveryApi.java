package dev.imprimatur.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.imprimatur.access.SiteKey;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Format;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.Publication;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** What sites ask for. Every answer comes from one state of the catalogue; what is not live is answered as what never was. */
@RestController
@RequestMapping("/api/delivery/v1")
class DeliveryApi {
    private static final String DEFAULT_LOCALE = "en-US";
    private static final int LARGEST_PAGE = 100;

    private final Catalogue catalogue;
    private final Publication publication;
    private final ContentTypes types;
    private final JsonMapper json;
    private final Duration maxAge;
    private final Duration patience;

    /**
     * Reads the limits.
     *
     * @param maxAge how long caches may keep an answer, {@code imprimatur.delivery.max-age}; at most a minute
     * @param patience how long a request waits for {@code Imprimatur-At-Least}, {@code imprimatur.delivery.patience}
     */
    DeliveryApi(
            Catalogue catalogue,
            Publication publication,
            ContentTypes types,
            JsonMapper json,
            @Value("${imprimatur.delivery.max-age:30s}") Duration maxAge,
            @Value("${imprimatur.delivery.patience:2s}") Duration patience) {
        if (maxAge.toSeconds() > 60)
            throw new IllegalArgumentException(
                    "imprimatur.delivery.max-age is at most 60s: after an unpublish nobody may be served longer");
        this.catalogue = catalogue;
        this.publication = publication;
        this.types = types;
        this.json = json;
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
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var asked = asked(type, fields, format, site, request, response);
        var state = asked.state();
        var found = address(state, type, slug, locale)
                .flatMap(state::find)
                .orElseThrow(() -> notLive(state, type, slug, locale, response));
        var entry = found.entry();
        Answer.of(
                        state.position(),
                        entry.at(),
                        type + " " + type + "/" + slug,
                        json.writeValueAsBytes(found.document(asked.format(), asked.fields())))
                .send(request, response, maxAge.toSeconds());
    }

    /** What a request for guides asks for, and the one state that it is answered from. */
    private record Asked(Catalogue.State state, List<String> fields, Format format) {}

    private Asked asked(
            String type,
            @Nullable String fields,
            @Nullable String format,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response) {
        var state = state(request);
        response.setHeader(Answer.POSITION, Long.toString(state.position()));
        return new Asked(state, fields(fields, readable(type, site)), format(format));
    }

    /** Without a locale the default one is meant, or the first that there is. */
    private static Optional<Catalogue.Address> address(
            Catalogue.State state, String type, String slug, @Nullable String locale) {
        if (locale != null) return Optional.of(new Catalogue.Address(type, slug, locale));
        var preferred = new Catalogue.Address(type, slug, DEFAULT_LOCALE);
        if (state.live().containsKey(preferred)) return Optional.of(preferred);
        return state.live().keySet().stream()
                .filter(address -> address.type().equals(type) && address.slug().equals(slug))
                .min(Comparator.comparing(Catalogue.Address::locale));
    }

    /** 410 for what was live once, or 301 if readers are sent elsewhere; 404 for all else. */
    private static RuntimeException notLive(
            Catalogue.State state, String type, String slug, @Nullable String locale, HttpServletResponse response) {
        var gone = state.gone().values().stream()
                .filter(entry -> entry.type().equals(type)
                        && entry.slug().equals(slug)
                        && (locale == null || entry.locale().equals(locale)))
                .max(Comparator.comparingLong(LedgerEntry::position));
        if (gone.isEmpty()) return nothing();
        String target = gone.get().redirectTo();
        if (target == null)
            return Refusal.of(Refusal.Kind.GONE, "gone", "this guide is not published any more")
                    .raise();
        response.setHeader(
                HttpHeaders.LOCATION, target.contains("/") ? target : "/api/delivery/v1/" + type + "/" + target);
        return Refusal.of(
                        Refusal.Kind.MOVED,
                        "moved",
                        "this guide is not published any more; read the one it was replaced by")
                .raise();
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<Delivered.Document> items, @Nullable String next, int total) {}

    @GetMapping("/{type}")
    void list(
            @PathVariable String type,
            @RequestParam @Nullable String locale,
            @RequestParam @Nullable String format,
            @RequestParam @Nullable String fields,
            @RequestParam(defaultValue = "title") String sort,
            @RequestParam(defaultValue = "20") int limit,
            @RequestParam @Nullable String cursor,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var asked = asked(type, fields, format, site, request, response);
        var state = asked.state();
        mustBePage(limit);
        var order = Listing.Sort.parse(sort)
                .orElseThrow(() -> Refusal.malformed(
                                "sort by one of " + String.join(", ", Listing.sorts())
                                        + ", with a hyphen before it for descending",
                                List.of())
                        .raise());
        var after = cursor == null
                ? null
                : Listing.Mark.parse(cursor)
                        .orElseThrow(() -> Refusal.malformed("cursor is not one that was handed out", List.of())
                                .raise());
        var page = Listing.of(
                state.guides().stream()
                        .filter(guide -> guide.entry().type().equals(type))
                        .filter(guide ->
                                locale == null || guide.entry().locale().equals(locale)),
                order,
                after,
                limit);
        var lastModified = state.guides().stream()
                .filter(guide -> guide.entry().type().equals(type))
                .map(guide -> guide.entry().at())
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        var document = new Page(
                page.guides().stream()
                        .map(guide -> guide.document(asked.format(), asked.fields()))
                        .toList(),
                page.next(),
                page.total());
        Answer.of(state.position(), lastModified, type, json.writeValueAsBytes(document))
                .send(request, response, maxAge.toSeconds());
    }

    record Feed(List<LedgerEntry> entries, long position) {}

    /** What changed since a position: a site syncs by keeping one number. */
    @GetMapping("/ledger")
    void ledger(
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(defaultValue = "100") int limit,
            Authentication site,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var state = state(request);
        mustBePage(limit);
        if (after < 0)
            throw Refusal.malformed("after is a position, 0 or more", List.of()).raise();
        var read = publication.after(after, limit).stream()
                .takeWhile(entry -> entry.position() <= state.position())
                .toList();
        var key = key(site);
        var entries = read.stream().filter(entry -> key.reads(entry.type())).toList();
        long position = read.isEmpty() ? after : read.getLast().position();
        var lastModified = read.isEmpty() ? Instant.EPOCH : read.getLast().at();
        Answer.of(state.position(), lastModified, "ledger", json.writeValueAsBytes(new Feed(entries, position)))
                .send(request, response, 0);
    }

    /** The state to answer from: as new as the request asks for, or a refusal to answer from an older one. */
    private Catalogue.State state(HttpServletRequest request) {
        String atLeast = request.getHeader("Imprimatur-At-Least");
        if (atLeast == null) return catalogue.now();
        if (!atLeast.matches("[0-9]{1,18}"))
            throw Refusal.malformed("Imprimatur-At-Least is a position, 0 or more", List.of())
                    .raise();
        try {
            return catalogue
                    .at(Long.parseLong(atLeast), patience)
                    .orElseThrow(() -> Refusal.unavailable(
                                    "position-not-reached",
                                    "this node has not read position " + atLeast + " yet",
                                    Duration.ofSeconds(1))
                            .raise());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Refusal.unavailable("stopping", "this node is stopping", Duration.ofSeconds(1))
                    .raise();
        }
    }

    private ContentType readable(String type, Authentication site) {
        if (!key(site).reads(type)) throw nothing();
        return types.all().stream()
                .filter(it -> it.name().equals(type))
                .findFirst()
                .orElseThrow(DeliveryApi::nothing);
    }

    private static SiteKey key(Authentication site) {
        return (SiteKey) java.util.Objects.requireNonNull(site.getPrincipal());
    }

    private static RuntimeException nothing() {
        return Refusal.missing("nothing is published here").raise();
    }

    private static List<String> fields(@Nullable String fields, ContentType type) {
        if (fields == null) return List.of();
        var wanted = List.of(fields.split(",", -1));
        if (!type.fields().containsAll(wanted))
            throw Refusal.malformed(
                            "fields are some of " + String.join(", ", type.fields()) + ", with commas", List.of())
                    .raise();
        return wanted;
    }

    private static Format format(@Nullable String format) {
        for (Format it : Format.values())
            if (format == null || it.name().toLowerCase(Locale.ROOT).equals(format)) return it;
        throw Refusal.malformed("format is markdown, html or text", List.of()).raise();
    }

    private static void mustBePage(int limit) {
        if (limit < 1 || limit > LARGEST_PAGE)
            throw Refusal.malformed("limit is 1 to " + LARGEST_PAGE, List.of()).raise();
    }
}
