// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.review.Observed.Limit;
import dev.imprimatur.review.Observed.Rights;
import dev.imprimatur.testing.Guides.Ref;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.flowable.engine.ManagementService;
import org.flowable.engine.RuntimeService;
import tools.jackson.databind.JsonNode;

/**
 * Random steps of a team through the workflow of one content type: people with one role, with several, with limited ones, and an invited
 * expert do what they may do and what they may not. A step is an action and a seed, so that a walk can be repeated without some of its
 * steps. No answer may be a failure of the server; what the answers mean for readers is judged by {@link Evidence}.
 */
final class RandomWalk {
    /** What can happen in a step, and how often relative to the others. */
    enum Action {
        CREATE(2),
        DUPLICATE(1),
        SAVE(10),
        SAVE_PAY(5),
        RESTORE(2),
        SUBMIT(14),
        DISCARD(2),
        DELETE(1),
        UNDELETE(2),
        OPEN_NEXT(6),
        DECIDE(34),
        DECIDE_AGAIN(4),
        COMMENT(2),
        CLAIM(2),
        PASS_ON(1),
        GIVE_BACK(2),
        INVITE(4),
        EXPERT_DECIDES(5),
        SCHEDULE(6),
        SCHEDULE_THE_END(2),
        GIVE_UP_SCHEDULE(3),
        NEW_RELEASE(2),
        INTO_RELEASE(6),
        OUT_OF_RELEASE(2),
        PUBLISH_RELEASE(3),
        UNDO_RELEASE(1),
        DELETE_RELEASE(1),
        UNPUBLISH(2),
        RENAME(2),
        CHANGE_ROLES(3),
        CHANGE_LIMITS(3),
        CHANGE_GROUPS(2),
        DEACTIVATE(1),
        RESTORE_PEOPLE(5),
        ADVANCE(6),
        ADVANCE_FAR(3),
        LOSE_PROCESS(3),
        RECONCILE(1),
        UPLOAD_WORKFLOW(1),
        MIGRATE(7),
        AT_THE_SAME_TIME(8);

        private final int weight;

        Action(int weight) {
            this.weight = weight;
        }
    }

    record Step(Action action, long seed) {}

    /** The steps of the walk with this seed. */
    static List<Step> steps(long seed, int count) {
        var random = new Random(seed);
        int all = Stream.of(Action.values()).mapToInt(action -> action.weight).sum();
        var steps = new ArrayList<Step>();
        while (steps.size() < count) {
            int at = random.nextInt(all);
            for (var action : Action.values()) {
                at -= action.weight;
                if (at >= 0) continue;
                steps.add(new Step(action, random.nextLong()));
                break;
            }
        }
        return steps;
    }

    /** Decisions on an open task, and whatever can cross them. */
    private static final List<Action> CROSSING = List.of(
            Action.DECIDE,
            Action.DECIDE,
            Action.DECIDE_AGAIN,
            Action.SAVE,
            Action.SUBMIT,
            Action.SCHEDULE,
            Action.GIVE_UP_SCHEDULE,
            Action.INTO_RELEASE,
            Action.OUT_OF_RELEASE,
            Action.PUBLISH_RELEASE,
            Action.UNPUBLISH,
            Action.OPEN_NEXT,
            Action.DISCARD,
            Action.MIGRATE,
            Action.RECONCILE);

    static final List<String> WORKFLOWS = List.of("role-guide-review", "two-stage-review", "parallel-review");
    private static final List<String> ROLES = List.of("EDITOR", "REVIEWER", "PUBLISHER");
    private static final List<String> TAGS = List.of("ai", "law");
    private static final Map<String, Rights> TEAM = Map.of(
            "editor", rights(Set.of("EDITOR")),
            "second-editor", rights(Set.of("EDITOR")),
            "reviewer", rights(Set.of("REVIEWER")),
            "second-reviewer", rights(Set.of("REVIEWER"), "pay"),
            "both", rights(Set.of("EDITOR", "REVIEWER"), "pay"),
            "publisher", rights(Set.of("PUBLISHER")),
            "everything", rights(Set.of("EDITOR", "REVIEWER", "PUBLISHER"), "pay"),
            "of-ai",
                    new Rights(
                            null, Set.of("REVIEWER"), List.of(new Limit("REVIEWER", null, List.of("ai"))), Set.of()));
    /** People who take no step of a walk. They finish what a walk has begun. */
    private static final List<String> SPARE = List.of("spare-one", "spare-two", "spare-three");

