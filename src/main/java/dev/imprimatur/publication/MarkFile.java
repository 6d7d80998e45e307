// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.content.Sha256;
import dev.imprimatur.store.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The mark in the data directory. The file has one line of JSON for each time that the mark was raised; an incomplete last line is ignored.
 * Each store has its own file, so that a directory that was used with embedded stores can be used with other stores.
 */
@Component
@Order(2)
class MarkFile implements HighWaterMark {
    private static final int MOST_LINES = 1_000;
    private static final int NAME_BYTES = 6;

    /** @param withdrawn the editions that were unpublished since the previous line, by guide */
    record Line(String lineage, long position, String hash, Map<String, Integer> withdrawn) {
        Mark mark() {
            return new Mark(lineage, position, hash);
        }
    }

    private final Path file;
    private final JsonMapper json;
    /** The last line, and all editions that were unpublished up to that line. */
    private @Nullable Line last;

    private boolean isRead;
    private int lines;

    /** @param uri {@code spring.mongodb.uri}; empty for the embedded store */
    @Autowired
    MarkFile(DataDirectory data, JsonMapper json, @Value("${spring.mongodb.uri:}") String uri) {
        this(data.resolve(uri.isEmpty() ? "ledger-mark" : "ledger-mark-" + name(uri)), json);
    }

    MarkFile(Path file, JsonMapper json) {
        this.file = file;
        this.json = json;
    }

    /** Returns a name for the database and its servers that does not depend on the credentials and options in the URI. */
    private static String name(String uri) {
        String names = uri.replaceFirst("^[^/]*//([^@]*@)?", "").replaceFirst("[?].*$", "");
        return HexFormat.of().formatHex(Sha256.of(names.getBytes(StandardCharsets.UTF_8)), 0, NAME_BYTES);
    }

    @Override
    public String place() {
        return "the data directory";
    }

    @Override
    public synchronized Optional<Mark> mark() {
        return Optional.ofNullable(last()).map(Line::mark);
    }

    @Override
    public synchronized Map<String, Integer> withdrawn() {
        var line = last();
        return line == null ? Map.of() : line.withdrawn();
    }

    private @Nullable Line last() {
        if (!isRead) {
            last = readFile();
            isRead = true;
        }
        return last;
    }

    private @Nullable Line readFile() {
        if (!Files.exists(file)) return null;
        Line joined = null;
        try {
            for (String text : Files.readAllLines(file)) {
                var line = line(text);
                lines++;
                if (line != null) joined = joined(joined, line.mark(), line.withdrawn());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file, failed);
        }
        return joined;
    }

    private @Nullable Line line(String text) {
        try {
            return json.readValue(text, Line.class);
        } catch (JacksonException cutOff) {
            return null;
        }
    }

    private static Line joined(@Nullable Line before, Mark mark, Map<String, Integer> withdrawn) {
        var all = new HashMap<String, Integer>();
        if (before != null && before.lineage().equals(mark.lineage())) all.putAll(before.withdrawn());
        withdrawn.forEach((guide, edition) -> all.merge(guide, edition, Math::max));
        return new Line(mark.lineage(), mark.position(), mark.hash(), Map.copyOf(all));
    }

    @Override
    public synchronized void raise(Mark mark, Map<String, Integer> withdrawn, Predicate<String> isFormer) {
        var before = last();
        var added = new HashMap<>(withdrawn);
        boolean sameLineage = false;
        if (before != null) {
            sameLineage = before.lineage().equals(mark.lineage());
            boolean stays = sameLineage ? before.position() >= mark.position() : !isFormer.test(before.lineage());
            if (stays) return;
            if (sameLineage) added.entrySet().removeAll(before.withdrawn().entrySet());
        }
        var next = joined(before, mark, withdrawn);
        try {
            if (!sameLineage || lines >= MOST_LINES) replace(next);
            else append(new Line(mark.lineage(), mark.position(), mark.hash(), added));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + file, failed);
        }
        last = next;
    }

    private void append(Line line) throws IOException {
        // start a new line, even if the previous one was cut off
        byte[] bytes = ("\n" + json.writeValueAsString(line)).getBytes(StandardCharsets.UTF_8);
        try (var out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            out.write(ByteBuffer.wrap(bytes));
            out.force(false);
        }
        lines++;
    }

    private void replace(Line line) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        DataDirectory.writeOwnerOnly(fresh, json.writeValueAsString(line));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        lines = 1;
    }
}
