// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.publication;

import dev.imprimatur.publication.LedgerEntry.Subject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Encodes and decodes the entries of consecutive checkpoints: the fingerprint, the time, the edition, whether the guide is published, and
 * the number of the subject. Subjects are numbered in the order in which they first appear in the ledger, and are encoded only there.
 */
final class CheckpointEntries {
    /** Between the id of a guide and its set of translations, if an entry names one. Checkpoints of earlier releases name none. */
    private static final char SET = '\n';

    private CheckpointEntries() {}

    private static String idAndSet(Subject subject) {
        return subject.translationSet() == null ? subject.id() : subject.id() + SET + subject.translationSet();
    }

    private static Subject subject(String idAndSet, String type, String slug, String locale) {
        int end = idAndSet.indexOf(SET);
        return end < 0
                ? new Subject(idAndSet, type, slug, locale)
                : new Subject(idAndSet.substring(0, end), type, slug, locale, idAndSet.substring(end + 1));
    }

    /** Encodes entries in the order of the ledger. */
    static final class Encoder {
        private final Map<Subject, Integer> numbers = new HashMap<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        void add(EntrySummary entry, Fingerprint fingerprint) {
            var hash = ByteBuffer.allocate(Fingerprint.BYTES);
            fingerprint.writeTo(hash);
            try {
                out.write(hash.array());
                out.writeLong(entry.at().toEpochMilli());
                out.writeInt(entry.edition());
                out.writeBoolean(entry.isLive());
                var subject = entry.subject();
                int next = numbers.size();
                int number = numbers.computeIfAbsent(subject, first -> next);
                out.writeInt(number);
                if (number < next) return;
                out.writeUTF(idAndSet(subject));
                out.writeUTF(subject.type());
                out.writeUTF(subject.slug());
                out.writeUTF(subject.locale());
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }

        /** Numbers a subject of an entry that is encoded already. */
        void know(Subject subject) {
            int next = numbers.size();
            numbers.computeIfAbsent(subject, first -> next);
        }

        /** Continues a checkpoint whose subjects are known. */
        void continueAfter(byte[] encoded) {
            bytes.writeBytes(encoded);
        }

        /** Returns what was encoded since the last {@link #begin}. */
        ByteBuffer encoded() {
            return ByteBuffer.wrap(bytes.toByteArray());
        }

        /** Begins the next checkpoint. */
        void begin() {
            bytes.reset();
        }

        void clear() {
            bytes.reset();
            numbers.clear();
        }
    }

    /**
     * Decodes consecutive checkpoints from the beginning of the ledger.
     *
     * @throws IllegalArgumentException if they cannot be decoded
     */
    static void decode(List<Checkpoint> checkpoints, BiConsumer<EntrySummary, Fingerprint> visitor) {
        var subjects = new ArrayList<Subject>();
        for (var checkpoint : checkpoints) {
            var in = new DataInputStream(new ByteArrayInputStream(checkpoint.bytes()));
            var hash = new byte[Fingerprint.BYTES];
            try {
                for (long position = checkpoint.from(); position <= checkpoint.to(); position++) {
                    in.readFully(hash);
                    var at = Instant.ofEpochMilli(in.readLong());
                    int edition = in.readInt();
                    boolean isLive = in.readBoolean();
                    int number = in.readInt();
                    if (number == subjects.size())
                        subjects.add(subject(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF()));
                    visitor.accept(
                            new EntrySummary(position, subjects.get(number), edition, isLive, at),
                            Fingerprint.from(ByteBuffer.wrap(hash)));
                }
                if (in.available() > 0) throw new IllegalArgumentException("more bytes than entries");
            } catch (IOException | IndexOutOfBoundsException wrong) {
                throw new IllegalArgumentException("not the entries of a checkpoint", wrong);
            }
        }
    }
}
