// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Settings;
import dev.imprimatur.testing.UnitTest;
import dev.imprimatur.testing.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the Dockerfile and the compose file promise: no service is root, gains rights, or writes where it need not. */
@UnitTest
class ImageTest {
    /** A name without a host, with a version. */
    private static final Pattern PINNED = Pattern.compile("[a-z0-9-]+:[0-9][a-z0-9.-]*(@sha256:[0-9a-f]{64})?");

    private final List<String> instructions = instructions();
    private final JsonNode compose =
            Yaml.documents(Path.of("docker-compose.yml")).getFirst();

    ImageTest() throws IOException {}

    private static List<String> instructions() throws IOException {
        String text = Files.readString(Path.of("Dockerfile")).replaceAll("(?m)^#.*\n", "");
        return text.replaceAll("\\\\\n\\s*", "")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    private List<String> all(String instruction) {
        return instructions.stream()
                .filter(line -> line.startsWith(instruction + " "))
                .map(line -> line.substring(instruction.length() + 1))
                .toList();
    }

    private Map<String, JsonNode> services() {
        var services = new TreeMap<String, JsonNode>();
        for (String name : Yaml.names(compose.get("services"))) {
            var service = compose.get("services").get(name).deepCopy().asObject();
            // Jackson does not merge as YAML does
            assertThat(service.has("<<")).as(name).isTrue();
            service.setAll(compose.get("x-hardened").asObject());
            services.put(name, service);
        }
        return services;
    }

    @Test
    void baseImagesHaveAVersionAndNoHost() {
        var images = new ArrayList<>(all("FROM").stream()
                .map(from -> from.replaceFirst(" AS .*", ""))
                .toList());
        services().values().stream()
                .filter(service -> service.has("image"))
                .forEach(service -> images.add(service.get("image").asString()));

        assertThat(images).hasSize(4).allMatch(image -> PINNED.matcher(image).matches());
    }

    @Test
    void theImageIsOfNobodyAndAppliesAsSuchInKubernetes() throws IOException {
        assertThat(all("USER")).containsExactly("10001:10001");
        var pod = Yaml.documents(Path.of("deploy/kubernetes/statefulset.yaml"))
                .getFirst()
                .at("/spec/template/spec");
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(10001);
        // everything after the last line of commands is run as this user
        assertThat(instructions.lastIndexOf("USER 10001:10001"))
                .isGreaterThan(instructions.lastIndexOf("RUN " + all("RUN").getLast()));
    }

    @Test
    void theHeapAndTheBytesOfGuidesFitIntoTheMemory() throws IOException {
        for (String file : List.of("Dockerfile", "deploy/systemd/imprimatur.service")) {
            var percentage = Pattern.compile("MaxRAMPercentage=(\\d+)").matcher(Files.readString(Path.of(file)));
            assertThat(percentage.find()).as(file).isTrue();
            assertThat(Integer.parseInt(percentage.group(1)) * 1.75).as(file).isLessThanOrEqualTo(80);
        }
    }

    @Test
    void theFilesOfTheImageAreAsOldAsThoseOfTheJar() throws IOException {
        var time =
                Pattern.compile("<project.build.outputTimestamp>(.*)</").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(time.find()).isTrue();

        assertThat(all("ARG"))
                .containsExactly(
                        "SOURCE_DATE_EPOCH=" + Instant.parse(time.group(1)).getEpochSecond());
        assertThat(all("RUN").getFirst()).contains("touch --date=\"@$SOURCE_DATE_EPOCH\"");
        // which records the day
        assertThat(all("RUN")).noneMatch(command -> command.contains("useradd"));
    }

    @Test
    void theContextOfTheBuildIsTheJar() throws IOException {
        assertThat(Files.readAllLines(Path.of(".dockerignore")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactly("*", "!target/imprimatur-*.jar");
    }

    @Test
    void noServiceIsRootOrGainsRights() {
        services().forEach((name, service) -> {
            assertThat(service.get("read_only").asBoolean()).as(name).isTrue();
            assertThat(Yaml.texts(service.get("cap_drop"))).as(name).containsExactly("ALL");
            assertThat(service.has("cap_add") || service.has("privileged"))
                    .as(name)
                    .isFalse();
            assertThat(Yaml.texts(service.get("security_opt"))).as(name).containsExactly("no-new-privileges:true");
            // the image of the application has a user
            if (service.has("image"))
                assertThat(service.path("user").asString("root")).as(name).isNotIn("root", "0");
        });
    }

    @Test
    void everyServiceHasItsLimitsAndIsWatched() {
        services().forEach((name, service) -> {
            assertThat(Yaml.names(service)).as(name).contains("mem_limit", "pids_limit", "healthcheck", "restart");
            assertThat(Yaml.texts(service.get("tmpfs")))
                    .as(name)
                    .allMatch(place -> place.contains("size="))
                    .anyMatch(place -> place.startsWith("/tmp:"));
            assertThat(Yaml.texts(service.get("volumes"))).as(name).hasSize(1).noneMatch(it -> it.startsWith("."));
        });
        // a library is unpacked there and loaded
        assertThat(Yaml.texts(services().get("imprimatur").get("tmpfs")))
                .first()
                .asString()
                .contains("exec");
    }

    @Test
    void onlyTheApplicationHasAWayOut() {
        var internal = Yaml.names(compose.get("networks")).stream()
                .filter(name ->
                        compose.get("networks").get(name).path("internal").asBoolean(false))
                .toList();
        services().forEach((name, service) -> {
            if (name.equals("imprimatur")) {
                assertThat(Yaml.texts(service.get("ports"))).allMatch(port -> port.startsWith("127.0.0.1:"));
                return;
            }
            assertThat(service.has("ports")).as(name).isFalse();
            assertThat(Yaml.texts(service.get("networks")))
                    .as(name)
                    .isNotEmpty()
                    .allMatch(internal::contains);
        });
    }

    @Test
    void secretsAreFiles() {
        services().forEach((name, service) -> {
            for (String variable : Yaml.names(service.get("environment")))
                if (variable.contains("PASSWORD")) assertThat(variable).as(name).endsWith("_FILE");
        });
        var declared = Yaml.names(compose.get("secrets"));
        for (String secret : declared)
            assertThat(compose.get("secrets").get(secret).get("file").asString())
                    .startsWith("./secrets/");
        assertThat(Yaml.list(services().get("imprimatur").get("secrets")))
                .allMatch(it -> declared.contains(
                        it.isString() ? it.asString() : it.get("source").asString()));
    }

    @Test
    void everySettingExists() {
        var service = services().get("imprimatur");
        var named = new ArrayList<>(Yaml.names(service.get("environment")));
        for (String variable : all("ENV")) named.add(variable.substring(0, variable.indexOf('=')));
        var files = Yaml.list(service.get("secrets")).stream()
                .filter(it -> it.has("target"))
                .map(it -> it.get("target").asString())
                .toList();

        assertThat(named).contains("IMPRIMATUR_DATA_DIR", "SPRING_MONGODB_URI");
        assertThat(Settings.unknownVariables(named)).isEmpty();
        assertThat(Settings.unknown(Set.copyOf(files))).isEmpty();
    }
}
