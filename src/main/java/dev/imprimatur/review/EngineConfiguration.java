// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.store.DataDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import org.flowable.common.engine.api.delegate.event.FlowableEngineEventType;
import org.flowable.job.service.impl.asyncexecutor.AsyncJobExecutorConfiguration;
import org.flowable.spring.SpringProcessEngineConfiguration;
import org.flowable.spring.boot.EngineConfigurationConfigurer;
import org.flowable.spring.boot.ProcessEngineServicesAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the engine: the application's clock, no scripts, expressions that reach the {@link ServiceTasks} only, short locks. */
@Configuration(proxyBeanMethods = false)
class EngineConfiguration {
    /** How long a job stays locked by a dead node, and below: how often the engine looks for expired locks and for due jobs. */
    private static final Duration LOCK = Duration.ofSeconds(20);

    private static final Duration SWEEP = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofSeconds(1);
    /** The seconds between retries of a failed step, and below: the number of retries, enough to outlast an outage of a store. */
    private static final int RETRY = 5;

    private static final int RETRIES = 20_000;

    @Bean
    EngineConfigurationConfigurer<SpringProcessEngineConfiguration> lockedDown(
            Clock clock,
            ObjectProvider<ServiceTasks> steps,
            DataDirectory data,
            TaskOpenings openings,
            @Qualifier("processAsyncExecutorConfiguration") AsyncJobExecutorConfiguration jobs) {
        return engine -> {
            engine.setClock(new EngineClock(clock));
            engine.setBusinessCalendarManager(LogCalendar.of(clock));
            engine.setBeans(ServiceTasks.beans(steps));
            engine.setTypedEventListeners(Map.of(FlowableEngineEventType.TASK_CREATED.name(), List.of(openings)));
            engine.setDisableIdmEngine(true);
            engine.setDisableEventRegistry(true);
            engine.setServicesEnabledInScripting(false);
            engine.setEnableSafeBpmnXml(true);
            engine.setAsyncExecutorActivate(false);
            // the studio draws workflows itself
            engine.setCreateDiagramOnDeploy(false);
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

    /** Creates the beans of the engine lazily, because its store may be unavailable at start-up. */
    @Bean
    static BeanFactoryPostProcessor madeOnDemand() {
        return beans -> {
            for (String name : beans.getBeanDefinitionNames()) {
                var definition = beans.getBeanDefinition(name);
                if (ProcessEngineServicesAutoConfiguration.class.getName().equals(definition.getFactoryBeanName()))
                    definition.setLazyInit(true);
            }
        };
    }

    /** Lets the engine read the application's clock, but never set it. */
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
