// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.guides;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideQuery;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.paging.Order;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Selection;
import dev.imprimatur.paging.Window;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import dev.imprimatur.review.Releases;
import dev.imprimatur.review.Review;
import dev.imprimatur.studio.DisplayText;
import dev.imprimatur.studio.Flash;
import dev.imprimatur.studio.PageLinks;
import dev.imprimatur.studio.review.ReasonCode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.node.JsonNodeFactory;

/** The list of all guides: people filter and sort it, assign tasks and begin guides there. */
@Controller
@RequestMapping("/studio/guides")
class GuidesPage {
    private static final int PAGE = 50;
    private static final int MOST_AT_ONCE = 200;
    private static final List<Edition.State> STATES = List.of(Edition.State.values());
    private static final String LATEST = "-updated";
    /** A sort key that follows all dates. */
    private static final String NEVER_DUE = "~";

    private final Guides guides;
    private final Review review;
    private final Releases releases;
    private final BulkAssignment bulk;
    private final Accounts accounts;
    private final ContentTypes types;
    private final LedgerReader ledger;
    private final DisplayText words;
    private final Languages languages;

    GuidesPage(
            Guides guides,
            Review review,
            Releases releases,
            BulkAssignment bulk,
            Accounts accounts,
            ContentTypes types,
            LedgerReader ledger,
            DisplayText words,
            Languages languages) {
        this.guides = guides;
        this.review = review;
        this.releases = releases;
        this.bulk = bulk;
        this.accounts = accounts;
        this.types = types;
        this.ledger = ledger;
        this.words = words;
        this.languages = languages;
    }

    /** A guide in the list. */
    record Row(Guide guide, @Nullable LocalDate lastReviewed) {}

    /** A tab: a filter, and the number of guides that match it. */
    record Tab(String state, String name, long count) {}

    /**
     * The filter in the URL.
     *
     * @param state a state of the current edition, {@code live}, {@code soon}, {@code source-changed} or {@code overdue}; empty for all
     * @param locale a language tag; empty for all
     * @param lacks the tag of a language that the guides are still to be translated into; empty for all
     */
    record Filter(String q, String state, String type, String owner, String locale, String lacks, String sort) {
        Filter(
                @Nullable String q,
                @Nullable String state,
                @Nullable String type,
                @Nullable String owner,
                @Nullable String locale,
                @Nullable String lacks,
                @Nullable String sort) {
            this.q = given(q).strip();
            this.state = given(state);
            this.type = given(type);
            this.owner = given(owner);
            this.locale = given(locale);
            this.lacks = given(lacks);
            this.sort = given(sort).isEmpty() ? LATEST : given(sort);
        }

        private static String given(@Nullable String value) {
            return value == null ? "" : value;
        }

        /** The same filter with language tags in their canonical form. Throws a refusal if one is none. */
        Filter canonical() {
            return new Filter(q, state, type, owner, GuideQuery.localeOf(locale), GuideQuery.localeOf(lacks), sort);
        }

        String url() {
            var url = UriComponentsBuilder.fromPath("/studio/guides");
            if (!q.isEmpty()) url.queryParam("q", "{q}");
            if (!state.isEmpty()) url.queryParam("state", state);
            if (!type.isEmpty()) url.queryParam("type", type);
            if (!owner.isEmpty()) url.queryParam("owner", "{owner}");
            if (!locale.isEmpty()) url.queryParam("locale", locale);
            if (!lacks.isEmpty()) url.queryParam("lacks", lacks);
            if (!sort.equals(LATEST)) url.queryParam("sort", sort);
            return url.encode().buildAndExpand(Map.of("q", q, "owner", owner)).toUriString();
        }

        Window window(String cursor) {
            return Window.of(Selection.of("studio-guides", q, state, type, owner, locale, lacks, sort), cursor, PAGE);
        }

        public String with(String otherState) {
            return new Filter(q, otherState, type, owner, locale, lacks, sort).url();
        }

        /** The direction in which a column is sorted; null if the list is sorted by another column. */
        public @Nullable String direction(String by) {
            return sort.equals(by) ? "ascending" : sort.equals("-" + by) ? "descending" : null;
        }

        public String sorted(String by) {
            return new Filter(q, state, type, owner, locale, lacks, sort.equals(by) ? "-" + by : by).url();
        }
    }

