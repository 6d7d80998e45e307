// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.catalogue.Snapshot;
import dev.imprimatur.content.ContentType;
import dev.imprimatur.index.TypeIndex;
import dev.imprimatur.representation.PublishedGuide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.DirectoryReader;

/** A snapshot of the catalogue, with a reader of the search index in the state that was built from this snapshot. */
record IndexedSnapshot(Snapshot snapshot, DirectoryReader reader, Map<String, DocumentPlaces> placesByType) {
    IndexedSnapshot(Snapshot snapshot, DirectoryReader reader) {
        this(snapshot, reader, new ConcurrentHashMap<>());
    }

    /** Maps Lucene documents to places of a {@link TypeIndex}, and back. */
    static final class DocumentPlaces {
        private static final int NONE = -1;
        private final int[] places;
        private final int[] documents;

        DocumentPlaces(int documents, int places) {
            this.places = new int[documents];
            this.documents = new int[places];
            Arrays.fill(this.places, NONE);
        }

        private void put(int document, int place) {
            places[document] = place;
            documents[place] = document;
        }

        /** The place of the document's guide; -1 if the document is of another type or was deleted. */
        int place(int document) {
            return places[document];
        }

        int document(int place) {
            return documents[place];
        }
    }

    TypeIndex index(ContentType type) {
        return snapshot.ofType(type.name()).index();
    }

    /** The mapping for a content type; created on first use. */
    DocumentPlaces places(ContentType type) {
        return placesByType.computeIfAbsent(type.name(), name -> {
            try {
                return map(name, index(type));
            } catch (IOException failed) {
                throw new UncheckedIOException("reading the search index", failed);
            }
        });
    }

    private DocumentPlaces map(String type, TypeIndex typeIndex) throws IOException {
        var places = new DocumentPlaces(reader.maxDoc(), typeIndex.size());
        for (var leaf : reader.leaves()) {
            var keys = leaf.reader().getBinaryDocValues(GuideDocument.KEY);
            var live = leaf.reader().getLiveDocs();
            for (int document = 0; keys != null && document < leaf.reader().maxDoc(); document++) {
                if (live != null && !live.get(document) || !keys.advanceExact(document)) continue;
                var address = GuideDocument.address(keys.binaryValue());
                var guide = address.type().equals(type) ? snapshot.find(address) : Optional.<PublishedGuide>empty();
                if (guide.isPresent()) places.put(leaf.docBase + document, typeIndex.place(guide.get()));
            }
        }
        return places;
    }

    void release() {
        try {
            reader.decRef();
        } catch (IOException failed) {
            throw new UncheckedIOException("closing a reader of the search index", failed);
        }
    }
}
