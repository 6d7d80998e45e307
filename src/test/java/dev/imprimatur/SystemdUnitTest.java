// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Settings;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The unit for systemd is hardened and names settings that exist. {@code .ci/run} also asks systemd itself, where it is installed. */
@UnitTest
class SystemdUnitTest {
    private final Map<String, List<String>> unit = unit();

    SystemdUnitTest() throws IOException {}

    private static Map<String, List<String>> unit() throws IOException {
        var values = new TreeMap<String, List<String>>();
        for (String line : Files.readAllLines(Path.of("deploy/systemd/imprimatur.service"))) {
            if (line.isBlank() || line.startsWith("#") || line.startsWith("[")) continue;
            int equals = line.indexOf('=');
            assertThat(equals).as(line).isPositive();
            values.computeIfAbsent(line.substring(0, equals), none -> new ArrayList<>())
                    .add(line.substring(equals + 1));
        }
        return values;
    }

    @Test
    void theServiceMayDoNothingItDoesNotNeed() {
        for (String protection : List.of(
                "DynamicUser",
                "NoNewPrivileges",
                "ProtectHome",
                "PrivateTmp",
                "PrivateDevices",
                "PrivateUsers",
                "ProtectClock",
                "ProtectControlGroups",
                "ProtectHostname",
                "ProtectKernelLogs",
                "ProtectKernelModules",
                "ProtectKernelTunables",
                "RestrictNamespaces",
                "RestrictRealtime",
                "RestrictSUIDSGID",
                "LockPersonality"))
            assertThat(unit.get(protection)).as(protection).containsExactly("yes");
        assertThat(unit.get("ProtectSystem")).containsExactly("strict");
        assertThat(unit.get("CapabilityBoundingSet")).containsExactly("");
        assertThat(unit.get("SystemCallFilter")).containsExactly("@system-service", "~@privileged @resources");
        assertThat(unit.get("StateDirectory")).containsExactly("imprimatur");
        // with it no JVM starts
        assertThat(unit).doesNotContainKey("MemoryDenyWriteExecute");
    }

    @Test
    void everySettingExistsAndSecretsAreCredentials() {
        var variables = unit.get("Environment").stream()
                .map(it -> it.substring(0, it.indexOf('=')))
                .toList();
        var credentials = unit.get("LoadCredential").stream()
                .map(it -> it.substring(0, it.indexOf(':')))
                .toList();

        assertThat(Settings.unknownVariables(variables)).isEmpty();
        assertThat(Settings.unknown(credentials)).isEmpty();
        assertThat(credentials).contains("spring.mongodb.uri", "spring.datasource.password");
        assertThat(unit.get("Environment"))
                .contains("SPRING_CONFIG_IMPORT=configtree:%d/", "IMPRIMATUR_DATA_DIR=%S/imprimatur/data")
                .noneMatch(it -> it.contains("PASSWORD"));
    }
}
