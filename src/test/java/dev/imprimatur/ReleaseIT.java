// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.JarProcess;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Yaml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The jar as it is given away: what it holds, what it says of itself, and what those ask of it who run it. */
class ReleaseIT {
    private static final Path JAR = Path.of(System.getProperty("built.jar"));
    private static final String SBOM = "META-INF/sbom/application.cdx.json";
    private static final String LIBRARIES = "BOOT-INF/lib/";

    @Test
    void everyLibraryIsInTheSbomWithItsBytes() throws Exception {
        var listed = new TreeMap<String, String>();
        for (var component : sbom().get("components"))
            for (var hash : component.path("hashes"))
                if (hash.get("alg").asString().equals("SHA-256"))
                    listed.put(
                            hash.get("content").asString(),
                            component.get("purl").asString());
        var contained = libraries();

        var missing = new TreeSet<String>();
        contained.forEach((name, bytes) -> {
            if (!listed.containsKey(sha256(bytes))) missing.add(name);
        });
        assertThat(contained).hasSizeGreaterThan(100);
        // Spring Boot adds it when it packages: it extracts the jar
        assertThat(missing).allMatch(name -> name.startsWith("spring-boot-jarmode-tools-"));
        assertThat(sbom().at("/metadata/component/name").asString()).isEqualTo("imprimatur");
    }

    @Test
    void theSbomListsNothingThatIsNotInTheJar() throws Exception {
        var contained = libraries().keySet();

        assertThat(sbom().get("components")).isNotEmpty().allSatisfy(component -> {
            String name = component.get("name").asString();
            // starters have no classes
            if (!name.contains("-starter"))
                assertThat(contained)
                        .contains(name + "-" + component.get("version").asString() + ".jar");
        });
    }

    /** Which of two classes of the same name is used would depend on the order of the class path. */
    @Test
    void noClassIsInTwoLibraries() throws IOException {
        var libraries = new HashMap<String, List<String>>();
        for (var library : libraries().entrySet())
            try (var entries = new ZipInputStream(new ByteArrayInputStream(library.getValue()))) {
                for (ZipEntry entry; (entry = entries.getNextEntry()) != null; )
                    if (entry.getName().endsWith(".class")
                            && !entry.getName().endsWith("module-info.class")
                            && !entry.getName().startsWith("META-INF/"))
                        libraries
                                .computeIfAbsent(entry.getName(), none -> new ArrayList<>())
                                .add(library.getKey());
            }
        assertThat(libraries).hasSizeGreaterThan(10_000);
        libraries.values().removeIf(in -> in.size() == 1);

        assertThat(libraries).isEmpty();
    }

    @Test
    void everyEntryHasTheTimeOfTheReleaseAndNothingNamesThisMachine() throws IOException {
        var time =
                Pattern.compile("<project.build.outputTimestamp>(.*)</").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(time.find()).isTrue();
        var expected = LocalDateTime.ofInstant(Instant.parse(time.group(1)), ZoneOffset.UTC);

        try (var jar = new JarFile(JAR.toFile())) {
            assertThat(jar.stream())
                    .isNotEmpty()
                    .allSatisfy(entry ->
                            assertThat(entry.getTimeLocal()).as(entry.getName()).isEqualTo(expected));
            for (String name : List.of("META-INF/build-info.properties", "META-INF/MANIFEST.MF", SBOM))
                assertThat(text(jar, name))
                        .as(name)
                        .doesNotContain(Path.of("").toAbsolutePath().toString())
                        .doesNotContain(System.getProperty("user.home") + "/");
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License");
        }
    }

    @Test
    void theServerAnswersThoseWhoRunIt() throws Exception {
        try (var jar = new JarProcess(Map.of(), Node.PASSWORD)) {
            jar.start();

            // the probes, without a credential
            var nobody = new Http(jar.url(), null);
            var pod = Yaml.documents(Path.of("deploy/kubernetes/statefulset.yaml"))
                    .getFirst()
                    .at("/spec/template/spec/containers/0");
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe"))
                nobody.get(pod.get(probe).at("/httpGet/path").asString()).ok();
            for (var check : healthChecks())
                assertThat(exitCode(check, jar.url())).as(check.toString()).isZero();

            // version and libraries, to administrators
            assertThat(nobody.get("/actuator/info").status()).isEqualTo(401);
            var admin = admin(jar.url());
            var info = admin.get("/actuator/info").ok();
            assertThat(info.at("/build/version").asString()).isNotEmpty();
            if (Files.isDirectory(Path.of(".git")))
                assertThat(info.at("/git/commit/id/full")
                                .asString(info.at("/git/commit/id").asString("")))
                        .as(info.toString())
                        .matches("[0-9a-f]{40}");
            assertThat(admin.get("/actuator/sbom/application").ok()).isEqualTo(sbom());

            jar.kill();
            for (var check : healthChecks())
                assertThat(exitCode(check, jar.url())).as(check.toString()).isNotZero();
        }
    }

    /** The commands by which the image and the compose file ask whether the server is well. */
    private static List<List<String>> healthChecks() throws IOException {
        String image = Files.readAllLines(Path.of("Dockerfile")).stream()
                .filter(line -> line.startsWith("HEALTHCHECK "))
                .findFirst()
                .orElseThrow();
        var command = JsonMapper.shared().readTree(image.substring(image.indexOf("CMD ") + 4));
        var compose =
                Yaml.documents(Path.of("docker-compose.yml")).getFirst().at("/services/imprimatur/healthcheck/test");
        // Compose reads two dollar signs as one
        return List.of(
                Yaml.texts(command),
                Yaml.texts(compose).stream()
                        .skip(1)
                        .map(it -> it.replace("$$", "$"))
                        .toList());
    }

    private static int exitCode(List<String> check, String url) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/bin/bash")), "needs bash");
        String port = String.valueOf(URI.create(url).getPort());
        var running = new ProcessBuilder(check.stream()
                        .map(it -> it.replace("/8080", "/" + port))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return running.exitValue();
    }

    private static Http admin(String url) {
        String token = new Http(url, Node.basic("admin", Node.PASSWORD))
                .post("/api/management/v1/tokens", Map.of("name", "release"))
                .ok()
                .get("token")
                .asString();
        return new Http(url, "Bearer " + token);
    }

    private static Map<String, byte[]> libraries() throws IOException {
        var libraries = new TreeMap<String, byte[]>();
        try (var jar = new JarFile(JAR.toFile())) {
            var entries = jar.stream()
                    .filter(it ->
                            it.getName().startsWith(LIBRARIES) && it.getName().endsWith(".jar"))
                    .toList();
            for (var entry : entries)
                try (var in = jar.getInputStream(entry)) {
                    libraries.put(entry.getName().substring(LIBRARIES.length()), in.readAllBytes());
                }
        }
        return libraries;
    }

    private static JsonNode sbom() throws IOException {
        try (var jar = new JarFile(JAR.toFile())) {
            return Http.JSON.readTree(text(jar, SBOM));
        }
    }

    /** Returns the text of an entry, from where Spring Boot has put it. */
    private static String text(JarFile jar, String name) throws IOException {
        var entry = Stream.of(name, "BOOT-INF/classes/" + name)
                .map(jar::getEntry)
                .filter(found -> found != null)
                .findFirst()
                .orElseThrow();
        try (var in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
