// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.accounts.Role;
import dev.imprimatur.editing.Guide;
import dev.imprimatur.editing.GuideRevisions;
import dev.imprimatur.editing.Guides;
import dev.imprimatur.history.Edition;
import dev.imprimatur.media.TestPictures;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Uploads;
import dev.imprimatur.testing.Visitor;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Every page of the studio, for every combination of roles and every state of a guide: it is complete or properly refused, and offers
 * exactly the actions that the person may do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("long")
class EveryPageTest {
    private static final Pattern FORM = Pattern.compile("<form([^>]*)>");
    private static final Pattern ACTION = Pattern.compile(" action=\"([^\"]+)\"");
    private static final Pattern UNWANTED = Pattern.compile("<[a-zA-Z][^<>]*\\s(?:th:|hx-on|on[a-z]+=|style=)");
    private static final Pattern LINK = Pattern.compile("href=\"(/studio[^\"#?]*)");

    /** The paths of the pages, each with the role that may see it; null for everybody. A page that is missing here fails the test. */
    private static final Map<String, Role> PAGES = new TreeMap<>();

    /** The paths of other answers, for scripts and downloads. */
    private static final Map<String, Role> NO_PAGES = new TreeMap<>();

    static {
        NO_PAGES.put("/studio/session", null);
        NO_PAGES.put("/studio/media/pictures", null);
        NO_PAGES.put("/studio/guides/choices", null);
        NO_PAGES.put("/studio/media/{id}/file", null);
        NO_PAGES.put("/studio/audit/export", Role.ADMIN);
        NO_PAGES.put("/studio/workflows/{id}/versions/{number}/file", Role.ADMIN);
        for (String all : List.of(
                "/studio",
                "/studio/account",
                "/studio/calendar",
                "/studio/design",
                "/studio/guides",
                "/studio/guides/deleted",
                "/studio/guides/{id}",
                "/studio/guides/{id}/edit",
                "/studio/guides/{id}/history",
                "/studio/guides/{id}/review",
                "/studio/notifications",
                "/studio/notifications/settings",
                "/studio/media",
                "/studio/media/{id}",
                "/studio/releases",
                "/studio/releases/{id}",
                "/studio/releases/{id}/preview")) PAGES.put(all, null);
        PAGES.put("/studio/guides/new", Role.EDITOR);
        for (String administrators : List.of(
                "/studio/accounts",
                "/studio/accounts/{username}",
                "/studio/assignment",
                "/studio/api-keys",
                "/studio/audit",
                "/studio/check",
                "/studio/ledger",
                "/studio/notification-delivery",
                "/studio/webhooks",
                "/studio/webhooks/{id}",
                "/studio/workflows",
                "/studio/workflows/bench",
                "/studio/workflows/modeller",
                "/studio/workflows/{id}",
                "/studio/workflows/{id}/editions")) PAGES.put(administrators, Role.ADMIN);
    }

    private final Node node = Node.start();
    private final ExecutorService browsers = Executors.newFixedThreadPool(3);
    private final AtomicInteger rendered = new AtomicInteger();
    private final Set<String> pages = new TreeSet<>();
    private final Map<String, HandlerMethod> forms = new TreeMap<>();
    private List<GuideInState> states = List.of();
    private String webhook;
    private String release;
    private String asset;

    @BeforeAll
    void aGuideInEachStateAndAPersonForEachCombination() {
        states = GuideInState.all(node);
        for (var roles : combinations().toList())
            node.as("admin")
                    .post(
                            "/accounts",
                            Map.of(
                                    "username",
                                    username(roles),
                                    "displayName",
                                    "Has " + roles,
                                    "password",
                                    Node.PASSWORD,
                                    "roles",
                                    roles))
                    .ok();
        webhook = node.as("admin")
                .post("/webhooks", Map.of("url", "https://hooks.example.invalid/every-page"))
                .ok()
                .get("id")
                .asString();
        release = node.as("publisher")
                .post("/releases", Map.of("name", "Every page"))
                .ok()
                .get("id")
                .asString();
        asset = Uploads.added(node.as("editor"), "every.png", TestPictures.png(40, 30, Color.RED), "Every page")
                .get("id")
                .asString();
        mappings().forEach((route, handler) -> {
            if (route.startsWith("POST ")) forms.put(route.substring(5), handler);
        });
    }

    @AfterAll
    void stop() {
        browsers.shutdown();
        node.close();
        System.out.printf(
                "every page: %d kinds of pages × 15 combinations of roles × %d states of a guide: %d pages rendered%n",
                pages.size(), states.size(), rendered.get());
    }

