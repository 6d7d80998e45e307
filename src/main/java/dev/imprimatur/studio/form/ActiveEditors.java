// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.form;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Tracks who has a guide open on this node: everybody who loaded or saved it within the last two minutes. This is a hint, never a lock. */
@Component
class ActiveEditors {
    private static final Duration LASTS = Duration.ofMinutes(2);

    private final Map<String, Map<String, Instant>> seen = new ConcurrentHashMap<>();
    private final Clock clock;

    ActiveEditors(Clock clock) {
        this.clock = clock;
    }

    /** Records that the account has the guide open, and returns the other accounts that have. */
    List<String> open(String guide, String account) {
        var now = clock.instant();
        seen.values().forEach(people -> people.values().removeIf(at -> at.isBefore(now.minus(LASTS))));
        seen.values().removeIf(Map::isEmpty);
        var here = seen.computeIfAbsent(guide, id -> new ConcurrentHashMap<>());
        here.put(account, now);
        return here.keySet().stream()
                .filter(other -> !other.equals(account))
                .sorted()
                .toList();
    }
}
