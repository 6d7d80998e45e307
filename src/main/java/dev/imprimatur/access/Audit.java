package dev.imprimatur.access;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Sorts;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

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

    private static final int LONGEST = 200;

    private final MongoCollection<Entry> audit;
    private final Clock clock;

    Audit(MongoDatabase database, Clock clock) {
        this.audit = database.getCollection("audit", Entry.class);
        this.clock = clock;
    }

    public void record(@Nullable String actor, String action, @Nullable String target, @Nullable String source) {
        var now = clock.instant();
        String id = "%013d-%s".formatted(now.toEpochMilli(), UUID.randomUUID());
        audit.insertOne(new Entry(id, now, actor, action, shortened(target), source));
    }

    /** Records that a request was refused to whoever is signed in. */
    public void denied(HttpServletRequest request) {
        var principal = request.getUserPrincipal();
        record(
                principal == null ? null : principal.getName(),
                "denied",
                request.getMethod() + " " + request.getRequestURI(),
                request.getRemoteAddr());
    }

    private static @Nullable String shortened(@Nullable String text) {
        return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** The newest first; at most one more than the limit, which tells whether there are older ones. */
    public List<Entry> page(int offset, int limit) {
        return audit.find()
                .sort(Sorts.descending("_id"))
                .skip(offset)
                .limit(limit + 1)
                .into(new ArrayList<>());
    }
}
