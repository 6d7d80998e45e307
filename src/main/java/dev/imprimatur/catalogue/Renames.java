// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.catalogue;

import dev.imprimatur.representation.GuideAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * The guides of one content type that were renamed. Immutable; a change returns a new instance.
 *
 * @param byFormerSlug the ids of the guides by former slug and then by locale
 * @param current the current addresses of the guides by id
 * @param former the former addresses of the guides by id
 */
record Renames(
        PMap<String, Map<String, String>> byFormerSlug,
        PMap<String, GuideAddress> current,
        PMap<String, PSet<GuideAddress>> former) {
    static final Renames NONE = new Renames(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

    /** Returns the renames after the guide has moved from one address to another. */
    Renames with(String guide, GuideAddress from, GuideAddress to) {
        var addresses =
                former.getOrDefault(guide, HashTreePSet.empty()).plus(from).minus(to);
        return new Renames(
                changed(changed(byFormerSlug, from, guide), to, null),
                current.plus(guide, to),
                former.plus(guide, addresses));
    }

    private static PMap<String, Map<String, String>> changed(
            PMap<String, Map<String, String>> all, GuideAddress address, @Nullable String guide) {
        var byLocale = new HashMap<>(all.getOrDefault(address.slug(), Map.of()));
        if (guide == null) byLocale.remove(address.locale());
        else byLocale.put(address.locale(), guide);
        return byLocale.isEmpty() ? all.minus(address.slug()) : all.plus(address.slug(), Map.copyOf(byLocale));
    }

    /** The ids of the guides that had this slug before, by locale. */
    Map<String, String> formerlyAt(String slug) {
        return byFormerSlug.getOrDefault(slug, Map.of());
    }

    Optional<GuideAddress> currentOf(String guide) {
        return Optional.ofNullable(current.get(guide));
    }

    /** The addresses that the guide had before. */
    Set<GuideAddress> formerOf(String guide) {
        return former.getOrDefault(guide, HashTreePSet.empty());
    }
}
