// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.FormValues;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A random simulation of several people who edit one draft. Each person types words that nobody else types, so the model can search
 * for every word later. The network loses, delays and duplicates requests; sessions end, and another person signs in; pages close at
 * any time. The pages run the script of the studio; the server is {@link Edits}.
 */
final class DraftModel {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern WORD = Pattern.compile("w[0-9]+");
    private static final List<String> PEOPLE = List.of("ada", "ben", "cy");
    private static final Person SYSTEM = Person.SYSTEM;
    static final ContentType TYPE = new ContentType("story", (ObjectNode) JSON.readTree("""
            {"title": "Story", "x-workflow": "w", "x-review-interval": "P6M", "type": "object",
             "additionalProperties": false, "properties": {
              "title": {"type": "string", "maxLength": 60},
              "count": {"type": "number"},
              "flag": {"type": "boolean"},
              "note": {"type": "string", "contentMediaType": "text/markdown"},
              "group": {"type": "object", "additionalProperties": false, "properties": {
                "body": {"type": "string"},
                "items": {"type": "array", "items": {"type": "string", "maxLength": 60}}}},
              "tags": {"type": "array", "maxItems": 6, "items": {"type": "string"}},
              "bands": {"type": "array", "x-key": ["level"], "items": {"type": "object", "additionalProperties": false,
                "properties": {"level": {"type": "string"}, "low": {"type": "integer"}, "open": {"type": "boolean"}}}}}}"""));
    /** Values that a form cannot show exactly. They must not change unless a person edits them. */
    static final JsonNode UNUSUAL_VALUES = JSON.readTree("""
            {"title": "w1 w2", "count": 12345678.5, "flag": false, "note": "\\nw3 w4\\r\\nw5\\r\\n",
             "group": {"body": "", "items": ["w6 w7", "", "w8"]}, "tags": [],
             "bands": [{"level": "w9", "low": 1000, "open": false}, {"level": "w10", "low": 2000}, {"level": "w11"}]}""");

    /** Faults that the model can inject, to prove that it finds them. */
    enum Fault {
        NONE,
        THE_BASE_MOVES_AND_THE_FORM_DOES_NOT,
        ITEMS_ARE_KNOWN_BY_PLACE,
        THE_WHOLE_FORM_IS_SENT,
        SUBMIT_TAKES_WHAT_WAS_NOT_SEEN,
        THE_COPY_GOES_BEFORE_THE_ANSWER,
        THE_COPY_IS_ANYBODYS,
        A_SESSION_IS_ANYBODYS,
        TWICE_COUNTS_TWICE,
        THE_LAST_WINS
    }

    /** An edit page that a person has open. */
    private static final class Page {
        final String account;
        final String id;
        final Deque<String> toServer = new ArrayDeque<>();
        final Deque<String> toPage = new ArrayDeque<>();
        boolean waiting;
        String etag = "";

        Page(String account, String id) {
            this.account = account;
            this.id = id;
        }
    }

    private record Kept(String account, String record) {}

    /**
     * A request that the network delivers again, later.
     *
     * @param done whether the first delivery saved all its edits
     */
    private record LateRequest(String account, String request, boolean done) {}

    private final Random random;
    private final Fault fault;
    private final DraftScript script;
    private final List<Page> pages = new ArrayList<>();
    private final List<Kept> kept = new ArrayList<>();
    private final List<LateRequest> late = new ArrayList<>();
    private final Map<String, String> authors = new HashMap<>();
    private final Set<String> deliberatelyDeleted = new HashSet<>();
    private final Set<String> touched = new HashSet<>();
    private final Set<String> typists = new HashSet<>();
    private final List<String> trace = new ArrayList<>();
    private WorkingCopy copy = WorkingCopy.first(
            new EditionId("g", 1),
            UNUSUAL_VALUES,
            ItemIds.numbered(UNUSUAL_VALUES),
            List.of(),
            null,
            SYSTEM,
            Instant.EPOCH);
    private int nextWord = 100;
    private int nextPage;

    DraftModel(long seed, Fault fault, DraftScript script) {
        this.random = new Random(seed);
        this.fault = fault;
        this.script = script;
        for (int i = 1; i <= 11; i++) authors.put("w" + i, "");
    }

