// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Settings;
import dev.imprimatur.testing.UnitTest;
import dev.imprimatur.testing.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The manifests for Kubernetes fit together and fit the application. That they are valid, {@code .ci/run} checks with the schemas. */
@UnitTest
class KubernetesTest {
    private static final Path FOLDER = Path.of("deploy/kubernetes");

    private final List<JsonNode> manifests = manifests();
    private final JsonNode set = one("StatefulSet", it -> true);
    private final JsonNode pod = set.at("/spec/template/spec");
    private final JsonNode container = pod.at("/containers/0");

    KubernetesTest() throws IOException {}

    private static List<JsonNode> manifests() throws IOException {
        var all = new ArrayList<JsonNode>();
        try (var files = Files.list(FOLDER)) {
            for (var file : files.sorted().toList()) all.addAll(Yaml.documents(file));
        }
        return all;
    }

    private JsonNode one(String kind, Predicate<JsonNode> which) {
        var found = manifests.stream()
                .filter(it -> it.get("kind").asString().equals(kind))
                .filter(which)
                .toList();
        assertThat(found).as(kind).hasSize(1);
        return found.getFirst();
    }

    private JsonNode named(String kind, String name) {
        return one(kind, it -> it.at("/metadata/name").asString().equals(name));
    }

    @Test
    void everythingIsInItsNamespaceWhichRefusesMore() {
        var namespace = one("Namespace", it -> true);
        assertThat(namespace
                        .at("/metadata/labels")
                        .get("pod-security.kubernetes.io/enforce")
                        .asString())
                .isEqualTo("restricted");
        assertThat(manifests)
                .filteredOn(it -> it != namespace)
                .isNotEmpty()
                .allMatch(it -> it.at("/metadata/namespace").equals(namespace.at("/metadata/name")));
    }