    static Stream<EnumSet<Role>> combinations() {
        return IntStream.range(0, 1 << Role.values().length).mapToObj(bits -> {
            var roles = EnumSet.noneOf(Role.class);
            for (var role : Role.values()) if ((bits & 1 << role.ordinal()) != 0) roles.add(role);
            return roles;
        });
    }

    private static String username(Set<Role> roles) {
        return "person"
                + roles.stream().map(Role::ordinal).map(Object::toString).collect(joining());
    }

    private Map<String, HandlerMethod> mappings() {
        var mappings = new TreeMap<String, HandlerMethod>();
        node.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((mapping, handler) -> {
                    for (RequestMethod method : mapping.getMethodsCondition().getMethods())
                        for (String path : mapping.getPatternValues())
                            if (path.startsWith("/studio")) mappings.put(method + " " + path, handler);
                });
        return mappings;
    }

    private static Map<String, Role> addresses() {
        var all = new TreeMap<>(PAGES);
        all.putAll(NO_PAGES);
        return all;
    }

    @Test
    void everyPageIsInTheMatrix() {
        assertThat(mappings().keySet().stream()
                        .filter(route -> route.startsWith("GET "))
                        .map(route -> route.substring(4)))
                .containsExactlyInAnyOrderElementsOf(addresses().keySet());
    }

    /** Every combination of roles except the empty one. */
    static Stream<EnumSet<Role>> colleagues() {
        return combinations().filter(roles -> !roles.isEmpty());
    }

    @Test
    void somebodyWithoutARoleSeesOnlyTheirOwnAccount() {
        var visitor = Visitor.signedIn(node, username(Set.of()));
        String guide = states.getFirst().guide().id();

        PAGES.keySet().forEach(page -> {
            var answer = visitor.get(page.replace("guides/{id}", "guides/" + guide)
                    .replace("media/{id}", "media/" + asset)
                    .replace("releases/{id}", "releases/" + release)
                    .replace("workflows/{id}", "workflows/two-stage-review")
                    .replace("{id}", webhook)
                    .replace("{username}", "second-editor"));
            assertThat(answer.status()).as(page).isEqualTo(page.equals("/studio/account") ? 200 : 403);
            assertThat(answer.body()).doesNotContain("href=\"/studio/guides");
        });
    }

    @ParameterizedTest
    @MethodSource("colleagues")
    void everyPageIsThereOrRefusedAndOffersWhatMayBeDone(EnumSet<Role> roles) throws Exception {
        var visitor = Visitor.signedIn(node, username(roles));
        var looks = new ArrayList<Callable<List<String>>>();
        PAGES.forEach((page, role) -> {
            if (page.equals("/studio/guides/{id}") || page.startsWith("/studio/guides/{id}/")) return;
            boolean may = role == null || roles.contains(role);
            looks.add(() -> faultsOf(
                    visitor,
                    page,
                    page.replace("media/{id}", "media/" + asset)
                            .replace("releases/{id}", "releases/" + release)
                            .replace("workflows/{id}", "workflows/two-stage-review")
                            .replace("{id}", webhook)
                            .replace("{username}", "second-editor"),
                    may ? 200 : 403,
                    roles,
                    null,
                    null));
        });
        for (String filtered :
                List.of("?q=", "?state=live", "?state=overdue&sort=due", "?q=nothing-is-called-that", "?page=9"))
            looks.add(() -> faultsOf(visitor, "/studio/guides", "/studio/guides" + filtered, 200, roles, null, null));
        looks.add(() -> faultsOf(visitor, "/studio/denied", "/studio/denied", 403, roles, null, null));
        looks.add(() -> faultsOf(visitor, "/studio/nothing", "/studio/nothing", 404, roles, null, null));
        looks.add(() -> faultsOf(visitor, "/login", "/login", 200, roles, null, null));
        for (var state : states) looks.add(() -> guide(visitor, state, roles));

        var faults = new ArrayList<String>();
        for (var look : browsers.invokeAll(looks)) faults.addAll(look.get());
        assertThat(faults).isEmpty();
    }

