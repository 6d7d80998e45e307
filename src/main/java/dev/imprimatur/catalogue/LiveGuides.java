// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.representation.PublishedGuide;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds published guides by their ids. */
@Component
public class LiveGuides {
    private record ById(Snapshot snapshot, Map<String, PublishedGuide> guides) {}

    private volatile @Nullable ById latest;

    /** The guide with this id, if the snapshot has it. */
    public Optional<PublishedGuide> find(Snapshot snapshot, String id) {
        return Optional.ofNullable(byId(snapshot).guides().get(id));
    }

    private ById byId(Snapshot snapshot) {
        var known = latest;
        return known != null && known.snapshot().isSame(snapshot) ? known : read(snapshot);
    }

    private synchronized ById read(Snapshot snapshot) {
        var known = latest;
        if (known != null && known.snapshot().isSame(snapshot)) return known;
        var guides = new HashMap<String, PublishedGuide>();
        snapshot.guides().forEach(guide -> guides.put(guide.entry().id(), guide));
        var read = new ById(snapshot, guides);
        if (known == null || snapshot.hasReached(known.snapshot())) latest = read;
        return read;
    }
}
