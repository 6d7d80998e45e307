// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.idempotency;

import dev.imprimatur.content.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A request with an idempotency key.
 *
 * @param caller account and key; never stored, because the key decrypts the answer
 * @param id the hash of the caller
 * @param fingerprint the hash of the request's content
 * @param patient whether the request waits for an earlier run, instead of an answer that asks to send it again
 */
record Call(String caller, String id, String fingerprint, boolean patient) {
    /** A request to the management API. Another request with the same key is refused. */
    static Call ofScript(String account, String key, String target, byte[] body) {
        var digest = Sha256.digest();
        digest.update(target.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        String caller = account + "\n" + key;
        return new Call(caller, hash(caller), HexFormat.of().formatHex(digest.digest(body)), false);
    }

    /** A form of the studio. If somebody corrects the form and sends it again, that is another request. */
    static Call ofForm(String account, String key, String form) {
        String caller = account + "\nstudio\n" + key + "\n" + form;
        return new Call(caller, hash(caller), hash(form), true);
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Sha256.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Leaves the key out, so that a log cannot reveal it. */
    @Override
    public String toString() {
        return "Call[" + id + "]";
    }
}