    private List<String> guide(Visitor visitor, GuideInState state, EnumSet<Role> roles) {
        var guide = node.bean(Guides.class).require(state.guide().id());
        String base = "/studio/guides/" + guide.id();
        boolean editable = guide.state() == Edition.State.DRAFT || guide.state() == Edition.State.IN_REVIEW;
        var faults = new ArrayList<String>();
        faults.addAll(faultsOf(visitor, "/studio/guides/{id}", base, 302, roles, state, guide));
        int edit = editable ? 200 : 302;
        faults.addAll(faultsOf(visitor, "/studio/guides/{id}/edit", base + "/edit", edit, roles, state, guide));
        faults.addAll(
                faultsOf(visitor, "/studio/guides/{id}/edit", base + "/edit?write=yes", edit, roles, state, guide));
        for (String view : List.of("", "?view=changes", "?view=reader"))
            faults.addAll(
                    faultsOf(visitor, "/studio/guides/{id}/review", base + "/review" + view, 200, roles, state, guide));
        for (int edition = 1; edition < guide.edition(); edition++)
            faults.addAll(faultsOf(
                    visitor,
                    "/studio/guides/{id}/review",
                    base + "/review?edition=" + edition,
                    200,
                    roles,
                    null,
                    guide));
        int none = guide.edition() + 1;
        faults.addAll(faultsOf(
                visitor, "/studio/guides/{id}/review", base + "/review?edition=" + none, 404, roles, null, guide));
        faults.addAll(faultsOf(visitor, "/studio/guides/{id}/history", base + "/history", 200, roles, state, guide));
        if (!node.bean(GuideRevisions.class).of(guide).isEmpty())
            faults.addAll(faultsOf(
                    visitor, "/studio/guides/{id}/history", base + "/history?from=1&to=1", 200, roles, state, guide));
        return faults;
    }

    /** Reads a page and returns its faults. */
    private List<String> faultsOf(
            Visitor visitor,
            String page,
            String path,
            int status,
            EnumSet<Role> roles,
            GuideInState state,
            Guide guide) {
        var answer = visitor.get(path);
        rendered.incrementAndGet();
        synchronized (pages) {
            pages.add(page);
        }
        String where = roles + " " + path + (state == null ? "" : " (" + state.name() + ")") + ": ";
        var faults = new ArrayList<String>();
        if (answer.status() != status) {
            faults.add("is " + answer.status() + " instead of " + status);
        } else if (status == 302) {
            String to = answer.header("Location");
            if (!to.contains("/studio/guides/")) faults.add("leads to " + to);
        } else {
            checkComplete(answer, faults);
            checkNothingForbidden(answer.body(), roles, faults);
            if (status == 200 && !page.equals("/login"))
                checkEverythingAllowed(page, path, answer.body(), roles, state, guide, faults);
        }
        return faults.stream().map(where::concat).toList();
    }

    private static void checkComplete(Answer answer, List<String> faults) {
        String body = answer.body().strip();
        if (!body.startsWith("<!doctype html>") || !body.endsWith("</html>")) faults.add("is no whole page");
        if (UNWANTED.matcher(body).find()) faults.add("has what no page may have");
        if (!answer.header("Content-Type").startsWith("text/html")) faults.add("is " + answer.header("Content-Type"));
        if (answer.status() == 200 && body.contains("<title>Not done")) faults.add("is a problem with status 200");
    }

    /** Checks that a handler accepts each form from this person, and that this person may see the page behind each link. */
    private void checkNothingForbidden(String body, EnumSet<Role> roles, List<String> faults) {
        FORM.matcher(body)
                .results()
                .map(form -> form.group(1))
                .filter(it -> it.contains("method=\"post\""))
                .forEach(form -> {
                    var action = ACTION.matcher(form);
                    if (!action.find()) {
                        faults.add("a form without an action: " + form);
                        return;
                    }
                    String to = action.group(1);
                    if (to.equals("/logout") || to.equals("/login")) return;
                    var handler = forms.entrySet().stream()
                            .filter(it -> matches(it.getKey(), to))
                            .findFirst();
                    if (handler.isEmpty()) faults.add("offers " + to + ", which is nothing");
                    else if (!isAllowed(handler.get().getValue(), roles)) faults.add("offers " + to);
                });
        LINK.matcher(body).results().map(link -> link.group(1)).distinct().forEach(to -> {
            var addresses = addresses();
            var page = addresses.keySet().stream()
                    .filter(it -> matches(it, to))
                    .min(Comparator.comparing(it -> it.contains("{")));
            if (page.isEmpty()) faults.add("links to " + to + ", which is nothing");
            else if (addresses.get(page.get()) != null && !roles.contains(addresses.get(page.get())))
                faults.add("links to " + to);
        });
    }

    private static boolean matches(String pattern, String path) {
        return path.matches(pattern.replaceAll("\\{[a-zA-Z]+}", "[^/]+"));
    }