    private static final String SPARE_EDITOR = "spare-editor";
    private static final String SPARE_PUBLISHER = "spare-publisher";
    /** How far the clock moves before people need new tokens. */
    private static final Duration TOKENS = Duration.ofDays(300);

    private static final List<String> PEOPLE = List.copyOf(new TreeSet<>(TEAM.keySet()));
    private static final Pattern TASK = Pattern.compile("name=\"task\" value=\"([^\"]+)\"");
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final AtomicInteger moved = new AtomicInteger();
    private static final Duration UPLOADED = Duration.ofSeconds(11);

    private static Rights rights(Set<String> roles, String... groups) {
        return new Rights(null, roles, List.of(), Set.of(groups));
    }

    private final Node node;
    private final Observed observed;
    private final String type;
    private final List<Ref> guides = new ArrayList<>();
    private final List<String> releases = new ArrayList<>();
    private final List<String> links = new ArrayList<>();
    private final List<Map.Entry<String, Map<String, Object>>> decisions = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private static Instant tokensUntil = Instant.MAX;

    RandomWalk(Node node, Observed observed, String type) {
        this.node = node;
        this.observed = observed;
        this.type = type;
    }

    /** Makes the accounts that are not in the team of every node. */
    static void makePeople(Node node, Observed observed) {
        TEAM.forEach((name, rights) -> {
            if (node.as("admin").get("/accounts").body().contains("\"" + name + "\""))
                set(node, observed, name, rights);
            else create(node, observed, name, rights);
        });
        for (String spare : SPARE) create(node, observed, spare, rights(Set.of("EDITOR", "REVIEWER"), "pay"));
        tokensUntil = node.clock().instant().plus(TOKENS);
        create(node, observed, SPARE_EDITOR, rights(Set.of("EDITOR")));
        create(node, observed, SPARE_PUBLISHER, rights(Set.of("EDITOR", "PUBLISHER")));
    }

    private static void create(Node node, Observed observed, String name, Rights rights) {
        var body = new HashMap<>(patch(rights));
        body.putAll(Map.of("username", name, "displayName", "The " + name, "password", Node.PASSWORD));
        node.as("admin").post("/accounts", body).ok();
        observe(node, observed, name, rights);
    }

    private static void set(Node node, Observed observed, String name, Rights rights) {
        node.as("admin").patch("/accounts/" + name, patch(rights)).ok();
        observe(node, observed, name, rights);
    }

    private static void observe(Node node, Observed observed, String name, Rights rights) {
        observed.hasFromNowOn(
                name, new Rights(node.clock().instant(), rights.roles(), rights.limits(), rights.groups()));
    }

    private static Map<String, Object> patch(Rights rights) {
        return Map.of(
                "roles",
                rights.roles(),
                "groups",
                rights.groups(),
                "grants",
                rights.limits().stream()
                        .map(limit -> {
                            var grant = new HashMap<String, Object>(Map.of("role", limit.role()));
                            if (limit.types() != null) grant.put("types", limit.types());
                            if (limit.tags() != null) grant.put("tags", limit.tags());
                            return grant;
                        })
                        .toList());
    }

    List<Ref> guides() {
        return guides;
    }

    /** What was done, with the answers. */
    List<String> trace() {
        return trace;
    }

    void take(Step step) {
        var random = new Random(step.seed());
        if (step.action() != Action.AT_THE_SAME_TIME) {
            take(step.action(), random);
            return;
        }
        var guide = guide(random);
        var both = Stream.of(new Random(random.nextLong()), new Random(random.nextLong()))
                .map(own ->
                        CompletableFuture.runAsync(() -> take(CROSSING.get(own.nextInt(CROSSING.size())), guide, own)))
                .toList();
        both.forEach(CompletableFuture::join);
    }

