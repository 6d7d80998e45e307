// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which passwords are refused, although they are long enough. */
@UnitTest
class PasswordsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "passwordpassword",
                "Password1234",
                "P@ssw0rd1234",
                "qwertyuiop12",
                "qwertyuiopasdfghjkl",
                "1234567890ab",
                "123456789012345",
                "iloveyou1234",
                "letmein12345",
                "abcdefghijklm",
                "abcdeabcdeabcde",
                "december2026",
                "gladys.bloggs1"
            })
    void whatIsGuessedEarlyIsRefused(String password) {
        assertThat(Passwords.fault("gladys.bloggs", password)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery",
                "a password for tests",
                "Zwölf Boxkämpfer jagen Eva",
                "незабудки у старого моста",
                "我的猫喜欢在窗台上晒太阳哦",
                "t7#kQ9w!zP2m"
            })
    void whatIsNotIsTaken(String password) {
        assertThat(Passwords.fault("gladys.bloggs", password)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128})
    void theLongestIsEstimatedAtOnce(int length) {
        assertThat(Passwords.fault(
                        "gladys.bloggs", "correct horse battery ".repeat(6).substring(0, length)))
                .isNull();
    }
}
