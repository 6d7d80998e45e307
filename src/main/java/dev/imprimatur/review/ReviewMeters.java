// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.store.Failures;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * What monitoring sees of the reviews. The engine's store is asked at intervals, and not by whoever reads the meters. While it is away,
 * there are no values.
 */
@Component
class ReviewMeters implements MeterBinder {
    /** @param oldest when the oldest open task was opened; null if none is open */
    private record Reading(long tasks, @Nullable Instant oldest, long lateTimers, long deadJobs) {}

    private final JdbcTemplate engineStore;
    private final Clock clock;
    private volatile @Nullable Reading reading;

    ReviewMeters(DataSource engineStore, Clock clock) {
        this.engineStore = new JdbcTemplate(engineStore);
        this.clock = clock;
    }

    @Scheduled(initialDelayString = "1s", fixedDelayString = "${imprimatur.metrics.every:15s}")
    void read() {
        try {
            reading = engineStore.queryForObject(
                    """
                    select (select count(*) from ACT_RU_TASK), (select min(CREATE_TIME_) from ACT_RU_TASK),
                      (select count(*) from ACT_RU_TIMER_JOB where DUEDATE_ < ?), (select count(*) from ACT_RU_DEADLETTER_JOB)""",
                    (row, number) -> {
                        var oldest = row.getTimestamp(2);
                        return new Reading(
                                row.getLong(1),
                                oldest == null ? null : oldest.toInstant(),
                                row.getLong(3),
                                row.getLong(4));
                    },
                    Timestamp.from(clock.instant()));
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            reading = null;
        }
    }

    private double value(ToDoubleFunction<Reading> of) {
        var now = reading;
        return now == null ? Double.NaN : of.applyAsDouble(now);
    }

    private double age(Reading now) {
        return now.oldest() == null
                ? 0
                : Duration.between(now.oldest(), clock.instant()).toMillis() / 1000.0;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("imprimatur.tasks.open", () -> value(Reading::tasks))
                .description("tasks that wait for somebody")
                .register(registry);
        Gauge.builder("imprimatur.tasks.oldest", () -> value(this::age))
                .baseUnit("seconds")
                .description("how long the oldest open task has been waiting")
                .register(registry);
        Gauge.builder("imprimatur.timers.late", () -> value(Reading::lateTimers))
                .description("timers that are due and were not run yet")
                .register(registry);
        Gauge.builder("imprimatur.jobs.dead", () -> value(Reading::deadJobs))
                .description("jobs that the engine has given up")
                .register(registry);
    }
}
