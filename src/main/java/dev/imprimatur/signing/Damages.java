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
 * The damage that this node has found in edition logs, revisions, working copies, assets and the audit. Each damage is logged once and shown to
 * administrators until the document is found intact again. Other documents stay usable.
 */
@Component
public class Damages {
    private static final Logger log = LoggerFactory.getLogger(Damages.class);
    /** The greatest number of damaged documents to remember; more would tell an administrator nothing new. */
    private static final int MOST = 1000;

    private record Place(Damage.Kind kind, String name) {}

    private final Map<Place, Damage> damages = new ConcurrentHashMap<>();

    public void found(Damage damage) {
        var place = new Place(damage.kind(), damage.place());
        if (damages.size() >= MOST && !damages.containsKey(place)) return;
        if (!damage.equals(damages.put(place, damage)))
            log.error("{} See “When something fails” in docs/operations.md", damage.detail());
    }

    /** Notes that the document is intact, which removes an earlier damage. */
    public void right(Damage.Kind kind, String place) {
        if (damages.isEmpty()) return;
        var repaired = damages.remove(new Place(kind, place));
        if (repaired != null) log.warn("repaired: {}", repaired.detail());
    }

    /** Returns all damage that is not repaired. */
    public List<Damage> all() {
        return damages.values().stream()
                .sorted(Comparator.comparing(Damage::kind).thenComparing(Damage::place))
                .toList();
    }

    /** Returns the damage of this document, if there is one. */
    public Optional<Damage> at(Damage.Kind kind, String place) {
        return Optional.ofNullable(damages.get(new Place(kind, place)));
    }
}