    private void take(Action action, Random random) {
        switch (action) {
            case CREATE -> create(random);
            case NEW_RELEASE -> newRelease(random);
            case PUBLISH_RELEASE, UNDO_RELEASE, DELETE_RELEASE -> ofRelease(action, random);
            case EXPERT_DECIDES -> expertDecides(random);
            case CHANGE_ROLES, CHANGE_LIMITS, CHANGE_GROUPS, DEACTIVATE -> changePerson(action, random);
            case RESTORE_PEOPLE -> restorePeople();
            case ADVANCE -> advance(Duration.ofMinutes(1L << random.nextInt(13)));
            case ADVANCE_FAR -> advance(Duration.ofDays(50L + random.nextInt(150)));
            case RECONCILE -> node.bean(Reconciler.class).everyMinute();
            case UPLOAD_WORKFLOW -> upload(random);
            case DECIDE_AGAIN -> decideAgain(random);
            default -> take(action, guide(random), random);
        }
    }

    private void take(Action action, Ref guide, Random random) {
        switch (action) {
            case SAVE -> save(guide, random, Map.of("summary", "Words " + COUNT.incrementAndGet()));
            case SAVE_PAY ->
                save(guide, random, Map.of("compensation", Map.of("note", "Pay " + COUNT.incrementAndGet())));
            case RESTORE -> restore(guide, random);
            case SUBMIT -> send(usually(random, "EDITOR"), "POST", guide.path() + "/submit", Map.of());
            case DISCARD -> send(usually(random, "EDITOR"), "DELETE", guide.path() + "/editions/current", null);
            case DELETE -> send(usually(random, "EDITOR"), "DELETE", guide.path(), null);
            case UNDELETE ->
                send(
                        usually(random, "EDITOR"),
                        "POST",
                        guide.path() + "/undelete",
                        random.nextBoolean() ? null : Map.of("slug", slug()));
            case OPEN_NEXT -> send(usually(random, "EDITOR"), "POST", guide.path() + "/editions", null);
            case DUPLICATE -> duplicate(guide, random);
            case DECIDE -> decide(guide, random);
            case COMMENT ->
                send(
                        person(random),
                        "POST",
                        guide.path() + "/comments",
                        Map.of("revision", 1, "pointer", "/summary", "body", "Is it so?"));
            case CLAIM -> ofTask(guide, random, "/claim", null);
            case PASS_ON -> ofTask(guide, random, "/assign", Map.of("account", person(random)));
            case GIVE_BACK -> giveBack(guide);
            case INVITE -> invite(guide, random);
            case SCHEDULE ->
                schedule(
                        guide,
                        random,
                        Map.of("publishAt", soon(random), "unpublishAt", later(random)),
                        random.nextBoolean());
            case SCHEDULE_THE_END -> schedule(guide, random, Map.of("unpublishAt", soon(random)), false);
            case GIVE_UP_SCHEDULE -> send(usually(random, "PUBLISHER"), "DELETE", guide.path() + "/schedule", null);
            case INTO_RELEASE -> intoRelease(guide, random);
            case OUT_OF_RELEASE ->
                release(random)
                        .ifPresent(release -> send(
                                usually(random, "PUBLISHER"),
                                "DELETE",
                                "/releases/" + release + "/guides/" + guide.id(),
                                null));
            case UNPUBLISH ->
                send(usually(random, "PUBLISHER"), "POST", guide.path() + "/unpublish", Map.of("reason", "Wrong."));
            case RENAME -> send(usually(random, "PUBLISHER"), "POST", guide.path() + "/slug", Map.of("slug", slug()));
            case LOSE_PROCESS -> loseProcess(guide, random);
            case MIGRATE -> migrate(guide, random);
            default -> take(action, random);
        }
    }

    // People

    private static String person(Random random) {
        return PEOPLE.get(random.nextInt(PEOPLE.size()));
    }

    /** Usually somebody who has the role now. */
    private String usually(Random random, String role) {
        var able = PEOPLE.stream()
                .filter(name -> observed.now(name).roles().contains(role))
                .toList();
        return able.isEmpty() || random.nextInt(8) == 0 ? person(random) : able.get(random.nextInt(able.size()));
    }

