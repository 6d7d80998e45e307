// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.store.Failures;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.impl.cmd.ClearProcessInstanceLockTimesCmd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The process engine, whose store may be away. The engine begins once its store answers, at start or later; while the store does not
 * answer, whoever needs the engine is told so at once, and what the log of an edition knows is told from there.
 */
@Component
class Engine implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    /** How long nobody asks an engine that did not answer; then one request finds out for all. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** How often what fails because of others is tried, and how much longer each pause is than the one before. */
    private static final int ATTEMPTS = 20;

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(2);
    private static final ScopedValue<Boolean> RETRYING = ScopedValue.newInstance();

    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LAST_RETRY = Duration.ofSeconds(5);
    /** What nearly no row holds a value in: the embedded store would choose these indexes as readily as any other. */
    private static final List<String> EMPTY_COLUMNS = List.of(
            "ACT_RU_VARIABLE.TASK_ID_",
            "ACT_RU_VARIABLE.SCOPE_ID_",
            "ACT_RU_VARIABLE.SUB_SCOPE_ID_",
            "ACT_RU_ACTINST.END_TIME_",
            "ACT_RU_EXECUTION.SUPER_EXEC_",
            "ACT_RU_IDENTITYLINK.TASK_ID_",
            "ACT_RU_IDENTITYLINK.PROC_DEF_ID_");

    private final DataSource store;
    private final ObjectProvider<ProcessEngine> engine;
    private final ObjectProvider<Reconciler> reconciler;
    private final Workflows workflows;
    private final boolean isEmbedded;
    private final AtomicLong askAgainAt = new AtomicLong();
    private volatile boolean running;
    private volatile boolean begun;
    private volatile boolean rebuilt;
    private @Nullable Thread beginning;

    Engine(
            DataSource store,
            ObjectProvider<ProcessEngine> engine,
            ObjectProvider<Reconciler> reconciler,
            Workflows workflows,
            @Value("${spring.datasource.url:}") String named) {
        this.store = store;
        this.engine = engine;
        this.reconciler = reconciler;
        this.workflows = workflows;
        this.isEmbedded = named.isEmpty();
    }

    @Override
    public void start() {
        running = true;
        if (!begin()) beginning = Thread.ofVirtual().name("engine").start(this::beginLater);
    }

    /** Begins, if the store answers; a workflow that the engine refuses stops the start. */
    private boolean begin() {
        try {
            mustAnswer();
            var configuration = engine.getObject().getProcessEngineConfiguration();
            workflows.deploy();
            if (isEmbedded) hint();
            // the locks that this node held when it was killed are released before its timers start
            var timers = configuration.getAsyncExecutor();
            configuration
                    .getManagementService()
                    .executeCommand(new ClearProcessInstanceLockTimesCmd(timers.getLockOwner()));
            timers.start();
            begun = true;
            return true;
        } catch (RuntimeException failed) {
            if (!Failures.isSqlOutage(failed)) throw failed;
            log.warn("the engine waits for its store: {}", failed.toString());
            return false;
        }
    }

    private void mustAnswer() {
        try (var connection = store.getConnection()) {
            log.debug("the engine's store answers: {}", connection.getCatalog());
        } catch (SQLException away) {
            throw new IllegalStateException("the engine's store does not answer", away);
        }
    }

    private void beginLater() {
        var pause = FIRST_RETRY;
        try {
            while (running) {
                Thread.sleep(pause);
                if (beganAtLast()) {
                    log.info("the engine has begun");
                    reconciler.getObject().everyMinute();
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? pause.multipliedBy(2) : LAST_RETRY;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean beganAtLast() {
        try {
            return begin();
        } catch (RuntimeException failed) {
            log.error("the engine cannot begin and will try again", failed);
            return false;
        }
    }

    private void hint() {
        var statements = new JdbcTemplate(store);
        for (String column : EMPTY_COLUMNS) {
            String[] names = column.split("\\.");
            statements.execute("alter table " + names[0] + " alter column " + names[1] + " selectivity 1");
        }
    }

    @Override
    public void stop() {
        running = false;
        if (beginning != null) beginning.interrupt();
        if (begun)
            engine.getObject()
                    .getProcessEngineConfiguration()
                    .getAsyncExecutor()
                    .shutdown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Whether it has begun, answered when it was asked last, and has its processes. */
    boolean answers() {
        return begun && askAgainAt.get() == 0 && !rebuilt;
    }

    /** Many processes are missing and will be started: until {@link #endRebuild} the facts tell more than the engine. */
    void beginRebuild() {
        rebuilt = true;
    }

    void endRebuild() {
        rebuilt = false;
    }

    /** The same as {@link #ask}; also while processes are rebuilt the facts tell. */
    <T> T tell(Supplier<T> byEngine, Supplier<T> byFacts) {
        return rebuilt ? byFacts.get() : ask(byEngine, byFacts);
    }

    /** What the engine tells; while it does not answer, what the facts tell. */
    <T> T ask(Supplier<T> byEngine, Supplier<T> byFacts) {
        if (mayBeAsked())
            try {
                T told = byEngine.get();
                askAgainAt.set(0);
                return told;
            } catch (RuntimeException failed) {
                boolean away = Failures.isSqlOutage(failed);
                askAgainAt.set(away ? later() : 0);
                if (!away) throw failed;
                log.warn("the engine does not answer: {}", failed.toString());
            }
        return byFacts.get();
    }

    /** What only the engine can do, done {@linkplain #retry again} if need be; or a refusal that says that it does not answer. */
    <T> T need(Supplier<T> byEngine) {
        return ask(() -> retry(byEngine), () -> {
            throw Refusal.unavailable(
                            "unavailable",
                            "the workflow engine does not answer at the moment; send the same request again shortly",
                            PAUSE)
                    .raise();
        });
    }

    /**
     * Does something from the start again for as long as it fails because another node or a timer changes the same meanwhile. In what is
     * done again as a whole, a part is not, and neither is it in a transaction, which its failure has ended.
     */
    <T> T retry(Supplier<T> work) {
        return RETRYING.isBound() || TransactionSynchronizationManager.isActualTransactionActive()
                ? work.get()
                : ScopedValue.where(RETRYING, true).call(() -> attempts(work));
    }

    private static <T> T attempts(Supplier<T> work) {
        for (int attempt = 1; ; attempt++)
            try {
                return work.get();
            } catch (RuntimeException failed) {
                if (!mayBeRace(failed) || attempt == ATTEMPTS) throw failed;
                log.debug("attempt {} failed, as when somebody else moves the same: {}", attempt, failed.toString());
                LockSupport.parkNanos(attempt * BETWEEN_ATTEMPTS.toNanos());
            }
    }

    /**
     * Whether somebody else may have changed what was worked on. The engine reports that with many kinds of exceptions, even with a
     * NullPointerException when a row that it needs has gone.
     */
    static boolean mayBeRace(RuntimeException failed) {
        return Refused.in(failed).isEmpty() && !Failures.isOutage(failed);
    }

    private boolean mayBeAsked() {
        if (!begun) return false;
        long at = askAgainAt.get();
        return at == 0 || System.nanoTime() - at >= 0 && askAgainAt.compareAndSet(at, later());
    }

    private static long later() {
        return System.nanoTime() + PAUSE.toNanos() | 1;
    }
}
