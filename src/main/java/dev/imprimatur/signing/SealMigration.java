package dev.imprimatur.signing;

import dev.imprimatur.store.Migration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.annotation.DependsOn;
import org.springframework.stereotype.Component;

/**
 * Seals what releases before seals wrote: once for each store. From then on nothing is accepted without a seal, so whoever removes the mark
 * that it was done must find nothing sealed anew: the audit, the last to be sealed, holds a record of it, too.
 */
@Component
@DependsOn("signingKeys")
class SealMigration implements Migration, InitializingBean {
    private static final Logger log = LoggerFactory.getLogger(SealMigration.class);

    private final SealMark mark;
    private final List<Sealable> repositories;

    SealMigration(SealMark mark, List<Sealable> repositories) {
        this.mark = mark;
        this.repositories = List.copyOf(repositories);
    }

    @Override
    public int to() {
        return 2;
    }

    /** Until the store knows the version of its data, this runs when it is made, before anything is served or scheduled. */
    @Override
    public void afterPropertiesSet() {
        run();
    }

    @Override
    public void run() {
        if (mark.isSet()) return;
        if (repositories.stream().noneMatch(Sealable::knowsOfSeals)) repositories.forEach(Sealable::sealAll);
        else
            log.warn(
                    "The mark that everything in this store is sealed is missing, but the audit says that it is. Nothing is sealed anew");
        mark.set(to());
    }
}