    private void changePerson(Action action, Random random) {
        String who = person(random);
        var now = observed.now(who);
        if (now.roles().isEmpty()) return;
        if (action == Action.DEACTIVATE) {
            admin("DELETE", "/accounts/" + who, null).ok();
            observe(node, observed, who, rights(Set.of()));
            return;
        }
        var wanted = switch (action) {
            case CHANGE_ROLES -> new Rights(null, some(ROLES, random), List.of(), now.groups());
            case CHANGE_LIMITS -> new Rights(null, now.roles(), limits(now.roles(), random), now.groups());
            default -> new Rights(null, now.roles(), now.limits(), now.groups().isEmpty() ? Set.of("pay") : Set.of());
        };
        admin("PATCH", "/accounts/" + who, patch(wanted)).ok();
        observe(node, observed, who, wanted);
    }

    private static Set<String> some(List<String> of, Random random) {
        var some = new TreeSet<String>();
        for (String one : of) if (random.nextBoolean()) some.add(one);
        return some.isEmpty() ? Set.of(of.get(random.nextInt(of.size()))) : some;
    }

    private List<Limit> limits(Set<String> roles, Random random) {
        var limits = new ArrayList<Limit>();
        for (String role : new TreeSet<>(roles)) {
            int kind = random.nextInt(4);
            if (kind == 1) limits.add(new Limit(role, List.of(random.nextBoolean() ? type : "another"), null));
            if (kind == 2) limits.add(new Limit(role, null, List.of(TAGS.get(random.nextInt(TAGS.size())))));
        }
        // a type that does not exist is refused
        limits.replaceAll(limit -> limit.types() == null || limit.types().contains(type)
                ? limit
                : new Limit(limit.role(), List.of("other"), null));
        return limits;
    }

    void restorePeople() {
        boolean returned = false;
        for (String name : PEOPLE) {
            var now = observed.now(name);
            var wanted = TEAM.get(name);
            if (now.roles().isEmpty()) {
                admin("POST", "/accounts/" + name + "/reactivate", null).ok();
                returned = true;
            }
            if (now.roles().equals(wanted.roles())
                    && now.limits().equals(wanted.limits())
                    && now.groups().equals(wanted.groups())) continue;
            set(node, observed, name, wanted);
        }
        if (returned) renewTokens();
    }

    private void renewTokens() {
        node.renewTokens();
        tokensUntil = node.clock().instant().plus(TOKENS);
    }

    // Requests

    private Answer admin(String method, String path, Object body) {
        return send("admin", method, path, body);
    }

    private Answer send(String who, String method, String path, Object body, String... headers) {
        Answer answer;
        try {
            answer = as(who).send(method, path, body, headers);
        } catch (AssertionError noToken) {
            // a deactivated person whose token nobody has kept
            if (!observed.now(who).roles().isEmpty()) throw noToken;
            trace.add(who + " cannot sign in");
            return null;
        }
        traced(who + " " + method + " " + path + (body == null ? "" : " " + body), answer);
        return answer;
    }

    private Http as(String who) {
        return node.as(who);
    }

    private synchronized void traced(String what, Answer answer) {
        trace.add(what + " -> " + answer.status() + (answer.status() < 400 ? "" : " " + answer.body()));
        if (answer.status() >= 500) throw new AssertionError("the server failed: " + trace.getLast());
    }

    private static boolean isDone(Answer answer) {
        return answer != null && answer.status() / 100 == 2;
    }

    private JsonNode state(Ref guide) {
        return node.as("admin").get(guide.path()).json();
    }

    private List<JsonNode> tasks(Ref guide) {
        var state = state(guide);
        return state.has("tasks")
                ? List.copyOf(state.get("tasks").values())
                : state.has("task") ? List.of(state.get("task")) : List.of();
    }

    private static String edition(Ref guide, JsonNode state) {
        return guide.id() + "." + state.at("/edition/number").asInt();
    }

    // Text

    private static String slug() {
        return "walk-" + COUNT.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
    }

    private Ref guide(Random random) {
        if (guides.isEmpty()) create("editor", TAGS.get(random.nextInt(TAGS.size())));
        return guides.get(random.nextInt(guides.size()));
    }

