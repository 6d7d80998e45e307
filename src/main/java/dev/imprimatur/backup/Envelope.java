// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts a stream with a passphrase. The file is a header and chunks, each encrypted with AES-256-GCM under a key that PBKDF2 makes of the
 * passphrase and a salt of the file. The nonce of a chunk is its number, and what is authenticated with it is the header and whether
 * it is the last one. So no byte can be changed, and no chunk left out, moved, added or cut off, without being noticed.
 */
final class Envelope {
    private static final byte[] MAGIC = "IMPRIMATUR BACKUP 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_BYTES = 16;
    /** What OWASP recommends for PBKDF2 with HMAC-SHA-512 in its Password Storage Cheat Sheet. */
    private static final int ITERATIONS = 210_000;

    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int CHUNK = 1 << 20;
    private static final int TAG_BITS = 128;
    private static final int NONCE_BYTES = 12;

    private Envelope() {}

    /** The encryption of the chunks of one file. */
    private static final class Chunks {
        private final SecretKeySpec key;
        private final byte[] header;
        private long number;

        Chunks(char[] passphrase, byte[] salt, int iterations) {
            header = ByteBuffer.allocate(MAGIC.length + SALT_BYTES + Integer.BYTES)
                    .put(MAGIC)
                    .put(salt)
                    .putInt(iterations)
                    .array();
            try {
                byte[] bytes = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                        .generateSecret(new PBEKeySpec(passphrase, salt, iterations, 256))
                        .getEncoded();
                key = new SecretKeySpec(bytes, "AES");
            } catch (GeneralSecurityException impossible) {
                throw new AssertionError("every Java platform of ours has PBKDF2", impossible);
            }
        }

        byte[] next(int mode, byte[] bytes, int length, boolean isLast) throws GeneralSecurityException {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] nonce =
                    ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(number++).array();
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(header);
            cipher.updateAAD(new byte[] {(byte) (isLast ? 1 : 0)});
            return cipher.doFinal(bytes, 0, length);
        }
    }

    /** Returns a stream that encrypts what is written to it. Only closing it makes the file whole. */
    static OutputStream to(OutputStream file, char[] passphrase) throws IOException {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        var out = new DataOutputStream(file);
        var chunks = new Chunks(passphrase, salt, ITERATIONS);
        out.write(chunks.header);
        return new OutputStream() {
            private final byte[] buffer = new byte[CHUNK];
            private int filled;
            private boolean isClosed;

            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; ) {
                    if (filled == CHUNK) encrypt(false);
                    int taken = Math.min(length - done, CHUNK - filled);
                    System.arraycopy(bytes, offset + done, buffer, filled, taken);
                    filled += taken;
                    done += taken;
                }
            }

            private void encrypt(boolean isLast) throws IOException {
                try {
                    byte[] sealed = chunks.next(Cipher.ENCRYPT_MODE, buffer, filled, isLast);
                    out.writeInt(isLast ? -sealed.length : sealed.length);
                    out.write(sealed);
                    filled = 0;
                } catch (GeneralSecurityException impossible) {
                    throw new AssertionError("every Java platform of ours has AES-GCM", impossible);
                }
            }

            @Override
            public void close() throws IOException {
                if (isClosed) return;
                isClosed = true;
                encrypt(true);
                out.close();
            }
        };
    }

    /** Returns the bytes that were encrypted. Throws a {@link BackupFailure} where the file is not what was written. */
    static InputStream from(InputStream file, char[] passphrase) throws IOException {
        var in = new DataInputStream(file);
        byte[] magic = in.readNBytes(MAGIC.length);
        if (!Arrays.equals(magic, MAGIC))
            throw new BackupFailure("this file is no backup, or was made by another release");
        byte[] salt = in.readNBytes(SALT_BYTES);
        int iterations = salt.length == SALT_BYTES ? read(in) : 0;
        if (iterations <= 0 || iterations > MOST_ITERATIONS) throw changed();
        var chunks = new Chunks(passphrase, salt, iterations);
        return new InputStream() {
            private byte[] chunk = new byte[0];
            private int at;
            private boolean isLast;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                if (length == 0) return 0;
                while (at == chunk.length) {
                    if (isLast) return -1;
                    decrypt();
                }
                int taken = Math.min(length, chunk.length - at);
                System.arraycopy(chunk, at, to, offset, taken);
                at += taken;
                return taken;
            }

            private void decrypt() throws IOException {
                int written = Envelope.read(in);
                isLast = written < 0;
                int length = Math.abs(written);
                if (length < TAG_BITS / Byte.SIZE || length > CHUNK + TAG_BITS / Byte.SIZE) throw changed();
                byte[] sealed = in.readNBytes(length);
                if (sealed.length < length) throw changed();
                try {
                    chunk = chunks.next(Cipher.DECRYPT_MODE, sealed, length, isLast);
                } catch (AEADBadTagException notAsWritten) {
                    throw chunks.number == 1
                            ? new BackupFailure("the passphrase is another one, or the file was changed", notAsWritten)
                            : changed();
                } catch (GeneralSecurityException impossible) {
                    throw new AssertionError("every Java platform of ours has AES-GCM", impossible);
                }
                at = 0;
                if (isLast && in.read() >= 0) throw changed();
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    private static int read(DataInputStream in) throws IOException {
        try {
            return in.readInt();
        } catch (EOFException cutOff) {
            throw new BackupFailure("the file is cut off or was changed: it is not what was written", cutOff);
        }
    }

    private static BackupFailure changed() {
        return new BackupFailure("the file is cut off or was changed: it is not what was written");
    }
}
