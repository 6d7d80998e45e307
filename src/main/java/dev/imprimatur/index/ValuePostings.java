// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.index;

import dev.imprimatur.representation.PublishedGuide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The index of one property: the values in ascending order, each with the places of the guides that have it. Immutable. */
public final class ValuePostings {
    private static final Comparator<byte[]> BY_KEY = Arrays::compareUnsigned;

    /** A value, and the places of the guides that have it. */
    public static final class Value {
        /** Bytes whose unsigned order is the order of the values. */
        private final byte[] key;

        private final String text;
        private final Postings places;

        private Value(byte[] key, String text, Postings places) {
            this.key = key;
            this.text = text;
            this.places = places;
        }

        byte[] key() {
            return key;
        }

        public String text() {
            return text;
        }

        public Postings places() {
            return places;
        }

        private Value at(Postings others) {
            return new Value(key, text, others);
        }
    }

    /** The lower or upper end of a range of values. */
    public record Bound(String value, boolean isInclusive) {}

    private final Property property;
    private final Value[] values;
    /** The number of places of the index. */
    private final int size;

    private ValuePostings(Property property, Value[] values, int size) {
        this.property = property;
        this.values = values;
        this.size = size;
    }

    static ValuePostings of(Property property, @Nullable PublishedGuide[] guides) {
        var found = new HashMap<String, List<Integer>>();
        for (int place = 0; place < guides.length; place++)
            for (String value : texts(property, guides[place]))
                found.computeIfAbsent(value, text -> new ArrayList<>()).add(place);
        return new ValuePostings(
                property,
                found.entrySet().stream()
                        .map(it -> new Value(
                                property.key(it.getKey()),
                                it.getKey(),
                                Postings.of(
                                        it.getValue().stream()
                                                .mapToInt(Integer::intValue)
                                                .toArray(),
                                        guides.length)))
                        .sorted(Comparator.comparing(Value::key, BY_KEY))
                        .toArray(Value[]::new),
                guides.length);
    }

    private static Set<String> texts(Property property, @Nullable PublishedGuide guide) {
        return guide == null ? Set.of() : new HashSet<>(property.of(guide));
    }

    /**
     * Returns the index after these changes.
     *
     * @param size the number of places of the new {@code TypeIndex}
     */
    ValuePostings with(List<TypeIndex.Change> changes, int size) {
        var changed = new TreeMap<byte[], Value>(BY_KEY);
        for (var change : changes) {
            var before = texts(property, change.before());
            var after = texts(property, change.after());
            for (String text : before)
                if (!after.contains(text)) {
                    var value = current(changed, text);
                    changed.put(value.key(), value.at(value.places().without(change.place())));
                }
            for (String text : after)
                if (!before.contains(text)) {
                    var value = current(changed, text);
                    changed.put(value.key(), value.at(value.places().with(change.place(), size)));
                }
        }
        return new ValuePostings(property, changed.isEmpty() ? values : merged(changed), size);
    }

    private Value current(Map<byte[], Value> changed, String text) {
        byte[] key = property.key(text);
        var value = changed.get(key);
        if (value != null) return value;
        int at = firstFrom(key, true);
        return has(at, key) ? values[at] : new Value(key, text, Postings.NONE);
    }

    /**
     * Merges the changed values into the sorted values. A changed value replaces the old one; a value that no guide has any more is left
     * out.
     */
    private Value[] merged(Map<byte[], Value> changed) {
        var all = new Value[values.length + changed.size()];
        int from = 0;
        int to = 0;
        for (var value : changed.values()) {
            int at = firstFrom(value.key(), true);
            System.arraycopy(values, from, all, to, at - from);
            to += at - from;
            from = has(at, value.key()) ? at + 1 : at;
            if (!value.places().isEmpty()) all[to++] = value;
        }
        System.arraycopy(values, from, all, to, values.length - from);
        return Arrays.copyOf(all, to + values.length - from);
    }

    private boolean has(int at, byte[] key) {
        return at < values.length && Arrays.equals(values[at].key(), key);
    }

    /** The index of the first value that is greater than the key, or at least the key if {@code isInclusive}. */
    private int firstFrom(byte[] key, boolean isInclusive) {
        int low = 0;
        int high = values.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int compared = BY_KEY.compare(values[middle].key(), key);
            if (compared > 0 || compared == 0 && isInclusive) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /** The values as text. */
    public Set<String> keySet() {
        return all().map(Value::text).collect(Collectors.toUnmodifiableSet());
    }

    public Stream<Value> all() {
        return Arrays.stream(values);
    }

    /** The places of guides that have at least one of these values. */
    BitSet having(Collection<String> wanted) {
        var places = new BitSet(size);
        for (String value : wanted) {
            byte[] key = property.key(value);
            int at = firstFrom(key, true);
            if (has(at, key)) values[at].places().addTo(places);
        }
        return places;
    }

    /** The places of guides that have any value. */
    BitSet any() {
        return between(null, null);
    }

    /** The places of guides that have a value within the range; a null bound leaves that side open. */
    public BitSet between(@Nullable Bound least, @Nullable Bound greatest) {
        int from = least == null ? 0 : firstFrom(property.key(least.value()), least.isInclusive());
        int to = greatest == null ? values.length : firstFrom(property.key(greatest.value()), !greatest.isInclusive());
        var places = new BitSet(size);
        IntStream.range(from, Math.max(from, to))
                .forEach(at -> values[at].places().addTo(places));
        return places;
    }
}