    private void create(Random random) {
        String tag = TAGS.get(random.nextInt(TAGS.size()));
        if (guides.size() < 3) create(usually(random, "EDITOR"), tag);
    }

    private void create(String who, String tag) {
        String slug = slug();
        var content = Map.of(
                "title", "A job", "summary", "Words", "tags", List.of(tag), "compensation", Map.of("note", "Pay"));
        var created = send(who, "POST", "/" + type, Map.of("slug", slug, "content", content));
        if (isDone(created)) added(created, slug, who);
        else if (guides.isEmpty()) create(SPARE_EDITOR, tag);
    }

    private void added(Answer created, String slug, String who) {
        var guide = new Ref(type, created.json().get("id").asString(), slug);
        guides.add(guide);
        observed.changed(guide.id() + ".1", who, node.clock().instant());
    }

    private void duplicate(Ref guide, Random random) {
        if (guides.size() > 2) return;
        String slug = slug();
        String who = usually(random, "EDITOR");
        var created = send(who, "POST", guide.path() + "/duplicate", Map.of("slug", slug));
        if (isDone(created)) added(created, slug, who);
    }

    private void save(Ref guide, Random random, Map<String, Object> change) {
        String who = usually(random, random.nextInt(4) == 0 ? "REVIEWER" : "EDITOR");
        var state = state(guide);
        var draft = node.as("admin").get(guide.path() + "/draft");
        if (draft.status() != 200) return;
        var saved = send(who, "PATCH", guide.path() + "/draft", change, "If-Match", draft.header("ETag"));
        if (isDone(saved))
            observed.changed(edition(guide, state), who, node.clock().instant());
    }

    private void restore(Ref guide, Random random) {
        String who = usually(random, "EDITOR");
        var state = state(guide);
        var draft = node.as("admin").get(guide.path() + "/draft");
        if (draft.status() != 200) return;
        var path = guide.path() + "/revisions/" + (1 + random.nextInt(3)) + "/restore";
        send(who, "POST", path, null, "If-Match", draft.header("ETag"));
    }

    // Decisions

    private void decide(Ref guide, Random random) {
        var open = tasks(guide);
        if (open.isEmpty()) return;
        var task = open.get(random.nextInt(open.size()));
        var outcomes = task.path("outcomes");
        if (outcomes.isEmpty()) return;
        int wanted = random.nextInt(5) == 0 ? random.nextInt(outcomes.size()) : 0;
        var body = new HashMap<String, Object>(Map.of(
                "outcome",
                outcomes.get(wanted).get("id").asString(),
                "revision",
                task.path("revision").asInt(),
                "contentHash",
                task.path("contentHash").asString(""),
                "message",
                "because"));
        String path = "/tasks/" + task.get("id").asString() + "/complete";
        synchronized (this) {
            decisions.add(Map.entry(path, body));
        }
        String assignee = task.path("assignee").asString("");
        String who = usually(random, "REVIEWER");
        send(PEOPLE.contains(assignee) && random.nextInt(3) > 0 ? assignee : who, "POST", path, body);
    }

    /** Somebody sends a decision on what may not be open any more, or of which they have seen something else. */
    private void decideAgain(Random random) {
        Map.Entry<String, Map<String, Object>> decision;
        Map.Entry<String, Map<String, Object>> other;
        synchronized (this) {
            if (decisions.isEmpty()) return;
            decision = decisions.get(random.nextInt(decisions.size()));
            other = decisions.get(random.nextInt(decisions.size()));
        }
        send(
                usually(random, "REVIEWER"),
                "POST",
                decision.getKey(),
                random.nextBoolean() ? decision.getValue() : other.getValue());
    }

    private void ofTask(Ref guide, Random random, String act, Object body) {
        var open = tasks(guide);
        if (open.isEmpty()) return;
        String task = open.get(random.nextInt(open.size())).get("id").asString();
        send(usually(random, "REVIEWER"), "POST", "/tasks/" + task + act, body);
    }

    private void giveBack(Ref guide) {
        for (var task : tasks(guide)) admin("POST", "/tasks/" + task.get("id").asString() + "/unclaim", null);
    }

