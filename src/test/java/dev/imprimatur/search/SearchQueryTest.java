// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.ByteBuffersDirectory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The results of a search depend only on the published guides, and not on guides that an index held before or on how it was built. */
@UnitTest
class SearchQueryTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ContentType TYPE = new ContentType("note", (ObjectNode) JSON.readTree("""
            {"title": "Note", "x-workflow": "w", "x-review-interval": "P6M", "type": "object",
             "additionalProperties": false, "properties": {
              "title": {"type": "string", "maxLength": 200, "x-searchable": 3},
              "body": {"type": "string", "x-searchable": true}}}"""));

    /** Words that are prefixes of each other, or differ by a typing error. */
    private static final List<String> VOCABULARY = List.of(
            "data",
            "date",
            "dated",
            "dates",
            "datum",
            "engine",
            "engines",
            "engineer",
            "engineers",
            "enginer",
            "engineering",
            "english",
            "enjoy",
            "kubernetes",
            "kubernetis",
            "kuberneles",
            "lamp",
            "lamps",
            "lamb");

    /**
     * A change of a guide.
     *
     * @param text its words; empty if the guide is unpublished
     */
    record Change(int guide, List<String> text, boolean isCommitted) {}

    @Provide
    Arbitrary<List<Change>> changes() {
        var texts = Arbitraries.of(VOCABULARY).list().ofMaxSize(4);
        return Combinators.combine(Arbitraries.integers().between(0, 5), texts, Arbitraries.of(true, false))
                .as(Change::new)
                .list()
                .ofMaxSize(25);
    }

    @Provide
    Arbitrary<String> questions() {
        var typed = Arbitraries.oneOf(
                Arbitraries.of(VOCABULARY),
                Arbitraries.of("en", "eng", "engin", "enginee", "da", "lam", "kubernets", "dats", "lamq", "zzzz"));
        return typed.list().ofMinSize(1).ofMaxSize(3).map(words -> String.join(" ", words));
    }

    /** The scores of the guides that a query finds, and the query for highlighting. */
    private record Found(Map<String, Long> scores, String marks) {}

    private static Found ask(DirectoryReader index, String text) throws IOException {
        var question = new SearchQuery(text, TYPE, List.of("en"), new GuideAnalyzer(), index);
        var scores = question.scores(index);
        var found = new TreeMap<String, Long>();
        for (var leaf : index.leaves()) {
            var keys = leaf.reader().getBinaryDocValues("key");
            var live = leaf.reader().getLiveDocs();
            for (int document = 0; keys != null && document < leaf.reader().maxDoc(); document++)
                if ((live == null || live.get(document))
                        && keys.advanceExact(document)
                        && scores[leaf.docBase + document] > 0)
                    found.put(keys.binaryValue().utf8ToString(), scores[leaf.docBase + document]);
        }
        return new Found(found, question.highlightQuery().toString());
    }

    private static void write(IndexWriter index, int guide, List<String> text) throws IOException {
        var address = new GuideAddress("note", "guide-" + guide, "en-US");
        var content = JSON.createObjectNode().put("title", text.getFirst()).put("body", String.join(" ", text));
        index.updateDocument(
                new Term("key", "note guide-" + guide + " en-US"),
                GuideDocument.of(address, TYPE, content, new GuideAnalyzer()));
    }

    @Property
    void anUpdatedIndexFindsTheSameAsARebuiltIndex(
            @ForAll("changes") List<Change> changes, @ForAll("questions") String question) throws IOException {
        var live = new TreeMap<Integer, List<String>>();
        try (var grown = new ByteBuffersDirectory();
                var anew = new ByteBuffersDirectory();
                // without merges, deleted documents stay in their segments
                var growing = new IndexWriter(
                        grown, new IndexWriterConfig(new GuideAnalyzer()).setMergePolicy(NoMergePolicy.INSTANCE));
                var building = new IndexWriter(anew, new IndexWriterConfig(new GuideAnalyzer()))) {
            for (var change : changes) {
                if (change.text().isEmpty()) {
                    live.remove(change.guide());
                    growing.deleteDocuments(new Term("key", "note guide-" + change.guide() + " en-US"));
                } else {
                    live.put(change.guide(), change.text());
                    write(growing, change.guide(), change.text());
                }
                if (change.isCommitted()) growing.commit();
            }
            for (var guide : live.entrySet()) write(building, guide.getKey(), guide.getValue());
            try (var past = DirectoryReader.open(growing);
                    var fresh = DirectoryReader.open(building)) {
                assertThat(ask(past, question)).isEqualTo(ask(fresh, question));
            }
        }
    }
}
