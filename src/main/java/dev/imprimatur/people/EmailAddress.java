// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.people;

import dev.imprimatur.problem.CleanText;
import dev.imprimatur.problem.Refusal;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import org.jspecify.annotations.Nullable;

/** The rule for e-mail addresses: one address as in RFC 5322, without a name, a comment or a list. */
public final class EmailAddress {
    private EmailAddress() {}

    /** The address as it is stored, without space around it. Throws a refusal if it is none. */
    public static String checked(String pointer, String given, int longest) {
        String fault = fault(given, longest);
        if (fault != null) throw Refusal.malformed(pointer, fault).raise();
        return given.strip();
    }

    /** Describes what an address has to be like; null if this one is like that. */
    public static @Nullable String fault(String given, int longest) {
        String address = given.strip();
        return address.length() <= longest && !CleanText.hasUnseen(address) && isOneAddress(address)
                ? null
                : "one address such as ada@example.org, of at most " + longest + " characters";
    }

    private static boolean isOneAddress(String address) {
        try {
            // A name, angle brackets and comments are not part of the parsed address.
            var parsed = new InternetAddress(address, true);
            return parsed.getAddress().equals(address) && !parsed.isGroup();
        } catch (AddressException none) {
            return false;
        }
    }
}