    @GetMapping
    String list(
            @ModelAttribute("asked") Filter asked,
            @RequestParam(defaultValue = "") String cursor,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        var filter = asked.canonical();
        model.addAttribute("filter", filter);
        String state = filter.state();
        String text = filter.q().toLowerCase(Locale.ROOT);
        var found = guides.cached().stream()
                .filter(guide -> filter.type().isEmpty() || guide.type().equals(filter.type()))
                .filter(guide ->
                        filter.owner().isEmpty() || ownerOrCreator(guide).equals(filter.owner()))
                .filter(guide -> filter.locale().isEmpty() || guide.locale().equals(filter.locale()))
                .filter(guide -> filter.lacks().isEmpty() || guide.lacks(filter.lacks()))
                .filter(guide -> guide.isCalled(text)
                        || words.name(ownerOrCreator(guide))
                                .toLowerCase(Locale.ROOT)
                                .contains(text))
                .toList();
        var filters = states();
        var wanted = state.isEmpty() ? null : filters.get(state);
        if (wanted == null && !state.isEmpty())
            throw Refusal.malformed("state is one of " + String.join(", ", filters.keySet()), List.of())
                    .raise();
        var rows = found.stream()
                .filter(guide -> wanted == null || wanted.test(guide))
                .toList();
        var order = order(filter.sort());
        var page = filter.window(cursor).page(order.of(rows), order.place());
        var tabs = new ArrayList<Tab>();
        tabs.add(new Tab("", "All", found.size()));
        filters.forEach((name, test) -> {
            long count = found.stream().filter(test).count();
            if (count > 0 || name.equals(state)) tabs.add(new Tab(name, nameOf(name), count));
        });
        model.addAttribute("tabs", tabs);
        model.addAttribute("total", rows.size());
        var entries = ledger.lastOf(page.items().stream().map(Guide::id).toList());
        model.addAttribute(
                "rows",
                page.items().stream()
                        .map(guide -> new Row(guide, lastReviewed(guide, entries.get(guide.id()))))
                        .toList());
        model.addAttribute("pages", PageLinks.of(filter.url(), page));
        model.addAttribute("types", types.all());
        model.addAttribute("locales", languages.inUse(filter.type(), filter.locale(), filter.lacks()));
        model.addAttribute("openReleases", releases.open());
        model.addAttribute(
                "people", accounts.accounts().stream().filter(Account::active).toList());
        return htmx == null ? "studio/guides" : "studio/guides :: list";
    }

    /** The owner of the guide; while nobody owns it, whoever began it. */
    private static String ownerOrCreator(Guide guide) {
        return guide.owner() == null ? guide.createdBy() : guide.owner();
    }

    private Map<String, Predicate<Guide>> states() {
        var states = new LinkedHashMap<String, Predicate<Guide>>();
        for (var state : Edition.State.values()) states.put(state.apiName(), guide -> guide.state() == state);
        states.put("live", guide -> guide.live() != null);
        states.put("soon", guide -> words.freshness(guide).equals("soon"));
        states.put("source-changed", Guide::isOutdatedTranslation);
        states.put("overdue", guide -> words.freshness(guide).equals("overdue"));
        return states;
    }

    private static String nameOf(String state) {
        return switch (state) {
            case "live" -> "Live";
            case "soon" -> "Due soon";
            case "overdue" -> "Overdue";
            default -> {
                String spaced = state.replace('-', ' ');
                yield spaced.substring(0, 1).toUpperCase(Locale.ROOT) + spaced.substring(1);
            }
        };
    }

    private static Order<Guide> order(String sort) {
        Function<Guide, String> key = switch (sort.startsWith("-") ? sort.substring(1) : sort) {
            case "title" -> guide -> Place.key(guide.title().toLowerCase(Locale.ROOT));
            case "state" -> guide -> "%02d".formatted(STATES.indexOf(guide.state()));
            case "due" ->
                guide -> guide.nextReviewDue() == null
                        ? NEVER_DUE
                        : guide.nextReviewDue().toString();
            case "owner" -> GuidesPage::ownerOrCreator;
            case "updated" -> guide -> Place.key(guide.updatedAt());
            default ->
                throw Refusal.malformed("sort by title, state, due, owner or updated", List.of())
                        .raise();
        };
        return new Order<>(guide -> new Place(key.apply(guide), guide.id()), sort.startsWith("-"));
    }

