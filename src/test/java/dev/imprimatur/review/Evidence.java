// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bson.Document;

/**
 * Judges from the stored documents and from what a test has {@linkplain Observed observed} whether everything that readers could see was
 * approved as the first invariant of the model demands. It is written from the model and uses no code of the application.
 */
final class Evidence {
    private static final Period WHOLE = Period.ofMonths(6);
    private static final Period PART = Period.ofMonths(3);
    private static final String REVIEWED_PART = "/compensation";

    /** What a content type demands. */
    record Rules(int approvals, boolean areMembersOnly, boolean needsPayGroup) {}

    /**
     * Stored documents.
     *
     * @param from the position before the first entry of {@code ledger}
     * @param logs the entries of each edition, in order, by the id of the edition
     * @param revisions by guide and number, as in {@code guide#1}
     * @param published the contents for readers, in the same way
     * @param guides the guides that are judged
     */
    record Facts(
            long from,
            List<Document> ledger,
            Map<String, List<Document>> logs,
            Map<String, Document> revisions,
            Map<String, Document> published,
            Set<String> guides) {
        /** Reads the ledger first: what it names has to be in the logs already. */
        static Facts read(MongoDatabase store, long from, Collection<String> guides) {
            var ledger = store.getCollection("ledger")
                    .find(Filters.gt("_id", from))
                    .sort(Sorts.ascending("_id"))
                    .into(new ArrayList<>());
            var logs = new TreeMap<String, List<Document>>();
            var revisions = new HashMap<String, Document>();
            var published = new HashMap<String, Document>();
            for (String guide : guides) {
                store.getCollection("edition_log")
                        .find(Filters.and(Filters.gt("_id", guide + "."), Filters.lt("_id", guide + "/")))
                        .sort(Sorts.ascending("_id"))
                        .forEach(row -> logs.computeIfAbsent(
                                        row.getString("_id").split("#")[0], edition -> new ArrayList<>())
                                .add(row));
                for (var into :
                        Map.of("revisions", revisions, "published", published).entrySet())
                    store.getCollection(into.getKey())
                            .find(Filters.and(Filters.gt("_id", guide + "#"), Filters.lt("_id", guide + "$")))
                            .forEach(row -> into.getValue().put(numbered(row.getString("_id")), row));
            }
            return new Facts(from, ledger, logs, revisions, published, Set.copyOf(guides));
        }

        private static String numbered(String id) {
            var parts = id.split("#");
            return parts[0] + "#" + Integer.parseInt(parts[1]);
        }

        /** A copy that can be changed. */
        Facts copy() {
            var copied = new TreeMap<String, List<Document>>();
            logs.forEach((edition, rows) -> copied.put(edition, copies(rows)));
            return new Facts(from, copies(ledger), copied, copies(revisions), copies(published), guides);
        }

        private static List<Document> copies(List<Document> rows) {
            return rows.stream().map(Facts::copy).collect(Collectors.toCollection(ArrayList::new));
        }

        private static Map<String, Document> copies(Map<String, Document> rows) {
            var copied = new HashMap<String, Document>();
            rows.forEach((id, row) -> copied.put(id, copy(row)));
            return copied;
        }

        static Document copy(Document row) {
            return (Document) copyOf(row);
        }

        private static Object copyOf(Object value) {
            return switch (value) {
                case Document document -> {
                    var copy = new Document();
                    document.forEach((name, member) -> copy.put(name, copyOf(member)));
                    yield copy;
                }
                case List<?> list -> list.stream().map(Facts::copyOf).collect(Collectors.toCollection(ArrayList::new));
                case null, default -> value;
            };
        }
    }

    private final Observed observed;
    private final Map<String, Rules> rules;
    private final Facts facts;
    private final List<String> faults = new ArrayList<>();
    /** The last entry of each guide that changed what readers have. */
    private final Map<String, Document> last = new HashMap<>();

    private final Map<String, Document> lastPublished = new HashMap<>();

    private Evidence(Observed observed, Map<String, Rules> rules, Facts facts) {
        this.observed = observed;
        this.rules = rules;
        this.facts = facts;
    }

    /** What is wrong; empty if everything is as it has to be. */
    static List<String> faults(Observed observed, Map<String, Rules> rules, Facts facts) {
        var evidence = new Evidence(observed, rules, facts);
        evidence.judge();
        return evidence.faults;
    }

    private void wrong(Document entry, String fault) {
        faults.add("position " + entry.get("position") + " (" + entry.get("kind") + " of " + entry.get("id") + "."
                + entry.get("edition") + "): " + fault);
    }

