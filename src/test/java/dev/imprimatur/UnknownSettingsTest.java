// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.impl.NoOpLog;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** A setting that nothing reads stops the start; a variable is named in the log. */
class UnknownSettingsTest {
    private final List<String> warnings = new ArrayList<>();
    private final UnknownSettings check = new UnknownSettings(destination -> new NoOpLog() {
        @Override
        public void warn(Object message) {
            warnings.add(message.toString());
        }
    });

    private void start(Map<String, Object> settings, Map<String, Object> variables) {
        var environment = new StandardEnvironment();
        var sources = environment.getPropertySources();
        sources.replace(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        sources.addFirst(new MapPropertySource("file", settings));
        check.check(environment);
    }

    @Test
    void allUnknownNamesAreToldAtOnce() {
        assertThatThrownBy(() -> start(
                        Map.of(
                                "imprimatur.data-dirs", "x",
                                "imprimatur.review.leed", "1d",
                                "imprimatur.signing.retired-key-files[0]", "a.pem",
                                "imprimatur.demo", "true",
                                "server.port", "1"),
                        Map.of()))
                .isInstanceOf(UnknownSettings.Unknown.class)
                .hasMessage("imprimatur.data-dirs, imprimatur.review.leed, imprimatur.signing.retired-key-files[0]");
    }

    @Test
    void everyWayToWriteAKnownNameIsTaken() {
        start(
                Map.of("imprimatur.data-dir", "x", "imprimatur.dataDir", "x", "imprimatur.mongodb.timeout", "1s"),
                Map.of("IMPRIMATUR_DATA_DIR", "x", "IMPRIMATUR_DATADIR", "x", "PATH", "/bin"));

        assertThat(warnings).isEmpty();
    }

    @Test
    void variablesOfAPlatformDoNotStopTheStart() {
        start(Map.of(), Map.of("IMPRIMATUR_PORT_8080_TCP", "tcp://10.0.0.1:8080"));

        assertThat(warnings)
                .containsExactly("The environment variable IMPRIMATUR_PORT_8080_TCP sets nothing of Imprimatur.");
    }
}
