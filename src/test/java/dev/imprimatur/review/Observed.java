// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.review;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a test did itself, by its own record: which roles, grants and groups everybody had when, and who changed which text when. */
final class Observed {
    /**
     * A limit of a role.
     *
     * @param types null for all types
     * @param tags null for all guides
     */
    record Limit(String role, List<String> types, List<String> tags) {
        boolean covers(String type, List<String> tagsOfGuide) {
            return (types == null || types.contains(type))
                    && (tags == null || tags.stream().anyMatch(tagsOfGuide::contains));
        }
    }

    /** The rights of a person from an instant on. A deactivated person has no roles. */
    record Rights(Instant from, Set<String> roles, List<Limit> limits, Set<String> groups) {
        boolean cover(String role, String type, List<String> tags) {
            var ofRole =
                    limits.stream().filter(limit -> limit.role().equals(role)).toList();
            return roles.contains(role)
                    && (ofRole.isEmpty() || ofRole.stream().anyMatch(limit -> limit.covers(type, tags)));
        }
    }

    private record Change(Instant at, String account) {}

    private final Map<String, List<Rights>> rights = new ConcurrentHashMap<>();
    private final Map<String, List<Change>> changes = new ConcurrentHashMap<>();

    void hasFromNowOn(String account, Rights now) {
        rights.computeIfAbsent(account, key -> new CopyOnWriteArrayList<>()).add(now);
    }

    Rights now(String account) {
        return rights.get(account).getLast();
    }

    /** The rights that the person had at that instant; none if nobody knows the person. */
    Rights at(String account, Instant instant) {
        var held = new Rights(Instant.MIN, Set.of(), List.of(), Set.of());
        for (var step : rights.getOrDefault(account, List.of()))
            if (!step.from().isAfter(instant)) held = step;
        return held;
    }

    /** Records that the person changed the text of the edition, at that instant at the latest. */
    void changed(String edition, String account, Instant at) {
        changes.computeIfAbsent(edition, key -> new CopyOnWriteArrayList<>()).add(new Change(at, account));
    }

    /** Who had changed the text of the edition before it was submitted at that instant. */
    Set<String> whoChanged(String edition, Instant submitted) {
        var who = new HashSet<String>();
        for (var change : new ArrayList<>(changes.getOrDefault(edition, List.of())))
            if (!change.at().isAfter(submitted)) who.add(change.account());
        return who;
    }
}
