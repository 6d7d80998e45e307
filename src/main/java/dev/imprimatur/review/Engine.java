// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.problem.Refusal;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.store.Failures;
import dev.imprimatur.store.UnitOfWork;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flowable.common.engine.api.FlowableException;
import org.flowable.common.engine.api.FlowableOptimisticLockingException;
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
 * Guards the access to the process engine, whose store may be unavailable. The engine is started once its store answers, at start-up or
 * later. While the store does not answer, calls that need the engine are refused at once, and other calls are answered from the edition
 * logs.
 */
@Component
class Engine implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    /** How long the engine is left alone after it did not answer; then a single call tries again for all. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** How many times work is tried that fails because of a concurrent change, and by how much each pause exceeds the previous one. */
    private static final int ATTEMPTS = 20;

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(2);
    /** How many times work is tried that waits for a lock in vain; each wait takes a part of the store's timeout. */
    private static final int LOCKED_ATTEMPTS = 6;

    private static final ScopedValue<Boolean> RETRYING = ScopedValue.newInstance();

    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LAST_RETRY = Duration.ofSeconds(5);
    /** Columns that are null in nearly every row. Without a hint, the embedded store would use their useless indexes. */
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
    private final AtomicLong retryAt = new AtomicLong();
    private volatile boolean running;
    private volatile boolean started;
    private volatile boolean rebuilding;
    private @Nullable Thread starting;

    Engine(
            DataSource store,
            ObjectProvider<ProcessEngine> engine,
            ObjectProvider<Reconciler> reconciler,
            Workflows workflows,
            @Value("${spring.datasource.url:}") String url) {
        this.store = store;
        this.engine = engine;
        this.reconciler = reconciler;
        this.workflows = workflows;
        this.isEmbedded = url.isEmpty();
    }

    @Override
    public void start() {
        running = true;
        if (!startEngine()) starting = Thread.ofVirtual().name("engine").start(this::startLater);
    }

    /** Starts the engine; returns false if the store does not answer. A workflow that the engine refuses stops the start-up. */
    private boolean startEngine() {
        try {
            mustReachStore();
            var configuration = engine.getObject().getProcessEngineConfiguration();
            workflows.deploy();
            if (isEmbedded) setSelectivity();
            // releases the locks that this node held when it was killed, before its timers start
            var timers = configuration.getAsyncExecutor();
            configuration
                    .getManagementService()
                    .executeCommand(new ClearProcessInstanceLockTimesCmd(timers.getLockOwner()));
            timers.start();
            started = true;
            return true;
        } catch (RuntimeException failed) {
            if (!Failures.isSqlOutage(failed)) throw failed;
            log.warn("the engine waits for its store: {}", failed.toString());
            return false;
        }
    }

    private void mustReachStore() {
        try (var connection = store.getConnection()) {
            log.debug("the engine's store answers: {}", connection.getCatalog());
        } catch (SQLException failed) {
            throw new IllegalStateException("the engine's store does not answer", failed);
        }
    }

    private void startLater() {
        var pause = FIRST_RETRY;
        try {
            while (running) {
                Thread.sleep(pause);
                if (tryStart()) {
                    log.info("the engine has started");
                    reconciler.getObject().everyMinute();
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? pause.multipliedBy(2) : LAST_RETRY;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryStart() {
        try {
            return startEngine();
        } catch (RuntimeException failed) {
            log.error("the engine cannot start and will try again", failed);
            return false;
        }
    }

    private void setSelectivity() {
        var statements = new JdbcTemplate(store);
        for (String column : EMPTY_COLUMNS) {
            String[] names = column.split("\\.");
            statements.execute("alter table " + names[0] + " alter column " + names[1] + " selectivity 1");
        }
    }

    @Override
    public void stop() {
        running = false;
        if (starting != null) starting.interrupt();
        if (started)
            engine.getObject()
                    .getProcessEngineConfiguration()
                    .getAsyncExecutor()
                    .shutdown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Whether the engine was started, answered the last call, and has all its processes. */
    boolean isAvailable() {
        return started && retryAt.get() == 0 && !rebuilding;
    }

    /** Makes {@link #read} answer from the edition logs until {@link #endRebuild}, because many missing processes are about to be started. */
    void beginRebuild() {
        rebuilding = true;
    }

    void endRebuild() {
        rebuilding = false;
    }

    /** Answers from the engine, or from the edition logs while the engine does not answer or processes are being rebuilt. */
    <T> T read(Supplier<T> fromEngine, Supplier<T> fromLogs) {
        return rebuilding ? fromLogs.get() : call(fromEngine, fromLogs);
    }

    /** Does the work if the engine answers; returns whether it was done. */
    boolean runIfAvailable(Runnable work) {
        return call(
                () -> {
                    work.run();
                    return true;
                },
                () -> false);
    }

    /** Does work that only the engine can do, with {@linkplain #retry retries}; refuses it while the engine does not answer. */
    <T> T require(Supplier<T> work) {
        return call(() -> orUnavailable(work), () -> {
            throw Refusal.unavailable(
                            "unavailable",
                            "the workflow engine does not answer at the moment; send the same request again shortly",
                            PAUSE)
                    .raise();
        });
    }

    private <T> T orUnavailable(Supplier<T> work) {
        boolean isRepeated = isRepeated();
        try {
            return retry(work);
        } catch (FlowableException failed) {
            if (isRepeated || !isFault(failed)) throw failed;
            log.error("the engine fails at a step of a workflow", failed);
            throw Refusal.unavailable(
                            "workflow-fails",
                            "the engine cannot run this step of the workflow; an administrator deploys a repaired version"
                                    + " and moves the edition to it",
                            LAST_RETRY)
                    .raise();
        }
    }

    /** Whether the engine fails whenever this work is done, because the workflow asks for something that it cannot do. */
    static boolean isFault(RuntimeException failed) {
        return failed instanceof FlowableException
                && !(failed instanceof FlowableOptimisticLockingException)
                && mayBeRace(failed);
    }

    /** Whether a caller repeats the work, or its transaction ends with a failure. */
    static boolean isRepeated() {
        return RETRYING.isBound() || TransactionSynchronizationManager.isActualTransactionActive();
    }

    private <T> T call(Supplier<T> fromEngine, Supplier<T> fallback) {
        if (mayCall())
            try {
                T answer = fromEngine.get();
                retryAt.set(0);
                return answer;
            } catch (RuntimeException failed) {
                boolean outage = Failures.isSqlOutage(failed);
                retryAt.set(outage ? later() : 0);
                if (!outage) throw failed;
                log.warn("the engine does not answer: {}", failed.toString());
            }
        return fallback.get();
    }

    /**
     * Does the work, and repeats it from its starting if another node or a timer changed the same process meanwhile. A nested call does
     * not retry, since the outermost call repeats the whole. Neither does a call within a transaction, which the failure has ended.
     */
    <T> T retry(Supplier<T> work) {
        return isRepeated() ? work.get() : ScopedValue.where(RETRYING, true).call(() -> attempts(work));
    }

    private static <T> T attempts(Supplier<T> work) {
        for (int attempt = 1; ; attempt++)
            try {
                return work.get();
            } catch (RuntimeException failed) {
                boolean again = mayBeRace(failed) || Failures.isLocked(failed) && attempt < LOCKED_ATTEMPTS;
                if (!again || attempt == ATTEMPTS) throw failed;
                log.debug(
                        "attempt {} failed, probably because of a concurrent change of the same process: {}",
                        attempt,
                        failed.toString());
                LockSupport.parkNanos(attempt * BETWEEN_ATTEMPTS.toNanos());
                UnitOfWork.forgetAll();
            }
    }

    /**
     * Whether a concurrent change may have caused the failure. The engine reports such changes with many kinds of exceptions, even with a
     * NullPointerException if a row that it needs was deleted.
     */
    static boolean mayBeRace(RuntimeException failed) {
        return Refused.in(failed).isEmpty() && !Failures.isOutage(failed);
    }

    private boolean mayCall() {
        if (!started) return false;
        long at = retryAt.get();
        return at == 0 || System.nanoTime() - at >= 0 && retryAt.compareAndSet(at, later());
    }

    private static long later() {
        return System.nanoTime() + PAUSE.toNanos() | 1;
    }
}
