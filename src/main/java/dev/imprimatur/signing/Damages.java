// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.signing;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What this node has found in logs, revisions, working copies and the audit that is not as the server wrote it. Each is logged once and
 * told to administrators until it is found right again; nothing else stops because of it.
 */
@Component
public class Damages {
    private static final Logger log = LoggerFactory.getLogger(Damages.class);
    /** Who destroys more than this has been noticed. */
    private static final int MOST = 1000;

    private record Place(Damage.Kind kind, String name) {}

    private final Map<Place, Damage> found = new ConcurrentHashMap<>();

    public void found(Damage damage) {
        var place = new Place(damage.kind(), damage.place());
        if (found.size() >= MOST && !found.containsKey(place)) return;
        if (!damage.equals(found.put(place, damage)))
            log.error("{} See “When something fails” in docs/operations.md", damage.detail());
    }

    /** What is there is right; if it was not before, it is mended. */
    public void right(Damage.Kind kind, String place) {
        if (found.isEmpty()) return;
        var mended = found.remove(new Place(kind, place));
        if (mended != null) log.warn("mended: {}", mended.detail());
    }

    /** Everything that was found and is not mended. */
    public List<Damage> all() {
        return found.values().stream()
                .sorted(Comparator.comparing(Damage::kind).thenComparing(Damage::place))
                .toList();
    }

    /** What is wrong at that place. */
    public Optional<Damage> at(Damage.Kind kind, String place) {
        return Optional.ofNullable(found.get(new Place(kind, place)));
    }
}