    @Test
    void thePodMayDoNothingItDoesNotNeed() {
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/seccompProfile/type").asString()).isEqualTo("RuntimeDefault");
        assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(one("ServiceAccount", it -> true)
                        .get("automountServiceAccountToken")
                        .asBoolean(true))
                .isFalse();
        // IMPRIMATUR_PORT and its like would be read as settings
        assertThat(pod.at("/enableServiceLinks").asBoolean(true)).isFalse();

        assertThat(pod.get("containers")).hasSize(1);
        var rights = container.get("securityContext");
        assertThat(rights.get("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(rights.get("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(Yaml.texts(rights.at("/capabilities/drop"))).containsExactly("ALL");
        assertThat(rights.at("/capabilities").has("add")).isFalse();
        assertThat(Yaml.names(container.at("/resources/limits"))).contains("memory");
        assertThat(container.at("/resources/limits/memory")).isEqualTo(container.at("/resources/requests/memory"));
    }

    @Test
    void probesAskThePortOfTheServer() {
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8080);
        var port = container.at("/ports/0/name");
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe"))
            assertThat(container.get(probe).at("/httpGet/port")).as(probe).isEqualTo(port);
        // what is live only must not restart a node whose stores are away
        assertThat(container.at("/livenessProbe/httpGet/path").asString()).endsWith("/liveness");
        assertThat(container.at("/startupProbe/httpGet/path").asString()).endsWith("/liveness");
        assertThat(container.at("/readinessProbe/httpGet/path").asString()).endsWith("/readiness");
        for (var service : manifests)
            if (service.get("kind").asString().equals("Service"))
                assertThat(service.at("/spec/ports/0/targetPort")).isEqualTo(port);
        assertThat(one("NetworkPolicy", it -> true).at("/spec/ingress/0/ports/0/port"))
                .isEqualTo(port);
    }

    @Test
    void everySelectorFindsThePod() {
        var labels = set.at("/spec/template/metadata/labels");
        assertThat(labels).isNotEmpty();
        assertThat(set.at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(one("PodDisruptionBudget", it -> true).at("/spec/selector/matchLabels"))
                .isEqualTo(labels);
        assertThat(one("NetworkPolicy", it -> true).at("/spec/podSelector/matchLabels"))
                .isEqualTo(labels);
        assertThat(pod.at("/topologySpreadConstraints/0/labelSelector/matchLabels"))
                .isEqualTo(labels);
        assertThat(named("Service", "imprimatur").at("/spec/selector")).isEqualTo(labels);
        assertThat(named("Service", set.at("/spec/serviceName").asString()).at("/spec/selector"))
                .isEqualTo(labels);
    }

    @Test
    void whatThePodRefersToExists() {
        named("ServiceAccount", pod.get("serviceAccountName").asString());
        for (var source : container.get("envFrom"))
            named("ConfigMap", source.at("/configMapRef/name").asString());
        var volumes = new ArrayList<String>();
        for (var volume : pod.get("volumes")) {
            volumes.add(volume.get("name").asString());
            if (volume.has("secret"))
                named("Secret", volume.at("/secret/secretName").asString());
        }
        for (var claim : set.at("/spec/volumeClaimTemplates"))
            volumes.add(claim.at("/metadata/name").asString());
        assertThat(Yaml.list(container.get("volumeMounts")))
                .extracting(mount -> mount.get("name").asString())
                .containsExactlyInAnyOrderElementsOf(volumes);
    }

    @Test
    void everySettingExistsAndPointsAtAFileThatIsMounted() {
        var settings = named("ConfigMap", "imprimatur").get("data");
        assertThat(Settings.unknownVariables(Yaml.names(settings))).isEmpty();
        var secrets = named("Secret", "imprimatur").get("stringData");
        assertThat(Yaml.names(secrets)).contains("spring.mongodb.uri");
        assertThat(Settings.unknown(Yaml.names(secrets))).isEmpty();

        assertThat(settings.get("SPRING_CONFIG_IMPORT").asString())
                .isEqualTo("configtree:" + mountOf("settings") + "/");
        assertThat(settings.get("IMPRIMATUR_DATA_DIR").asString()).startsWith(mountOf("data") + "/");
        var key = Yaml.names(named("Secret", "imprimatur-key").get("stringData"));
        assertThat(key).hasSize(1);
        assertThat(settings.get("IMPRIMATUR_SIGNING_KEY_FILE").asString())
                .isEqualTo(mountOf("key") + "/" + key.iterator().next());
        // unpacks a library there
        assertThat(mountOf("tmp")).isEqualTo("/tmp");
    }

    private String mountOf(String volume) {
        return Yaml.list(container.get("volumeMounts")).stream()
                .filter(it -> it.get("name").asString().equals(volume))
                .findFirst()
                .orElseThrow()
                .get("mountPath")
                .asString();
    }

    @Test
    void secretsHaveNoValuesAndAreNotApplied() throws IOException {
        for (var secret : Yaml.documents(FOLDER.resolve("secret.yaml.example"))) {
            assertThat(secret.get("kind").asString()).isEqualTo("Secret");
            assertThat(Yaml.texts(secret.get("stringData"))).isNotEmpty().allMatch(String::isEmpty);
        }
        try (var files = Files.list(FOLDER)) {
            for (var file : files.filter(it -> it.toString().endsWith(".yaml")).toList())
                assertThat(Yaml.documents(file))
                        .noneMatch(it -> it.get("kind").asString().equals("Secret"));
        }
    }

    @Test
    void trafficOutHasAnAddressAndAPort() {
        for (var rule : one("NetworkPolicy", it -> true).at("/spec/egress")) {
            assertThat(rule.path("to")).isNotEmpty();
            assertThat(rule.path("ports")).isNotEmpty();
        }
        assertThat(Yaml.texts(one("NetworkPolicy", it -> true).at("/spec/policyTypes")))
                .containsExactlyInAnyOrder("Ingress", "Egress");
    }

    @Test
    void theImageIsOfThisVersion() throws IOException {
        var version = Pattern.compile("<artifactId>imprimatur</artifactId>\\s*<version>(.*?)(?:-SNAPSHOT)?</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();

        assertThat(container.get("image").asString()).isEqualTo("imprimatur:" + version.group(1));
    }
}