    /** Runs random steps, then delivers everything that is pending. Throws an error with the trace if a word was lost. */
    void run(int steps) {
        PEOPLE.forEach(this::open);
        for (int i = 0; i < steps; i++) {
            step();
            if (i % 8 == 0) check();
        }
        check();
        settle();
        check();
        checkUntouchedValues();
    }

    private void step() {
        int what = random.nextInt(100);
        var page = pages.get(random.nextInt(pages.size()));
        if (page.account.equals("cy") && what < 60) what = 60 + random.nextInt(30); // cy never edits
        if (what < 30) type(page);
        else if (what < 36) addItem(page);
        else if (what < 41) removeItem(page);
        else if (what < 46) moveItem(page);
        else if (what < 52) decide(page);
        else if (what < 55) script.call("leave", page.id);
        else if (what < 68) send(page);
        else if (what < 82) serve(page);
        else if (what < 90) answer(page);
        else if (what < 95) deliverLate();
        else if (what < 97) submit(page);
        else close(page);
    }

    private void log(String what) {
        trace.add(what);
    }

    private void open(String account) {
        var page = new Page(account, "p" + ++nextPage);
        script.call("openPage", page.id, JSON.writeValueAsString(copy.values()));
        page.etag = copy.etag();
        pages.add(page);
        log(account + " opens " + page.id);
        for (var left : List.copyOf(kept))
            if ((left.account().equals(account) || fault == Fault.THE_COPY_IS_ANYBODYS) && random.nextInt(3) > 0) {
                kept.remove(left);
                script.call("adopt", page.id, left.record());
                log(page.id + " takes over " + left.record());
            }
    }

    private JsonNode form(Page page) {
        return JSON.readTree(script.call("formOf", page.id));
    }

    private String word(Page page) {
        String word = "w" + ++nextWord;
        authors.put(word, page.account);
        return word;
    }

    /** Stops the search for words that the person saw and deleted. */
    private void markDeleted(String seen, String left) {
        var gone = new TreeSet<>(words(seen));
        gone.removeAll(words(left));
        deliberatelyDeleted.addAll(gone);
    }

    private static Set<String> words(String text) {
        var words = new TreeSet<String>();
        var found = WORD.matcher(text);
        while (found.find()) words.add(found.group());
        return words;
    }

    private void type(Page page) {
        var values = form(page).path("values");
        var paths = List.copyOf(values.propertyNames());
        String path = paths.get(random.nextInt(paths.size()));
        String now = values.get(path).stringValue();
        String next;
        if (path.endsWith("/low") || path.equals("/count"))
            next = random.nextInt(4) == 0 ? "x " + word(page) : Integer.toString(random.nextInt(9000));
        else if (path.endsWith("/open") || path.equals("/flag")) next = now.equals("true") ? "" : "true";
        else
            next = switch (random.nextInt(5)) {
                case 0 -> word(page);
                case 1 -> word(page) + " " + now;
                case 2 -> now.isEmpty() ? word(page) : "";
                default -> now + (now.isEmpty() ? "" : " ") + word(page);
            };
        if (path.endsWith("/low") && next.startsWith("x")) deliberatelyDeleted.addAll(words(now));
        markDeleted(now, next);
        script.call("write", page.id, path, next);
        if (random.nextInt(3) == 0) script.call("focus", page.id, path);
        recordEdit(page, path);
        log(page.id + " writes " + path + ": " + now + " -> " + next);
    }

    private void recordEdit(Page page, String path) {
        touched.add(path);
        typists.add(page.account);
    }

    private void addItem(Page page) {
        String list = List.of("/tags", "/group/items", "/bands").get(random.nextInt(3));
        var ids = ids(page, list);
        String id = ItemIds.fresh();
        String after = ids.isEmpty() ? null : ids.get(random.nextInt(ids.size()));
        script.call("addItem", page.id, list, id, after == null ? "" : after);
        String path = list + "/" + id + (list.equals("/bands") ? "/level" : "");
        String word = word(page);
        script.call("write", page.id, path, word);
        recordEdit(page, list);
        log(page.id + " adds " + path + ": " + word);
    }

    private List<String> ids(Page page, String list) {
        return form(page).path("lists").path(list).values().stream()
                .map(JsonNode::stringValue)
                .toList();
    }

