// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@UnitTest
class AddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "localhost",
                "127.1",
                "2130706433",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.100.100.200",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "fd00:ec2::254",
                "fe80::1",
                "3fff::1",
                "3fff:fff::1",
                "5f00::1",
                "::7f00:1",
                "ff02::1"
            })
    void addressesOfThisMachineAndItsNetworksAreRefused(String host) {
        assertThatThrownBy(() -> new Addresses(List.of()).resolve(host)).isInstanceOf(UnknownHostException.class);
        assertThat(new Addresses(List.of()).refuse(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[::1]",
                "[::ffff:169.254.169.254]",
                "0x7f.1",
                "1.2.3.4.5",
                "0177.0.0.1",
                "010.1.1.1",
                "1.1.1",
                "1.1",
                "16843009",
                "1.1.1.0x1",
                "1.1.1.1.",
                "[2606:4700:4700::1111%1]",
                "[fe80::1%eth0]"
            })
    void aHostThatIsNoNameIsRefusedWhenAdded(String host) {
        assertThat(new Addresses(List.of()).refuse(host)).isTrue();
    }

    @Test
    void aNameThatDoesNotResolveYetIsAccepted() {
        assertThat(new Addresses(List.of()).refuse("hooks.example.invalid")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "172.32.0.1", "2606:4700:4700::1111"})
    void publicAddressesAreAccepted(String host) throws Exception {
        assertThat(new Addresses(List.of()).resolve(host)).hasSize(1);
    }

    @Test
    void theOperatorCanAllowANetworkOfTheirOwn() throws Exception {
        var addresses = new Addresses(List.of("10.1.0.0/16"));

        assertThat(addresses.resolve("10.1.2.3")).hasSize(1);
        assertThatThrownBy(() -> addresses.resolve("10.2.0.1")).isInstanceOf(UnknownHostException.class);
    }
}
