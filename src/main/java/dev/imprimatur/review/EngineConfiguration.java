package dev.imprimatur.review;

import dev.imprimatur.store.DataDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import javax.sql.DataSource;
import org.flowable.common.engine.impl.AbstractEngineConfiguration;
import org.flowable.engine.ManagementService;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.ProcessEngineConfiguration;
import org.flowable.engine.impl.cmd.ClearProcessInstanceLockTimesCmd;
import org.flowable.job.service.impl.asyncexecutor.AsyncJobExecutorConfiguration;
import org.flowable.spring.SpringProcessEngineConfiguration;
import org.flowable.spring.boot.EngineConfigurationConfigurer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The engine, locked down: one clock, no scripts, expressions that see our steps and nothing else, short locks. */
@Configuration(proxyBeanMethods = false)
class EngineConfiguration {
    /** How long a job stays locked by a node that died; how often such locks, and due jobs, are looked for. */
    private static final Duration LOCK = Duration.ofSeconds(20);

    private static final Duration SWEEP = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofSeconds(1);
    /** A step that fails is tried again every so many seconds, for as long as a store may be down. */
    private static final int RETRY = 5;

    private static final int RETRIES = 20_000;

    private static final List<String> EMPTY_COLUMNS = List.of(
            "ACT_RU_VARIABLE.TASK_ID_",
            "ACT_RU_VARIABLE.SCOPE_ID_",
            "ACT_RU_VARIABLE.SUB_SCOPE_ID_",
            "ACT_RU_ACTINST.END_TIME_",
            "ACT_RU_EXECUTION.SUPER_EXEC_",
            "ACT_RU_IDENTITYLINK.TASK_ID_",
            "ACT_RU_IDENTITYLINK.PROC_DEF_ID_");

    @Bean
    EngineConfigurationConfigurer<SpringProcessEngineConfiguration> lockedDown(
            Clock clock,
            ObjectProvider<Steps> steps,
            DataDirectory data,
            @Qualifier("processAsyncExecutorConfiguration") AsyncJobExecutorConfiguration jobs) {
        return engine -> {
            engine.setClock(new EngineClock(clock));
            engine.setBeans(Steps.beans(steps));
            engine.setDisableIdmEngine(true);
            engine.setDisableEventRegistry(true);
            engine.setServicesEnabledInScripting(false);
            engine.setEnableSafeBpmnXml(true);
            engine.setAsyncExecutorActivate(false);
            jobs.setLockOwner(data.secret("node-id", () -> UUID.randomUUID().toString()));
            jobs.setUnlockOwnedJobs(true);
            jobs.setTimerLockTime(LOCK);
            jobs.setAsyncJobLockTime(LOCK);
            jobs.setResetExpiredJobsInterval(SWEEP);
            jobs.setDefaultTimerJobAcquireWaitTime(POLL);
            jobs.setDefaultAsyncJobAcquireWaitTime(POLL);
            engine.setAsyncExecutorNumberOfRetries(RETRIES);
            engine.setAsyncFailedJobWaitTime(RETRY);
            engine.setDefaultFailedJobWaitTime(RETRY);
        };
    }

    /**
     * Tells the embedded store which columns say next to nothing, since nearly all rows hold no value there. It would choose their
     * indexes as readily as any other, and every step of the engine would read all rows.
     */
    @Bean
    InitializingBean hints(ProcessEngine engine, DataSource store) {
        return () -> {
            if (!AbstractEngineConfiguration.DATABASE_TYPE_H2.equals(
                    engine.getProcessEngineConfiguration().getDatabaseType())) return;
            try (var connection = store.getConnection();
                    var statement = connection.createStatement()) {
                for (String column : EMPTY_COLUMNS) {
                    String[] names = column.split("\\.");
                    statement.execute("alter table " + names[0] + " alter column " + names[1] + " selectivity 1");
                }
            }
        };
    }

    /** Starts the timers last, after the locks that this node held when it was killed are released. */
    @Bean
    SmartLifecycle timers(ProcessEngineConfiguration engine, ManagementService management, Workflows deployed) {
        return new SmartLifecycle() {
            private boolean running;

            @Override
            public void start() {
                var executor = engine.getAsyncExecutor();
                management.executeCommand(new ClearProcessInstanceLockTimesCmd(executor.getLockOwner()));
                executor.start();
                running = true;
            }

            @Override
            public void stop() {
                engine.getAsyncExecutor().shutdown();
                running = false;
            }

            @Override
            public boolean isRunning() {
                return running;
            }
        };
    }

    /** The application's clock as the engine reads it; the engine never sets it. */
    private record EngineClock(Clock clock) implements org.flowable.common.engine.impl.runtime.Clock {
        @Override
        public Date getCurrentTime() {
            return Date.from(clock.instant());
        }

        @Override
        public Calendar getCurrentCalendar() {
            return getCurrentCalendar(getCurrentTimeZone());
        }

        @Override
        public Calendar getCurrentCalendar(TimeZone zone) {
            var calendar = new GregorianCalendar(zone);
            calendar.setTime(getCurrentTime());
            return calendar;
        }

        @Override
        public TimeZone getCurrentTimeZone() {
            return TimeZone.getTimeZone("UTC");
        }

        @Override
        public void setCurrentTime(@Nullable Date time) {
            throw new IllegalStateException("the engine does not set the clock");
        }

        @Override
        public void setCurrentCalendar(@Nullable Calendar time) {
            throw new IllegalStateException("the engine does not set the clock");
        }

        @Override
        public void reset() {}
    }
}