    private void removeItem(Page page) {
        var path = someItem(page);
        if (path == null) return;
        form(page).path("values").properties().forEach(value -> {
            if (value.getKey().equals(path) || value.getKey().startsWith(path + "/"))
                deliberatelyDeleted.addAll(words(value.getValue().stringValue()));
        });
        script.call("removeItem", page.id, path);
        recordEdit(page, path);
        log(page.id + " removes " + path);
    }

    private @Nullable String someItem(Page page) {
        String list = List.of("/tags", "/group/items", "/bands").get(random.nextInt(3));
        var ids = ids(page, list);
        return ids.isEmpty() ? null : list + "/" + ids.get(random.nextInt(ids.size()));
    }

    private void moveItem(Page page) {
        String path = someItem(page);
        if (path == null) return;
        String list = path.substring(0, path.lastIndexOf('/'));
        var others =
                ids(page, list).stream().filter(id -> !path.endsWith("/" + id)).toList();
        if (others.isEmpty()) return;
        String after = others.get(random.nextInt(others.size()));
        script.call("moveItem", page.id, path, after);
        recordEdit(page, list);
        log(page.id + " moves " + path + " behind " + after);
    }

    private void decide(Page page) {
        var questions = JSON.readTree(script.call("id => JSON.stringify(pages[id].questions)", page.id));
        if (questions.isEmpty()) return;
        var question = questions.get(random.nextInt(questions.size()));
        String mine = question.path("mine").asString("");
        String theirs = question.path("theirs").asString("");
        String choice = switch (random.nextInt(3)) {
            case 0 -> "mine";
            case 1 -> "theirs";
            default ->
                question.path("kind").asString().equals("BOTH_CHANGED")
                        ? "text:" + theirs.replace("\r\n", "\n") + " " + mine
                        : "mine";
        };
        String form = form(page).toString();
        // the person saw the text that they decided against
        if (choice.equals("mine")) deliberatelyDeleted.addAll(words(theirs));
        if (choice.equals("theirs") || question.path("kind").asString().equals("I_REMOVED")) {
            deliberatelyDeleted.addAll(words(mine));
            String path = question.path("path").stringValue();
            form(page).path("values").properties().forEach(value -> {
                if (value.getKey().equals(path) || value.getKey().startsWith(path + "/"))
                    deliberatelyDeleted.addAll(words(value.getValue().stringValue()));
            });
        }
        if (choice.startsWith("text:")) markDeleted(form, form + choice);
        script.call("decide", page.id, question.toString(), choice);
        recordEdit(page, question.path("path").stringValue());
        log(page.id + " decides " + choice + " on " + question);
    }

    private void send(Page page) {
        if (page.waiting && random.nextInt(4) > 0) return;
        String edits = script.call("take", page.id);
        if (fault == Fault.THE_COPY_GOES_BEFORE_THE_ANSWER) script.call("id => { pages[id].sent = true; }", page.id);
        page.toServer.add(edits);
        page.waiting = true;
        log(page.id + " sends " + edits);
    }

    private void serve(Page page) {
        if (page.toServer.isEmpty()) return;
        String request = page.toServer.poll();
        if (random.nextInt(12) == 0) {
            log("lost: a request of " + page.id);
            return;
        }
        // the session may have ended, or may belong to another person now
        String session = random.nextInt(10) == 0 ? PEOPLE.get(random.nextInt(PEOPLE.size())) : page.account;
        if (!session.equals(page.account) && fault != Fault.A_SESSION_IS_ANYBODYS) {
            log("refused: the session is " + session + "'s and not " + page.id + "'s");
            return;
        }
        var before = copy;
        String answer = handle(request, session);
        boolean done = copy.version() > before.version() && !answer.contains("\"saved\":false");
        if (random.nextInt(3) == 0) late.add(new LateRequest(session, request, done));
        if (random.nextInt(8) == 0) {
            log("lost: an answer to " + page.id);
            return;
        }
        page.toPage.add(answer);
    }

    private void deliverLate() {
        if (late.isEmpty()) return;
        var again = late.remove(random.nextInt(late.size()));
        log("again: " + again.request());
        var before = copy;
        handle(again.request(), again.account());
        if (again.done() && !copy.content().equals(before.content()))
            throw failure("what came twice counted twice: " + again.request());
    }

