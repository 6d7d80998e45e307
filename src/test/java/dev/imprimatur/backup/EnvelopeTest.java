// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A changed byte, a chunk in another place and another passphrase are noticed. */
@UnitTest
class EnvelopeTest {
    private static final char[] PASSPHRASE = "correct horse battery staple".toCharArray();
    private static final int HEADER = 20 + 16 + 4;
    private static final int CHUNK = 1 << 20;
    private static final int SEALED = 4 + CHUNK + 16;

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        new Random(length).nextBytes(text);
        return text;
    }

    private static byte[] sealed(byte[] text) throws IOException {
        var file = new ByteArrayOutputStream();
        try (var out = Envelope.to(file, PASSPHRASE)) {
            out.write(text);
        }
        return file.toByteArray();
    }

    private static byte[] opened(byte[] file) throws IOException {
        try (var in = Envelope.from(new ByteArrayInputStream(file), PASSPHRASE)) {
            return in.readAllBytes();
        }
    }

    private static void assertRefused(byte[] file) {
        assertThatThrownBy(() -> opened(file)).isInstanceOf(BackupFailure.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7})
    void whatIsWrittenIsRead(int length) throws IOException {
        byte[] text = text(length);
        assertThat(opened(sealed(text))).isEqualTo(text);
    }

    @Test
    void aPassphraseIsInAnyScript() throws IOException {
        char[] passphrase = "пароль 密码 كلمة السر 🔑".toCharArray();
        var file = new ByteArrayOutputStream();
        try (var out = Envelope.to(file, passphrase)) {
            out.write(text(9));
        }
        try (var in = Envelope.from(new ByteArrayInputStream(file.toByteArray()), passphrase)) {
            assertThat(in.readAllBytes()).isEqualTo(text(9));
        }
        assertRefused(file.toByteArray());
    }

    @Test
    void everyChangedByteIsNoticed() throws IOException {
        byte[] file = sealed(text(50));
        for (int i = 0; i < file.length; i++) {
            // the number of iterations would only take long
            if (i >= HEADER - 4 && i < HEADER) continue;
            byte[] changed = file.clone();
            changed[i] ^= 1;
            assertRefused(changed);
        }
    }

    @Test
    void whatIsCutOffAddedOrMovedIsNoticed() throws IOException {
        byte[] file = sealed(text(3 * CHUNK + 5));
        for (int length : new int[] {0, 5, HEADER, HEADER + 3, HEADER + SEALED, HEADER + 2 * SEALED, file.length - 1})
            assertRefused(Arrays.copyOf(file, length));
        assertRefused(Arrays.copyOf(file, file.length + 1));
        byte[] swapped = file.clone();
        System.arraycopy(file, HEADER, swapped, HEADER + SEALED, SEALED);
        System.arraycopy(file, HEADER + SEALED, swapped, HEADER, SEALED);
        assertRefused(swapped);
        byte[] left = new byte[file.length - SEALED];
        System.arraycopy(file, 0, left, 0, HEADER);
        System.arraycopy(file, HEADER + SEALED, left, HEADER, left.length - HEADER);
        assertRefused(left);
        // a chunk of another backup with the same passphrase
        byte[] other = sealed(text(3 * CHUNK + 5));
        System.arraycopy(other, HEADER, swapped, HEADER, SEALED);
        assertRefused(swapped);
    }

    @Test
    void anotherPassphraseIsTold() throws IOException {
        byte[] file = sealed(text(50));
        assertThatThrownBy(() -> {
                    try (var in = Envelope.from(new ByteArrayInputStream(file), "another".toCharArray())) {
                        in.readAllBytes();
                    }
                })
                .isInstanceOf(BackupFailure.class)
                .hasMessageContaining("the passphrase is another one");
        assertRefused("PK no backup at all, but long enough to be one".getBytes(StandardCharsets.US_ASCII));
    }
}
