// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio.administration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@UnitTest
class DeliveryFailureTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Connection refused | cannot be reached
            Couldn't connect to host, port: mail, 25; timeout 1000 | cannot be reached
            Read timed out | did not answer in time
            535 5.7.8 Error: authentication failed | name or password
            550 5.1.1 <a@example.org>: Recipient address rejected | does not accept the address
            552 5.2.2 over quota | mailbox is full
            450 4.2.0 greylisted | asks to try again later
            PKIX path building failed | can be trusted
            no mail server is configured | No mail server is configured
            something else | did not accept the mail
            """)
    void mails(String error, String words) {
        var failure = DeliveryFailure.ofMail(error);

        assertThat(failure.words()).contains(words).endsWith(".");
        assertThat(failure.technical()).isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status 404 | no longer knows this address
            status 403 | allows no messages
            status 429 | fewer messages
            status 503 | failure of its own
            status 302 | leads to another one
            status 400 | does not accept the message
            no response within 15000 ms | did not answer in time
            UnknownHostException: chat.invalid | cannot be reached
            """)
    void chats(String error, String words) {
        assertThat(DeliveryFailure.ofChat(error).words()).contains(words).endsWith(".");
    }
}