    private String handle(String request, String session) {
        var edits = EditsJson.read(JSON.readTree(request));
        if (fault == Fault.ITEMS_ARE_KNOWN_BY_PLACE) edits = addressedByIndex(edits);
        var by = new Person(session, session, null, Set.of("EDITOR"));
        if (fault == Fault.TWICE_COUNTS_TWICE)
            copy = new WorkingCopy(
                    copy.edition(),
                    copy.version(),
                    copy.content(),
                    copy.items(),
                    copy.contributors(),
                    copy.parent(),
                    copy.updatedBy(),
                    copy.updatedAt(),
                    List.of(),
                    false);
        if (fault == Fault.THE_LAST_WINS)
            edits = edits.stream()
                    .map(edit -> edit instanceof Edit.Replace replace
                            ? (Edit) new Edit.Replace(
                                    replace.id(),
                                    replace.path(),
                                    copy.values().values().get(replace.path()),
                                    replace.to())
                            : edit)
                    .toList();
        var result = Edits.apply(TYPE, copy, edits, by, Instant.EPOCH);
        copy = result.copy();
        var answer = new LinkedHashMap<String, Object>();
        answer.put("etag", copy.etag());
        answer.put("values", copy.values().values());
        answer.put("lists", copy.values().lists());
        answer.put(
                "outcomes",
                result.outcomes().stream()
                        .map(outcome -> {
                            var json = new HashMap<String, Object>();
                            json.put("saved", outcome.saved());
                            if (outcome.conflict() != null) json.put("question", outcome.conflict());
                            return json;
                        })
                        .toList());
        log("served " + session + ": " + copy.content() + " "
                + result.outcomes().stream().filter(outcome -> !outcome.saved()).toList());
        return JSON.writeValueAsString(answer);
    }

    /** Injects the fault that edits address list items by index instead of by id. */
    private List<Edit> addressedByIndex(List<Edit> edits) {
        var first = ItemIds.numbered(UNUSUAL_VALUES).lists();
        return edits.stream()
                .map(edit -> {
                    if (!(edit instanceof Edit.Replace replace)) return edit;
                    for (var list : first.entrySet()) {
                        if (!replace.path().startsWith(list.getKey() + "/i")) continue;
                        String rest = replace.path().substring(list.getKey().length() + 1);
                        String id = rest.split("/", 2)[0];
                        int place = list.getValue().indexOf(id);
                        var now = copy.items().of(list.getKey());
                        if (place < 0 || place >= now.size()) return edit;
                        String path = list.getKey() + "/" + now.get(place) + rest.substring(id.length());
                        return (Edit) new Edit.Replace(
                                replace.id(), path, copy.values().values().get(path), replace.to());
                    }
                    return edit;
                })
                .toList();
    }

    private void answer(Page page) {
        if (page.toPage.isEmpty()) return;
        String answer = page.toPage.poll();
        if (!page.waiting) return;
        script.call("answered", page.id, answer);
        page.waiting = false;
        // a page has one request under way at a time, so any other is a repetition
        page.toPage.clear();
        late.addAll(page.toServer.stream()
                .map(request -> new LateRequest(page.account, request, false))
                .toList());
        page.toServer.clear();
        page.etag = JSON.readTree(answer).path("etag").stringValue();
        log(page.id + " is answered");
    }

    /** Submits the draft that the page shows, unless the draft has changed meanwhile. */
    private void submit(Page page) {
        if (page.waiting || script.ask("hasPending", page.id)) return;
        if (!page.etag.equals(copy.etag()) && fault != Fault.SUBMIT_TAKES_WHAT_WAS_NOT_SEEN) return;
        var seen = words(form(page).toString());
        var unseen = new TreeSet<>(words(copy.content().toString()));
        unseen.removeAll(seen);
        // a field with the focus shows the changes of others only when it loses the focus
        unseen.removeIf(
                word -> script.call("id => pages[id].focus ?? ''", page.id).length() > 0);
        if (!unseen.isEmpty()) throw failure(page.id + " puts forward what it does not show: " + unseen);
    }

    private void close(Page page) {
        String record = unsavedRecord(page);
        if (!record.equals("null")) kept.add(new Kept(page.account, record));
        script.call("close", page.id);
        late.addAll(page.toServer.stream()
                .map(request -> new LateRequest(page.account, request, false))
                .toList());
        pages.remove(page);
        log(page.id + " is closed and leaves " + record);
        open(page.account);
    }