    private void invite(Ref guide, Random random) {
        String name = "Expert " + (char) ('A' + random.nextInt(3));
        var invited = send(
                usually(random, "REVIEWER"),
                "POST",
                guide.path() + "/invitations",
                Map.of("name", name, "email", name.replace(' ', '.') + "@example.org"));
        if (isDone(invited)) links.add(invited.json().get("url").asString());
    }

    private void expertDecides(Random random) {
        if (links.isEmpty()) return;
        String link = links.get(random.nextInt(links.size()));
        var visitor = Visitor.stranger(node);
        var page = visitor.get(link);
        traced("expert GET " + link, page);
        var task = TASK.matcher(page.body());
        if (!task.find()) return;
        String outcome = random.nextInt(4) == 0 ? "request-changes" : random.nextInt(4) == 0 ? "confirm" : "approve";
        traced(
                "expert POST " + link + " " + outcome,
                visitor.post(
                        link, link + "/decision", "task", task.group(1), "outcome", outcome, "message", "So it is."));
    }

    // Times and releases

    private String soon(Random random) {
        return node.clock()
                .instant()
                .plus(Duration.ofMinutes(5L << random.nextInt(12)))
                .toString();
    }

    private String later(Random random) {
        return node.clock()
                .instant()
                .plus(Duration.ofDays(20L + random.nextInt(20)))
                .toString();
    }

    private void schedule(Ref guide, Random random, Map<String, Object> wanted, boolean isOpenEnded) {
        var body = new HashMap<>(wanted);
        if (isOpenEnded) body.remove("unpublishAt");
        send(usually(random, "PUBLISHER"), "PUT", guide.path() + "/schedule", body);
    }

    private Optional<String> release(Random random) {
        synchronized (this) {
            return releases.isEmpty() ? Optional.empty() : Optional.of(releases.get(random.nextInt(releases.size())));
        }
    }

    private void newRelease(Random random) {
        var body = new HashMap<String, Object>(Map.of("name", "Release " + COUNT.incrementAndGet()));
        if (random.nextBoolean()) body.put("publishAt", soon(random));
        var made = send(usually(random, "PUBLISHER"), "POST", "/releases", body);
        if (isDone(made)) releases.add(made.json().get("id").asString());
    }

    private void intoRelease(Ref guide, Random random) {
        if (releases.isEmpty()) newRelease(random);
        var body = random.nextInt(4) == 0
                ? Map.<String, Object>of("action", "unpublish", "reason", "Wrong.")
                : Map.<String, Object>of();
        release(random)
                .ifPresent(release -> send(
                        usually(random, "PUBLISHER"), "PUT", "/releases/" + release + "/guides/" + guide.id(), body));
    }

    private void ofRelease(Action action, Random random) {
        release(random).ifPresent(release -> {
            String who = usually(random, "PUBLISHER");
            String path = "/releases/" + release;
            switch (action) {
                case PUBLISH_RELEASE -> send(who, "POST", path + "/publish", null);
                case DELETE_RELEASE -> send(who, "DELETE", path, null);
                default -> {
                    var undone = send(who, "POST", path + "/undo", null);
                    if (isDone(undone)) releases.add(undone.json().get("id").asString());
                }
            }
        });
    }

    // Time, and what the operator does

    private void advance(Duration by) {
        node.clock().forward(by);
        if (node.clock().instant().isAfter(tokensUntil)) renewTokens();
        trace.add("the clock moves by " + by);
        settle();
    }

    /** Waits until the timers that are due have fired. */
    void settle() {
        var management = node.bean(ManagementService.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> management
                                        .createTimerJobQuery()
                                        .duedateLowerThan(Date.from(node.clock().instant()))
                                        .count()
                                == 0
                        && management.createJobQuery().count() == 0);
    }

    private void loseProcess(Ref guide, Random random) {
        var runtime = node.bean(RuntimeService.class);
        for (var process : runtime.createProcessInstanceQuery()
                .processInstanceBusinessKey(edition(guide, state(guide)))
                .list())
            try {
                runtime.deleteProcessInstance(process.getId(), "lost");
            } catch (RuntimeException movedOn) {
                continue;
            }
        trace.add("the process of " + guide + " is lost");
        if (random.nextBoolean()) node.bean(Reconciler.class).everyMinute();
    }

