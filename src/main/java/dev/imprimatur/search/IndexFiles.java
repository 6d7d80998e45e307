// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import dev.imprimatur.catalogue.Catalogue;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.content.Sha256;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.publication.LedgerReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the search index on disk. Each commit records the ledger position that the index has reached and what it was built for, so
 * that a restart uses the files only if they still fit.
 */
final class IndexFiles {
    private static final Logger log = LoggerFactory.getLogger(IndexFiles.class);
    private static final String POSITION = "position";
    private static final String HASH = "hash";
    private static final String FINGERPRINT = "made";

    private final Path directory;
    private final Catalogue catalogue;
    private final LedgerReader ledger;
    private final ContentTypes types;

    IndexFiles(Path directory, Catalogue catalogue, LedgerReader ledger, ContentTypes types) {
        this.directory = directory;
        this.catalogue = catalogue;
        this.ledger = ledger;
        this.types = types;
    }

    FSDirectory open() throws IOException {
        return FSDirectory.open(directory);
    }

    /** Deletes the files if they were built from another ledger, for other content types or in another format. */
    void clearIfOutdated() throws IOException {
        if (!Files.isDirectory(directory)) return;
        try (var files = open()) {
            if (!DirectoryReader.indexExists(files)) return;
            Map<String, String> commit;
            try (var reader = DirectoryReader.open(files)) {
                commit = reader.getIndexCommit().getUserData();
            }
            long position = Long.parseLong(commit.getOrDefault(POSITION, "0"));
            if (fingerprint().equals(commit.get(FINGERPRINT))
                    && catalogue.now().reading() == 0
                    && position <= catalogue.now().position()
                    && hashAt(position).equals(commit.get(HASH))) return;
        }
        log.info("the search index on disk belongs to another ledger or to other content types; it is rebuilt");
        clear();
    }

    void clear() {
        try (var files = open()) {
            for (String file : files.listAll()) files.deleteFile(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("clearing " + directory, failed);
        }
    }

    /** Commits the index as built up to the ledger position. */
    void commit(IndexWriter writer, long position) throws IOException {
        var commit = new HashMap<String, String>();
        commit.put(POSITION, Long.toString(position));
        commit.put(HASH, hashAt(position));
        commit.put(FINGERPRINT, fingerprint());
        writer.setLiveCommitData(commit.entrySet());
        writer.commit();
    }

    /** The ledger position of the last commit; 0 if there is none. */
    static long position(IndexWriter writer) {
        var commit = writer.getLiveCommitData();
        if (commit != null)
            for (var entry : commit) if (entry.getKey().equals(POSITION)) return Long.parseLong(entry.getValue());
        return 0;
    }

    private String hashAt(long position) {
        return ledger.find(List.of(position)).stream()
                .map(LedgerEntry::hash)
                .findFirst()
                .orElse("");
    }

    /** Identifies everything besides the ledger that the index depends on: the format, the version of Lucene and the search fields. */
    private String fingerprint() {
        String fields = types.all().stream()
                .map(type -> type.name() + type.searchFields())
                .sorted()
                .collect(Collectors.joining("\n"));
        return Base64.getEncoder()
                .encodeToString(
                        Sha256.of((GuideDocument.FORMAT + Version.LATEST + fields).getBytes(StandardCharsets.UTF_8)));
    }
}