    private String unsavedRecord(Page page) {
        return fault == Fault.THE_COPY_GOES_BEFORE_THE_ANSWER
                ? script.call(
                        "id => { const {draft} = pages[id]; const flight = draft.flight; draft.flight = null;"
                                + " const record = kept(id); draft.flight = flight; return record; }",
                        page.id)
                : script.call("kept", page.id);
    }

    /** Delivers everything that is pending, without faults. */
    private void settle() {
        answerAll();
        revertLateRequests();
        answerAll();
        while (!late.isEmpty()) deliverLate();
        answerAll();
        log("all is settled");
    }

    /** Lets every page send its edits, until no page has an edit or news left. */
    private void answerAll() {
        boolean quiet = false;
        for (int round = 0; round < 6 && !quiet; round++) {
            var before = copy;
            quiet = true;
            for (var page : List.copyOf(pages)) {
                script.call("leave", page.id);
                String edits = script.call("take", page.id);
                log(page.id + " sends " + edits);
                String answer = handle(edits, page.account);
                script.call("answered", page.id, answer);
                quiet &= edits.equals("[]");
                page.waiting = false;
                page.etag = copy.etag();
            }
            quiet &= copy == before;
        }
    }

    /** Reverts the edits of requests that will be delivered again, so that a repetition that counts twice shows. */
    private void revertLateRequests() {
        var page = pages.getFirst();
        for (var again : late) {
            if (!again.done()) continue;
            for (var edit : EditsJson.read(JSON.readTree(again.request()))) {
                var values = form(page).path("values");
                if (edit instanceof Edit.Insert insert) {
                    String path = insert.path() + "/" + insert.item();
                    if (!ids(page, insert.path()).contains(insert.item())) continue;
                    values.properties().forEach(value -> {
                        if (value.getKey().equals(path) || value.getKey().startsWith(path + "/"))
                            deliberatelyDeleted.addAll(words(value.getValue().stringValue()));
                    });
                    script.call("removeItem", page.id, path);
                    recordEdit(page, path);
                } else if (edit instanceof Edit.Replace replace && values.has(replace.path())) {
                    String before = replace.from() == null ? "" : replace.from();
                    markDeleted(values.get(replace.path()).stringValue(), before);
                    script.call("write", page.id, replace.path(), before);
                    recordEdit(page, replace.path());
                }
            }
            log(page.id + " takes back " + again.request());
        }
    }

    private void check() {
        var there = new HashMap<String, Set<String>>();
        var inDraft = words(copy.content().toString());
        for (var page : pages)
            there.computeIfAbsent(page.account, it -> new HashSet<>()).addAll(written(unsavedRecord(page)));
        for (var left : kept)
            there.computeIfAbsent(left.account(), it -> new HashSet<>()).addAll(written(left.record()));
        authors.forEach((word, author) -> {
            if (deliberatelyDeleted.contains(word) || inDraft.contains(word)) return;
            if (there.getOrDefault(author, Set.of()).contains(word)) return;
            throw failure(word + " of " + (author.isEmpty() ? "the first draft" : author) + " is nowhere");
        });
        for (String contributor : copy.contributors())
            if (!typists.contains(contributor)) throw failure(contributor + " contributes and did nothing");
        for (String word : inDraft) {
            String author = authors.getOrDefault(word, "");
            if (!author.isEmpty() && !copy.contributors().contains(author))
                throw failure(word + " is in the draft and its author " + author + " is no contributor");
        }
    }

    /** The words that a page keeps as unsaved, without the previous content of list items. */
    private static Set<String> written(String record) {
        var kept = JSON.readTree(record);
        if (kept instanceof ObjectNode object) object.remove("items");
        return words(kept.toString());
    }

    private void checkUntouchedValues() {
        var before = FormValues.of(UNUSUAL_VALUES, ItemIds.numbered(UNUSUAL_VALUES));
        var now = copy.values();
        before.values().forEach((path, text) -> {
            boolean isTouched = touched.stream().anyMatch(at -> path.equals(at) || path.startsWith(at + "/"));
            if (!isTouched && !text.equals(now.values().get(path)))
                throw failure("nobody touched " + path + ", which was " + text + " and is "
                        + now.values().get(path));
        });
    }

    private AssertionError failure(String what) {
        return new AssertionError(what + "\n" + String.join("\n", trace));
    }
}