    private void judge() {
        long position = facts.from();
        String hash = null;
        for (var row : facts.ledger()) {
            var entry = entry(row);
            position++;
            if (number(row.get("_id")) != position || number(entry.get("position")) != position)
                wrong(entry, "does not follow " + (position - 1));
            if (hash != null && !hash.equals(entry.get("previousHash")))
                wrong(entry, "does not name the hash before it");
            hash = entry.getString("hash");
            position = number(row.get("_id"));
            if (facts.guides().contains(entry.getString("id"))) judge(entry);
        }
        facts.logs().forEach(this::judgeLog);
    }

    private void judge(Document entry) {
        String guide = entry.getString("id");
        var before = last.get(guide);
        boolean isLive = before != null && !before.get("kind").equals("UNPUBLISH");
        switch (entry.getString("kind")) {
            case "PUBLISH" -> {
                judgePublication(entry);
                lastPublished.put(guide, entry);
            }
            case "RESTAMP" -> {
                if (!isLive) wrong(entry, "renews the review of what nobody can read");
                else judgeRestamp(entry, before);
            }
            case "REVIEW_OVERDUE" -> {
                if (!isLive) wrong(entry, "marks what nobody can read");
                else judgeMark(entry, before);
            }
            case "UNPUBLISH" -> {
                if (!isLive) wrong(entry, "unpublishes what nobody can read");
                judgeEnd(entry);
            }
            default -> {}
        }
        last.put(guide, entry);
    }

    // A publication

    private void judgePublication(Document entry) {
        var log = before(entry, "PUBLISHED");
        var submission = log.stream()
                .filter(is("SUBMITTED"))
                .reduce((earlier, later) -> later)
                .orElse(null);
        if (submission == null) {
            wrong(entry, "was never submitted");
            return;
        }
        if (!isAbout(submission, entry)) wrong(entry, "is not what was submitted last");
        var round = new Round(entry, submission);
        log.forEach(round::follow);
        if (!round.isEnough()) wrong(entry, "has too few valid approvals: " + round.approvals.size());
        if (round.waitsBeyond(entry)) wrong(entry, "is published before " + round.schedule);
        judgeContent(entry);
        judgeStamp(entry, log, round);
    }

    /** The approvals since the last submission of an edition, as far as they count. */
    private final class Round {
        final Document entry;
        final Document submission;
        final Rules demanded;
        final List<Document> approvals = new ArrayList<>();
        Document schedule = new Document();
        boolean isBegun;
        boolean waits;
        int needed;

        Round(Document entry, Document submission) {
            this.entry = entry;
            this.submission = submission;
            this.demanded = rules.get(entry.getString("type"));
        }

        void follow(Document logged) {
            // a workflow in which two people approve at the same time needs more than its content type
            if (logged.getString("kind").matches("SUBMITTED|APPROVED"))
                needed = Math.max(demanded.approvals(), logged.getInteger("approvalsRequired", 1));
            switch (logged.getString("kind")) {
                case "SUBMITTED", "CHANGES_REQUESTED" -> {
                    // a schedule outlives no approval, unless it is that of a release
                    if (isBegun && schedule.get("release") == null) schedule = new Document();
                    approvals.clear();
                    isBegun = false;
                    waits = false;
                }
                case "APPROVED" -> {
                    isBegun = true;
                    if (seq(logged) < seq(submission)) return;
                    if (mayApprove(logged)) approvals.add(logged);
                    if (isEnough()) waits = delays(schedule, at(logged));
                }
                case "SCHEDULED", "SCHEDULE_DROPPED" -> {
                    schedule = Objects.requireNonNullElse(logged.get("schedule", Document.class), new Document());
                    // whoever gives up the instant that an approved edition waits for takes back its approvals
                    if (waits && !delays(schedule, Instant.MIN)) {
                        approvals.clear();
                        waits = false;
                    }
                }
                case "PUBLICATION_DUE" -> waits = false;
                default -> {}
            }
        }

        private boolean delays(Document wanted, Instant since) {
            var publishAt = wanted.getDate("publishAt");
            return wanted.get("release") != null
                    || publishAt != null && publishAt.toInstant().isAfter(since);
        }

        boolean waitsBeyond(Document publication) {
            if (schedule.get("release") != null)
                return !schedule.get("release")
                        .equals(Optional.ofNullable(publication.get("release", Document.class))
                                .map(release -> release.get("id"))
                                .orElse(null));
            var publishAt = schedule.getDate("publishAt");
            return publishAt != null && publishAt.toInstant().isAfter(at(publication));
        }

