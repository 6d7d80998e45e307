// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.Imprimatur;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Setup creates the first administrator: nobody can sign in before, and setup is closed afterwards. */
class SetupTest {
    private static ConfigurableApplicationContext start(Path data, String... more) {
        var arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--imprimatur.data-dir=" + data,
                "--logging.level.root=error"));
        arguments.addAll(List.of(more));
        var application = new SpringApplication(Imprimatur.class);
        application.setRegisterShutdownHook(false);
        return application.run(arguments.toArray(String[]::new));
    }

    private static Http at(ConfigurableApplicationContext context) {
        return new Http("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"), null);
    }

    @Test
    void theLinkMakesOneAdministratorAndIsThenClosed(@TempDir Path data) throws Exception {
        try (var context = start(data)) {
            var server = at(context);
            var token = data.resolve("setup-token");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
                    .isEqualTo("rw-------");
            assertThat(server.get("/api/delivery/v1/role-guide").problem()).isEqualTo("setup-required");
            assertThat(server.get("/actuator/health/liveness").status()).isEqualTo(200);
            assertThat(server.get("/setup").status()).isEqualTo(200);
            assertThat(server.get("/setup", "X-Forwarded-For", "192.0.2.1").status())
                    .isEqualTo(403);
            var wanted = Map.of(
                    "token", "wrong", "username", "ada", "displayName", "Ada", "password", "correct horse battery");
            assertThat(server.post("/setup", wanted).status()).isEqualTo(403);

            var right = new HashMap<String, Object>(wanted);
            right.put("token", Files.readString(token));
            assertThat(server.post("/setup", right).status()).isEqualTo(201);

            assertThat(server.post("/setup", right).status()).isEqualTo(404);
            assertThat(server.get("/setup").status()).isEqualTo(404);
            assertThat(token).doesNotExist();
            var admin = new Http(server.base() + "/api/management/v1", Node.basic("ada", "correct horse battery"));
            assertThat(admin.post("/tokens", Map.of("name", "first")).status()).isEqualTo(201);
        }
    }

    @Test
    void tenWrongTriesCloseTheDoorUntilTheNextStart(@TempDir Path data) throws Exception {
        try (var context = start(data)) {
            var server = at(context);
            var wanted = new HashMap<>(Map.of(
                    "token", "wrong", "username", "ada", "displayName", "Ada", "password", "correct horse battery"));
            for (int i = 0; i < 10; i++)
                assertThat(server.post("/setup", wanted).status()).isEqualTo(403);
            wanted.put("token", Files.readString(data.resolve("setup-token")));

            assertThat(server.post("/setup", wanted).status()).isEqualTo(410);
        }
    }

    @Test
    void aPasswordFileThatOthersCanReadIsRefused(@TempDir Path data) throws Exception {
        var file = Files.writeString(data.resolve("password"), "correct horse battery");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> start(data.resolve("data"), "--imprimatur.admin-password-file=" + file))
                .hasStackTraceContaining("chmod 600");
    }
}
