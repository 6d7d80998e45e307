// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import dev.imprimatur.store.Failures;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import org.flowable.engine.RepositoryService;
import org.flowable.engine.repository.Deployment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Removes process definitions from the engine that no process follows any more. The stored versions stay, so a definition is deployed again
 * when an edition needs it. If a process begins at the same moment, the engine's store refuses one of both: the removal, or the process,
 * which is then started again. So every node may do this.
 */
@Component
class OutdatedDefinitions {
    private static final Logger log = LoggerFactory.getLogger(OutdatedDefinitions.class);
    /** How long a definition stays after its deployment. Whoever deploys it starts a process soon. */
    private static final Duration UNTOUCHED = Duration.ofMinutes(1);

    private final RepositoryService repository;
    private final Workflows workflows;
    private final Processes processes;
    private final Engine engine;
    private final Clock clock;

    OutdatedDefinitions(
            @Lazy RepositoryService repository, Workflows workflows, Processes processes, Engine engine, Clock clock) {
        this.repository = repository;
        this.workflows = workflows;
        this.processes = processes;
        this.engine = engine;
        this.clock = clock;
    }

    @Scheduled(initialDelayString = "1m", fixedDelayString = "${imprimatur.review.remove-definitions-every:10m}")
    void remove() {
        try {
            engine.runIfAvailable(this::removeAll);
        } catch (RuntimeException failed) {
            if (!Failures.isOutage(failed)) throw failed;
            log.debug("unused process definitions are removed later: {}", failed.toString());
        }
    }

    private void removeAll() {
        var candidates = workflows.outdatedDeployments(clock.instant().minus(UNTOUCHED));
        if (candidates.isEmpty()) return;
        var followed = new HashSet<>(processes.countByDefinition().keySet());
        candidates.stream()
                .filter(it -> repository.createProcessDefinitionQuery().deploymentId(it.getId()).list().stream()
                        .noneMatch(definition -> followed.contains(definition.getId())))
                .forEach(this::remove);
    }

    private void remove(Deployment unused) {
        try {
            repository.deleteDeployment(unused.getId());
            log.info("no edition follows {} any more; its process definition is removed", unused.getName());
        } catch (RuntimeException refused) {
            if (Failures.isOutage(refused)) throw refused;
            log.debug("{} is in use again, or was removed already: {}", unused.getName(), refused.toString());
        }
    }
}
