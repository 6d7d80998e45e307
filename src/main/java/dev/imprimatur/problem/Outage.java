package dev.imprimatur.problem;

import java.sql.SQLException;
import java.time.Duration;

/** Tells a store that does not answer from a fault of ours, without knowing any store's own types. */
final class Outage {
    private Outage() {}

    static boolean is(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            String name = at.getClass().getSimpleName();
            if (at instanceof SQLException
                    || name.startsWith("MongoTimeout")
                    || name.startsWith("MongoSocket")
                    || name.equals("MongoNodeIsRecoveringException")
                    || name.equals("MongoNotPrimaryException")
                    || name.equals("CannotCreateTransactionException")
                    || name.equals("CannotGetJdbcConnectionException")) return true;
        }
        return false;
    }

    static Refusal refusal() {
        return Refusal.unavailable(
                "store-unavailable",
                "a store does not answer at the moment; send the same request again shortly",
                Duration.ofSeconds(2));
    }
}