        private boolean mayApprove(Document approval) {
            return isAbout(approval, entry)
                    && !(demanded.areMembersOnly() && isExternal(approval))
                    && isByReviewer(approval, entry)
                    && !contributors(entry, at(submission)).contains(account(approval))
                    && !contributors(entry, at(submission)).contains(answerable(approval));
        }

        boolean isEnough() {
            if (people(approvals) < needed) return false;
            return !demanded.needsPayGroup()
                    || !isPayChanged()
                    || approvals.stream()
                            .anyMatch(approval -> observed.at(answerable(approval), at(approval))
                                    .groups()
                                    .contains("pay"));
        }

        private boolean isPayChanged() {
            var published = lastPublished.get(entry.getString("id"));
            return published == null || !Objects.equals(pay(published), pay(entry));
        }
    }

    /** Whether whoever answers for the decision was a reviewer of this guide then, according to the log and to what was observed. */
    private boolean isByReviewer(Document decision, Document entry) {
        return decision.get("by", Document.class)
                        .getList("roles", String.class, List.of())
                        .contains("REVIEWER")
                && observed.at(answerable(decision), at(decision))
                        .cover("REVIEWER", entry.getString("type"), tags(entry));
    }

    /** Whoever changed the text before it was submitted, by the test's own record and by that of the revision. */
    private Set<String> contributors(Document entry, Instant submitted) {
        var all = observed.whoChanged(edition(entry), submitted);
        all.addAll(revision(entry).getList("contributors", String.class, List.of()));
        return all;
    }

    /** An expert and whoever invited them are one. */
    private static int people(List<Document> decisions) {
        var known = new HashSet<String>();
        int people = 0;
        for (var decision : decisions) {
            boolean isAnother = !known.contains(account(decision)) && !known.contains(answerable(decision));
            if (isAnother) people++;
            known.addAll(List.of(account(decision), answerable(decision)));
        }
        return people;
    }

    private void judgeContent(Document entry) {
        for (var row : List.of(revision(entry), facts.published().getOrDefault(revisionId(entry), new Document())))
            if (!entry.get("contentHash").equals(hashOf(row.get("content"))))
                wrong(entry, "its stored content is not what was approved: " + row.get("_id"));
    }

    private void judgeStamp(Document entry, List<Document> log, Round round) {
        var logged = log.stream()
                .filter(is("STAMPED"))
                .reduce((earlier, later) -> later)
                .orElse(null);
        if (logged == null || round.approvals.isEmpty() || seq(logged) < seq(round.approvals.getLast())) {
            wrong(entry, "has no stamp of these approvals");
            return;
        }
        var stamp = logged.get("stamp", Document.class);
        var reviewed = stamp.get("reviewed", Document.class);
        if (!reviewed.get("number").equals(entry.get("revision"))
                || !reviewed.get("contentHash").equals(entry.get("contentHash")))
            wrong(entry, "has the stamp of another revision");
        var vouched = at(round.approvals.getLast());
        judgeDates(entry, stamp, vouched, WHOLE);
        judgeDates(entry, entry.get("review", Document.class), vouched, WHOLE);
        var stamped = stamp.getList("reviewers", Document.class).stream()
                .map(reviewer -> reviewer.getString("account"))
                .collect(Collectors.toSet());
        if (!stamped.equals(round.approvals.stream().map(Evidence::account).collect(Collectors.toSet())))
            wrong(entry, "is stamped by " + stamped + " and was approved by others");
        var named = names(entry.get("review", Document.class).getList("reviewedBy", Document.class), "reviewer");
        var approved = names(
                round.approvals.stream().map(it -> it.get("by", Document.class)).toList(), "publicId");
        if (!named.equals(approved)) wrong(entry, "names " + named + " as reviewers and was approved by " + approved);
        if (entry.get("review", Document.class).getBoolean("overdue", false))
            wrong(entry, "is overdue from its first day");
    }

    private static List<String> names(List<Document> people, String member) {
        return people.stream()
                .map(it -> it.getString("name") + " " + it.getString(member))
                .sorted()
                .toList();
    }

    private void judgeDates(Document entry, Document stamp, Instant vouched, Period interval) {
        var day = LocalDate.ofInstant(vouched, ZoneOffset.UTC);
        if (!day.equals(day(stamp, "lastReviewed")) || !day.plus(interval).equals(day(stamp, "reviewDue")))
            wrong(
                    entry,
                    "its stamp says " + stamp.get("lastReviewed") + " to " + stamp.get("reviewDue")
                            + ", and it was reviewed at " + vouched);
    }

    // Afterwards