    private void upload(Random random) {
        String id = WORKFLOWS.get(random.nextInt(WORKFLOWS.size()));
        String from = WORKFLOWS.get(random.nextInt(WORKFLOWS.size()));
        upload(node, id, from);
        trace.add(id + " is from now on as " + from);
    }

    /** Uploads a workflow whose steps are those of another file. */
    static void upload(Node node, String id, String from) {
        String bpmn;
        try {
            bpmn = Files.readString(Path.of("workflows", from + ".bpmn20.xml"))
                    .replace("\"" + from + "\"", "\"" + id + "\"");
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
        var current = node.as("admin").get("/workflows/" + id);
        node.as("admin")
                .put("/workflows/" + id, Map.of("bpmn", bpmn, "note", "tried"), "If-Match", current.header("ETag"))
                .ok();
        node.clock().forward(UPLOADED);
    }

    /** Moves the current edition, or the published one, to any version of its workflow. */
    private void migrate(Ref guide, Random random) {
        var read = node.as("admin").get(guide.path());
        if (read.status() != 200) return;
        int current = read.json().at("/edition/number").asInt();
        String workflow = node.bean(Workflows.class)
                .of(node.bean(ContentTypes.class).require(type))
                .id();
        var versions = node.as("admin").get("/workflows/" + workflow + "/versions").ok().get("items").values().stream()
                .map(version -> version.get("version").asInt())
                .filter(number -> number > 0)
                .toList();
        if (versions.isEmpty()) return;
        var answer = send(
                "admin",
                "POST",
                "/workflows/" + workflow + "/migrate",
                Map.of(
                        "to",
                        versions.get(random.nextInt(versions.size())),
                        "editions",
                        List.of(Map.of(
                                "edition",
                                guide.id() + "." + (random.nextInt(4) == 0 ? Math.max(1, current - 1) : current)))));
        if (answer != null && answer.status() == 200)
            moved.addAndGet(answer.json().get("moved").size());
    }

    /** How many editions moved to another version in all walks. */
    static int moved() {
        return moved.get();
    }

    // The end

    /** People who contributed to nothing finish every edition: none of the steps before may have left a guide that cannot go on. */
    void finish() {
        restorePeople();
        node.bean(Reconciler.class).everyMinute();
        settle();
        for (var guide : guides) finish(guide);
    }

    /** Ends whatever is still going on, so that it does not happen during later walks. */
    void leave() {
        for (String release : releases) send(SPARE_PUBLISHER, "DELETE", "/releases/" + release, null);
        for (var guide : guides) {
            send(SPARE_PUBLISHER, "DELETE", guide.path() + "/schedule", null);
            send(SPARE_PUBLISHER, "DELETE", guide.path() + "/editions/current", null);
            send(SPARE_PUBLISHER, "POST", guide.path() + "/unpublish", Map.of("reason", "The walk is over."));
        }
    }

    private void finish(Ref guide) {
        var reached = Set.of("published", "scheduled", "superseded", "unpublished", "discarded");
        for (int turn = 0; turn < 12; turn++) {
            var answer = node.as("admin").get(guide.path());
            if (answer.status() == 404) return;
            String state = answer.json().at("/edition/state").asString();
            if (reached.contains(state)) return;
            if (state.equals("draft")) {
                var submitted = send(SPARE_EDITOR, "POST", guide.path() + "/submit", Map.of());
                if (!isDone(submitted)) throw new AssertionError("a draft cannot be submitted: " + trace.getLast());
                continue;
            }
            giveBack(guide);
            for (var task : tasks(guide)) {
                var body = Map.of(
                        "outcome",
                        task.at("/outcomes/0/id").asString(),
                        "revision",
                        task.get("revision").asInt(),
                        "contentHash",
                        task.get("contentHash").asString());
                for (String spare : SPARE)
                    if (isDone(send(spare, "POST", "/tasks/" + task.get("id").asString() + "/complete", body))) break;
            }
            settle();
        }
        throw new AssertionError(guide + " cannot be finished: " + state(guide));
    }
}
