package dev.imprimatur.access;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.cursor.TimeoutMode;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import dev.imprimatur.paging.Page;
import dev.imprimatur.paging.Place;
import dev.imprimatur.paging.Window;
import dev.imprimatur.problem.Audience;
import dev.imprimatur.store.Index;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What happened to access: sign-ins, refusals, accounts and keys. Records are only ever added, and hold no secret. */
@Component
public class Audit {
    /**
     * One record.
     *
     * @param actor the account; null where nobody was signed in
     * @param action such as {@code account-created} or {@code denied}
     * @param target what it was done to
     * @param source the network address it came from
     */
    public record Entry(
            @BsonId String id,
            Instant at,
            @Nullable String actor,
            String action,
            @Nullable String target,
            @Nullable String source) {}

    /** The attribute of a request whose refusal is on record. */
    private static final String DENIED = Audit.class.getName() + ".denied";

    private static final int LONGEST = 200;
    private static final int BATCH = 500;
    private static final int MOST_AT_ONCE = 1_000_000;

    private final MongoCollection<Entry> audit;
    private final Clock clock;
    private final AtomicLong made = new AtomicLong();
    private final Set<String> actions = new ConcurrentSkipListSet<>();
    private volatile boolean actionsAreRead;

    Audit(MongoDatabase database, Clock clock) {
        this.audit = database.getCollection("audit", Entry.class);
        Index.make(audit, Indexes.ascending("actor", "_id"));
        Index.make(audit, Indexes.ascending("action", "_id"));
        this.clock = clock;
    }

    /** @param source null for the address that the request being answered comes from, if there is one */
    public void record(@Nullable String actor, String action, @Nullable String target, @Nullable String source) {
        var now = clock.instant();
        // those of one millisecond in the order in which this node made them
        String id = "%s-%06d-%s".formatted(time(now), made.getAndIncrement() % MOST_AT_ONCE, UUID.randomUUID());
        audit.insertOne(new Entry(id, now, actor, action, shortened(target), source == null ? asker() : source));
        actions.add(action);
    }

    /** What the ids of the records of an instant begin with. */
    static String time(Instant instant) {
        return "%013d".formatted(instant.toEpochMilli());
    }

    private static @Nullable String asker() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? attributes.getRequest().getRemoteAddr()
                : null;
    }

    /**
     * Records that a request was refused to whoever is signed in: once, by whatever of filters and handlers refuses it first.
     * Where nobody is, they are asked to sign in, and there is nothing to record.
     */
    public void denied(HttpServletRequest request) {
        var who = SecurityContextHolder.getContext().getAuthentication();
        if (who == null || who instanceof AnonymousAuthenticationToken || request.getAttribute(DENIED) != null) return;
        request.setAttribute(DENIED, true);
        record(who.getName(), "denied", request.getMethod() + " " + Audience.path(request), request.getRemoteAddr());
    }

    private static @Nullable String shortened(@Nullable String text) {
        return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /**
     * What was asked for, the newest first.
     *
     * @param window a page of the query
     */
    public Page<Entry> page(AuditQuery query, Window window) {
        return window.page((from, back, most) -> rows(query, from, back, most), entry -> Place.of(entry.id()));
    }

    private List<Entry> rows(AuditQuery query, @Nullable Place from, boolean back, int most) {
        var wanted = filter(query);
        if (from != null)
            wanted = Filters.and(wanted, back ? Filters.gt("_id", from.id()) : Filters.lt("_id", from.id()));
        return audit.find(wanted)
                .sort(back ? Sorts.ascending("_id") : Sorts.descending("_id"))
                .limit(most)
                .into(new ArrayList<>());
    }

    private static Bson filter(AuditQuery query) {
        var filters = new ArrayList<Bson>();
        if (query.person() != null)
            filters.add(Filters.or(
                    Filters.eq("actor", query.person()),
                    Filters.eq("target", query.person()),
                    Filters.regex("target", "^" + Pattern.quote(query.person()) + " ")));
        if (query.action() != null) filters.add(Filters.eq("action", query.action()));
        if (query.target() != null)
            filters.add(
                    Filters.regex("target", Pattern.compile(Pattern.quote(query.target()), Pattern.CASE_INSENSITIVE)));
        // ids begin with the time
        if (query.from() != null) filters.add(Filters.gte("_id", time(query.from())));
        if (query.to() != null) filters.add(Filters.lt("_id", time(query.to())));
        return filters.isEmpty() ? Filters.empty() : Filters.and(filters);
    }

    /** All that was asked for, the newest first, however much it is. */
    void each(AuditQuery query, Consumer<Entry> what) {
        try (var found = audit.find(filter(query))
                .sort(Sorts.descending("_id"))
                .batchSize(BATCH)
                .timeoutMode(TimeoutMode.ITERATION)
                .iterator()) {
            while (found.hasNext()) what.accept(found.next());
        }
    }

    /** Which actions there are records of. */
    public List<String> actions() {
        if (!actionsAreRead) {
            audit.distinct("action", String.class).forEach(actions::add);
            actionsAreRead = true;
        }
        return List.copyOf(actions);
    }
}