    private void judgeRestamp(Document entry, Document live) {
        if (!entry.get("revision").equals(live.get("revision"))
                || !entry.get("contentHash").equals(live.get("contentHash")))
            wrong(entry, "is about something else than readers have");
        var log = facts.logs().getOrDefault(edition(entry), List.of()).stream()
                .map(Evidence::entry)
                .toList();
        var review = entry.get("review", Document.class);
        var former = live.get("review", Document.class);
        boolean isSame = review.get("reviewedAt").equals(former.get("reviewedAt"));
        if (!isSame && !isConfirmed(entry, log, null, review)) wrong(entry, "nobody confirmed it then");
        if (!isSame) judgeDates(entry, review, review.getDate("reviewedAt").toInstant(), WHOLE);
        var parts = parts(review);
        boolean isPartNew = false;
        for (var part : parts.keySet()) {
            var its = (Document) parts.get(part);
            var before = (Document) parts(former).get(part);
            if (before != null && before.get("reviewedAt").equals(its.get("reviewedAt"))) continue;
            isPartNew = true;
            if (!its.get("reviewedAt").equals(review.get("reviewedAt")) && !isConfirmed(entry, log, part, its))
                wrong(entry, "nobody confirmed " + part + " then");
            judgeDates(entry, its, its.getDate("reviewedAt").toInstant(), PART);
        }
        if (isSame && !isPartNew) wrong(entry, "renews nothing");
    }

    private boolean isConfirmed(Document entry, List<Document> log, String part, Document review) {
        var not = log.stream()
                .filter(is("SUBMITTED"))
                .reduce((earlier, later) -> later)
                .map(submission -> contributors(entry, at(submission)))
                .orElse(Set.of());
        return log.stream()
                .filter(is("CONFIRMED"))
                .filter(confirmation -> isAbout(confirmation, entry))
                .filter(confirmation -> confirmation.get("at").equals(review.get("reviewedAt")))
                .filter(confirmation -> part == null
                        ? confirmation.get("parts") == null
                        : confirmation.getList("parts", String.class, List.of()).contains(part))
                .anyMatch(confirmation -> isByReviewer(confirmation, entry)
                        && !(rules.get(entry.getString("type")).areMembersOnly() && isExternal(confirmation))
                        && !not.contains(account(confirmation))
                        && !not.contains(answerable(confirmation)));
    }

    /** A mark comes after the day that a stamp names, and not before. */
    private void judgeMark(Document entry, Document live) {
        var today = LocalDate.ofInstant(at(entry), ZoneOffset.UTC);
        var review = entry.get("review", Document.class);
        var former = live.get("review", Document.class);
        if (!review.get("reviewedAt").equals(former.get("reviewedAt"))) wrong(entry, "changes the review");
        if (review.getBoolean("overdue", false) && !today.isAfter(day(review, "reviewDue")))
            wrong(entry, "is marked before the day after " + day(review, "reviewDue"));
        for (var part : parts(review).values()) {
            var its = (Document) part;
            if (its.getBoolean("overdue", false) && !today.isAfter(day(its, "reviewDue")))
                wrong(entry, "a part is marked before the day after " + day(its, "reviewDue"));
        }
    }

    private void judgeEnd(Document entry) {
        var ended = facts.logs().getOrDefault(edition(entry), List.of()).stream()
                .map(Evidence::entry)
                .filter(is("UNPUBLISHED"))
                .filter(logged -> number(logged.get("position")) == number(entry.get("position")))
                .findFirst()
                .orElse(null);
        // the log follows the ledger
        if (ended == null) return;
        boolean isByPerson =
                observed.at(account(ended), at(ended)).cover("PUBLISHER", entry.getString("type"), tags(entry));
        var schedule = before(entry, "UNPUBLISHED").stream()
                .filter(logged -> logged.getString("kind").startsWith("SCHEDULE"))
                .reduce((earlier, later) -> later)
                .map(logged -> logged.get("schedule", Document.class))
                .orElse(new Document());
        boolean isOnTime = schedule.getDate("unpublishAt") != null
                && !schedule.getDate("unpublishAt").toInstant().isAfter(at(entry));
        if (!isByPerson && !isOnTime && entry.get("release") == null) wrong(entry, "nobody was allowed to end it");
    }

    // The logs

    private void judgeLog(String edition, List<Document> rows) {
        String hash = null;
        for (int seq = 0; seq < rows.size(); seq++) {
            var row = rows.get(seq);
            if (seq(entry(row)) != seq) faults.add(edition + " lacks entry " + seq + " of its log");
            if (hash != null && !hash.equals(row.get("previousHash")))
                faults.add(edition + ": entry " + seq + " does not name the hash before it");
            hash = row.getString("hash");
        }
        judgeSchedule(edition, rows.stream().map(Evidence::entry).toList());
    }