    private static boolean isAllowed(HandlerMethod handler, EnumSet<Role> roles) {
        var rule = handler.getMethodAnnotation(PreAuthorize.class);
        if (rule == null) rule = handler.getBeanType().getAnnotation(PreAuthorize.class);
        if (rule == null) return true;
        var named = Pattern.compile("'([A-Z]+)'")
                .matcher(rule.value())
                .results()
                .map(it -> Role.valueOf(it.group(1)))
                .toList();
        return named.isEmpty() || named.stream().anyMatch(roles::contains);
    }

    /** Checks that the page offers the actions that the person may do, and no action that the handlers would refuse. */
    private static void checkEverythingAllowed(
            String page,
            String path,
            String body,
            EnumSet<Role> roles,
            GuideInState state,
            Guide guide,
            List<String> faults) {
        boolean editor = roles.contains(Role.EDITOR);
        boolean writes = editor || roles.contains(Role.REVIEWER);
        checkOffer(
                "a new guide",
                body.contains("href=\"/studio/guides/new\""),
                editor,
                faults,
                page.equals("/studio") || path.equals("/studio/guides"));
        checkOffer("accounts", body.contains("href=\"/studio/accounts\""), roles.contains(Role.ADMIN), faults, true);
        if (state == null || guide == null) return;
        boolean live = guide.live() != null;
        switch (page) {
            case "/studio/guides/{id}/edit" -> {
                boolean asked = roles.contains(Role.REVIEWER) && !path.contains("write");
                checkOffer("the form", body.contains("<form id=\"edit\""), writes && !asked, faults, true);
                checkOffer("to write", body.contains("write=yes"), writes && asked, faults, true);
                checkOffer("to submit", body.contains("value=\"submit\""), editor && !asked, faults, true);
                checkOffer("to save", body.contains(">Save draft<"), writes && !asked, faults, true);
                checkOffer("what the script needs", body.contains("id=\"missing\""), writes && !asked, faults, true);
                checkOffer("to give up", body.contains("/discard\""), editor && !asked, faults, true);
                checkOffer("who may write", body.contains("cannot change it"), !writes, faults, true);
                checkOffer(
                        "a warning",
                        body.contains("somebody else has to review it"),
                        roles.contains(Role.REVIEWER),
                        faults,
                        true);
                checkOffer(
                        "a preview link",
                        body.contains("/previews\""),
                        writes || roles.contains(Role.PUBLISHER),
                        faults,
                        true);
            }
            case "/studio/guides/{id}/review" -> {
                boolean mine = state.decides() != null && roles.contains(Role.valueOf(state.decides()));
                checkOffer("to decide", body.contains("/decide\""), mine, faults, true);
                boolean claimed = state.name().endsWith("claimed");
                checkOffer(
                        "to claim",
                        body.contains("/claim\"") || body.contains("/unclaim\""),
                        mine && !claimed,
                        faults,
                        true);
                checkOffer(
                        "to assign",
                        body.contains("/assign\""),
                        mine || state.decides() != null && roles.contains(Role.ADMIN),
                        faults,
                        true);
                checkOffer(
                        "to unpublish",
                        body.contains("/unpublish\""),
                        live && roles.contains(Role.PUBLISHER),
                        faults,
                        true);
                boolean publisher = roles.contains(Role.PUBLISHER);
                boolean renames = guide.wasPublished() ? publisher : editor || publisher;
                checkOffer("to change the slug", body.contains("/slug\""), renames, faults, true);
                checkOffer(
                        "a schedule",
                        body.contains("/schedule\""),
                        publisher && (live || guide.state().isInProgress()),
                        faults,
                        true);
                checkOffer("to duplicate", body.contains("/duplicate\""), editor, faults, true);
                checkOffer(
                        "to delete",
                        body.contains("/delete\""),
                        editor
                                && !guide.wasPublished()
                                && (!guide.state().isInProgress()
                                        || guide.state().isEditable()
                                        || guide.state() == Edition.State.SCHEDULED && publisher),
                        faults,
                        true);
                checkOffer(
                        "the next edition",
                        body.contains("/editions\""),
                        editor && !guide.state().isInProgress(),
                        faults,
                        true);
                boolean shown = guide.revision() != null || live;
                checkOffer(
                        "to comment", body.contains("/comments\""), writes && shown, faults, !path.contains("reader"));
            }
            case "/studio/guides/{id}/history" ->
                checkOffer(
                        "to restore",
                        body.contains("/restore\""),
                        editor && guide.state() == Edition.State.DRAFT && !body.contains("No revision yet"),
                        faults,
                        true);
            default -> throw new AssertionError(page);
        }
    }

    private static void checkOffer(String what, boolean is, boolean should, List<String> faults, boolean counts) {
        if (counts && is != should) faults.add((is ? "offers " : "does not offer ") + what);
    }
}