    private static @Nullable LocalDate lastReviewed(Guide guide, @Nullable LedgerEntry entry) {
        var review = entry == null ? null : entry.review();
        return guide.live() == null || review == null ? null : review.lastReviewed();
    }

    /** Assigns the open tasks of the chosen guides to a person, and returns to the filtered list. */
    @PostMapping("/assign")
    String assign(
            @RequestParam(name = "guide", required = false) @Nullable List<String> chosen,
            @RequestParam String account,
            @ModelAttribute("asked") Filter asked,
            Person me,
            RedirectAttributes redirect) {
        var to = accounts.account(account)
                .orElseThrow(() -> Refusal.malformed("/account", "there is no account of this name")
                        .raise())
                .person();
        List<String> ids = chosen == null ? List.of() : chosen;
        if (ids.isEmpty() || ids.size() > MOST_AT_ONCE)
            throw Refusal.malformed("choose 1 to " + MOST_AT_ONCE + " guides to assign", List.of())
                    .raise();
        var outcome = bulk.assign(ids, to, me);
        Flash.notice(redirect, outcome.words(to));
        if (!outcome.refused().isEmpty())
            Flash.rows(
                    redirect,
                    "refused",
                    outcome.refused().stream()
                            .map(BulkAssignment.NotAssigned::shown)
                            .toList());
        return "redirect:" + asked.canonical().url();
    }

    @GetMapping("/new")
    @PreAuthorize("hasRole('EDITOR')")
    String blank(Model model) {
        model.addAttribute("types", types.all());
        return "studio/new";
    }

    @PostMapping
    @PreAuthorize("hasRole('EDITOR')")
    String create(
            @RequestParam String type,
            @RequestParam String title,
            @RequestParam String slug,
            @RequestParam(defaultValue = "en-US") String locale,
            Person me,
            Model model) {
        var content = JsonNodeFactory.instance.objectNode();
        if (!title.isBlank() && types.require(type).fields().contains("title")) content.put("title", title.strip());
        try {
            return "redirect:/studio/guides/"
                    + review.create(type, slug, locale, content, me).id() + "/edit";
        } catch (Refused refused) {
            model.addAttribute("refusal", refused.refusal());
            model.addAttribute("given", Map.of("type", type, "title", title, "slug", slug, "locale", locale));
            return blank(model);
        }
    }

    /** Redirects to the page on which the guide can be worked on in its current state. */
    @GetMapping("/{id}")
    String guide(@PathVariable String id, Person me) {
        var guide = guides.require(id);
        // A draft that was never submitted has no review page for others to read.
        boolean draft = guide.state() == Edition.State.DRAFT && (me.has("EDITOR") || guide.revision() == null);
        return "redirect:/studio/guides/" + id + (draft ? "/edit" : "/review");
    }

    @PostMapping("/{id}/editions")
    @PreAuthorize("hasRole('EDITOR')")
    String openNext(@PathVariable String id, Person me) {
        review.openNext(guides.require(id), me);
        // A person who opens an edition intends to edit it.
        return "redirect:/studio/guides/" + id + "/edit?write=yes";
    }

    @PostMapping("/{id}/discard")
    @PreAuthorize("hasRole('EDITOR')")
    String discard(@PathVariable String id, Person me, RedirectAttributes redirect) {
        var guide = guides.require(id);
        review.discard(guide, me);
        Flash.notice(
                redirect, "Edition " + guide.edition() + " of " + DisplayText.quoted(guide.title()) + " is given up.");
        return "redirect:/studio/guides/" + id + "/history";
    }

    @PostMapping("/{id}/unpublish")
    @PreAuthorize("hasRole('PUBLISHER')")
    String unpublish(
            @PathVariable String id,
            @RequestParam String reason,
            @RequestParam(name = "reason:unpublish", required = false) @Nullable String reasonCode,
            @RequestParam(defaultValue = "") String redirectTo,
            Person me,
            RedirectAttributes redirect) {
        var guide = guides.require(id);
        review.unpublish(guide, reason, ReasonCode.chosen(reasonCode), redirectTo.isBlank() ? null : redirectTo, me);
        Flash.notice(redirect, "Readers no longer see " + DisplayText.quoted(guide.title()) + ".");
        return "redirect:/studio/guides/" + id + "/history";
    }
}