    /** Whatever was published names its position, and what an approval was scheduled for is not done after the approval is withdrawn. */
    private void judgeSchedule(String edition, List<Document> log) {
        boolean isWithdrawn = false;
        boolean isApproved = false;
        var schedule = new Document();
        for (var logged : log)
            switch (logged.getString("kind")) {
                case "SCHEDULED", "SCHEDULE_DROPPED" -> {
                    schedule = Objects.requireNonNullElse(logged.get("schedule", Document.class), new Document());
                    isWithdrawn = false;
                }
                case "APPROVED" -> isApproved = true;
                case "SUBMITTED", "CHANGES_REQUESTED" -> {
                    isWithdrawn |= isApproved && schedule.get("release") == null;
                    isApproved = false;
                }
                case "PUBLICATION_DUE" -> {
                    if (isWithdrawn) faults.add(edition + " is due by a schedule whose approval was withdrawn");
                }
                default -> {}
            }
    }

    // Documents

    /** The entries of the edition's log before the one that names the position of the ledger entry; all, if there is none yet. */
    private List<Document> before(Document entry, String kind) {
        var before = new ArrayList<Document>();
        for (var row : facts.logs().getOrDefault(edition(entry), List.of())) {
            var logged = entry(row);
            if (logged.getString("kind").equals(kind)
                    && number(logged.get("position")) == number(entry.get("position"))) break;
            before.add(logged);
        }
        return before;
    }

    private Document revision(Document entry) {
        return facts.revisions().getOrDefault(revisionId(entry), new Document());
    }

    private static String revisionId(Document entry) {
        return entry.getString("id") + "#" + entry.get("revision");
    }

    private Object pay(Document entry) {
        return content(entry).get(REVIEWED_PART.substring(1));
    }

    private List<String> tags(Document entry) {
        return content(entry).getList("tags", String.class, List.of());
    }

    private Document content(Document entry) {
        return Objects.requireNonNullElse(revision(entry).get("content", Document.class), new Document());
    }

    private static Document parts(Document review) {
        return Objects.requireNonNullElse(review.get("parts", Document.class), new Document());
    }

    private static Document entry(Document row) {
        return row.get("entry", Document.class);
    }

    private static String edition(Document entry) {
        return entry.getString("id") + "." + entry.get("edition");
    }

    private static Predicate<Document> is(String kind) {
        return logged -> logged.getString("kind").equals(kind);
    }

    private static boolean isAbout(Document logged, Document entry) {
        var revision = logged.get("revision", Document.class);
        return revision != null
                && revision.get("number").equals(entry.get("revision"))
                && revision.get("contentHash").equals(entry.get("contentHash"));
    }

    private static String account(Document logged) {
        return logged.get("by", Document.class).getString("account");
    }

    /** Whoever answers for the decision: the person, or whoever invited them. */
    private static String answerable(Document logged) {
        var by = logged.get("by", Document.class);
        return Objects.requireNonNullElse(by.getString("invitedBy"), by.getString("account"));
    }

    private static boolean isExternal(Document logged) {
        return logged.get("by", Document.class).get("invitedBy") != null;
    }

    private static Instant at(Document entry) {
        return entry.getDate("at").toInstant();
    }

    private static LocalDate day(Document stamp, String member) {
        return LocalDate.ofInstant(((Date) stamp.get(member)).toInstant(), ZoneOffset.UTC);
    }

    private static int seq(Document logged) {
        return (int) number(logged.get("seq"));
    }

    private static long number(Object value) {
        return value instanceof Number number ? number.longValue() : -1;
    }

    /** The hash of content that consists of objects, lists and plain texts. */
    private static String hashOf(Object content) {
        try {
            var text = new StringBuilder();
            write(content, text);
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static void write(Object value, StringBuilder to) {
        switch (value) {
            case Document object ->
                to.append('{')
                        .append(new TreeMap<>(object)
                                .entrySet().stream()
                                        .map(member -> written(member.getKey()) + ":" + written(member.getValue()))
                                        .collect(Collectors.joining(",")))
                        .append('}');
            case List<?> list ->
                to.append('[')
                        .append(list.stream().map(Evidence::written).collect(Collectors.joining(",")))
                        .append(']');
            case String text -> {
                if (!text.matches("[ -!#-\\[\\]-~]*")) throw new IllegalArgumentException("not plain: " + text);
                to.append('"').append(text).append('"');
            }
            case null -> to.append("null");
            default -> to.append(value);
        }
    }

    private static String written(Object value) {
        var text = new StringBuilder();
        write(value, text);
        return text.toString();
    }
}
