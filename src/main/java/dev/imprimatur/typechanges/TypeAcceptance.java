// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.typechanges;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.editing.Guides;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Accepts changed content types at start, before anything else starts. A file that does not fit the stored content, or that was replaced
 * by a later one, stops the start unless the operator names it. A file that is accepted already costs one query for all types.
 */
@Component
class TypeAcceptance implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(TypeAcceptance.class);
    private static final int SHORT_HASH = 12;
    private static final String PREFIX = "sha256:";

    private final ContentTypes types;
    private final AcceptedTypes accepted;
    private final TypeChanges changes;
    private final Guides guides;
    private final Clock clock;
    private final Set<String> onPurpose;
    private volatile boolean running;

    /** @param onPurpose {@code imprimatur.content-types.accept}: names of changes, as reports state them */
    TypeAcceptance(
            ContentTypes types,
            AcceptedTypes accepted,
            TypeChanges changes,
            Guides guides,
            Clock clock,
            @Value("${imprimatur.content-types.accept:}") Set<String> onPurpose) {
        this.types = types;
        this.accepted = accepted;
        this.changes = changes;
        this.guides = guides;
        this.clock = clock;
        this.onPurpose = Set.copyOf(onPurpose);
    }

    /**
     * A type that cannot be accepted.
     *
     * @param name of the change, with which an operator accepts it on purpose; empty if nobody can
     */
    record Obstacle(String type, Reason reason, Optional<String> name, Optional<TypeReport> report) {
        enum Reason {
            INCOMPATIBLE,
            REPLACED,
            MISSING
        }
    }

    @Override
    public void start() {
        var obstacles = acceptAll();
        if (!obstacles.isEmpty()) throw new RefusedTypes(obstacles);
        running = true;
    }

    private List<Obstacle> acceptAll() {
        var before = accepted.all();
        var obstacles = new ArrayList<>(missing(before));
        // all are judged before one is accepted, so that a start that is stopped changes nothing
        var pending = new HashMap<ContentType, AcceptedTypes.Row>();
        for (var type : types.all()) {
            String hash = TypeChanges.hash(type);
            var last = before.get(type.name());
            if (last != null && last.hash().equals(hash)) continue;
            if (last != null) obstacle(type, last).ifPresent(obstacles::add);
            var now = clock.instant();
            pending.put(type, last == null ? AcceptedTypes.Row.first(type.name(), hash, now) : last.next(hash, now));
        }
        if (!obstacles.isEmpty()) return obstacles;
        for (var next : pending.values()) {
            var last = before.get(next.type());
            boolean isDone = last == null ? accepted.insert(next) : accepted.replace(last, next);
            // another node has accepted a file of this type meanwhile: judge by that one
            if (!isDone) return acceptAll();
            if (last != null)
                log.info(
                        "the content type {} is accepted as version {} ({})", next.type(), next.version(), next.hash());
        }
        return List.of();
    }

    private Optional<Obstacle> obstacle(ContentType type, AcceptedTypes.Row last) {
        String name = changeName(type, last);
        if (last.former().contains(TypeChanges.hash(type)))
            return onPurpose.contains(name)
                    ? Optional.empty()
                    : Optional.of(
                            new Obstacle(type.name(), Obstacle.Reason.REPLACED, Optional.of(name), Optional.empty()));
        log.info("the content type {} has changed; its guides are checked", type.name());
        var report = changes.check(type);
        if (report.isCompatible()) return Optional.empty();
        if (!onPurpose.contains(name))
            return Optional.of(
                    new Obstacle(type.name(), Obstacle.Reason.INCOMPATIBLE, Optional.of(name), Optional.of(report)));
        log.warn(
                "the content type {} is accepted on purpose, although {} of {} contents do not fit it",
                type.name(),
                report.incompatible(),
                report.checked());
        return Optional.empty();
    }

    /** Types that guides have and that no file declares. */
    private List<Obstacle> missing(Map<String, AcceptedTypes.Row> before) {
        var names = types.all().stream().map(ContentType::name).toList();
        // a store from before types were recorded is searched once
        var gone = before.isEmpty()
                ? guides.typeOtherThan(names).stream().toList()
                : before.keySet().stream()
                        .filter(name -> !names.contains(name) && guides.hasAnyOf(name))
                        .sorted()
                        .toList();
        return gone.stream()
                .map(name -> new Obstacle(name, Obstacle.Reason.MISSING, Optional.empty(), Optional.empty()))
                .toList();
    }

    /** The name of the change from the accepted file to this one. It contains the version, so that it is valid only once. */
    static String changeName(ContentType type, AcceptedTypes.Row last) {
        return type.name() + ":" + (last.version() + 1) + ":"
                + TypeChanges.hash(type).substring(PREFIX.length(), PREFIX.length() + SHORT_HASH);
    }

    /** Starts before all others, which read content by its type. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
