// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.SearchField;
import dev.imprimatur.representation.GuideAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.analysis.CachingTokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;
import tools.jackson.databind.JsonNode;

/** The Lucene document of a guide. Its key is the address of the guide. */
final class GuideDocument {
    /**
     * The version of the document format. Raise it when documents are built differently: an index on disk with another version is rebuilt.
     */
    static final String FORMAT = "4";

    /** The field of the key. */
    static final String KEY = "key";

    /** Stores the offsets of every word, so that highlighting need not analyze the text again. */
    private static final FieldType HIGHLIGHTED = new FieldType(TextField.TYPE_NOT_STORED);

    static {
        HIGHLIGHTED.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS);
        HIGHLIGHTED.freeze();
    }

    private GuideDocument() {}

    static Document of(GuideAddress address, ContentType type, JsonNode content, GuideAnalyzer analyzer) {
        var document = new Document();
        document.add(new StringField(KEY, key(address), Field.Store.NO));
        document.add(new BinaryDocValuesField(KEY, new BytesRef(key(address))));
        String language = GuideAnalyzer.language(address.locale());
        var weights = new TermWeights(language, type, analyzer);
        for (SearchField field : type.searchFields()) {
            String text = field.text(content);
            if (text.isEmpty()) continue;
            String indexField = GuideAnalyzer.field(language, type, field);
            var tokens = cached(analyzer.tokenStream(indexField, text));
            weights.add(field, text, tokens);
            document.add(new StoredField(indexField, text));
            document.add(new Field(indexField, tokens, HIGHLIGHTED));
        }
        weights.fields().forEach(document::add);
        return document;
    }

    /** Caches the tokens of a text, so that the text is analyzed only once. */
    private static TokenStream cached(TokenStream tokens) {
        try (tokens) {
            var cached = new CachingTokenFilter(tokens);
            cached.reset();
            cached.incrementToken();
            return cached;
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading a string", impossible);
        }
    }

    /** The term that identifies the document of an address. */
    static Term keyTerm(GuideAddress address) {
        return new Term(KEY, key(address));
    }

    private static String key(GuideAddress address) {
        return address.type() + " " + address.slug() + " " + address.locale();
    }

    static GuideAddress address(BytesRef key) {
        String[] parts = key.utf8ToString().split(" ", 3);
        return new GuideAddress(parts[0], parts[1], parts[2]);
    }
}
