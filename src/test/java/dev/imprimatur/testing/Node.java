// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.testing;

import dev.imprimatur.Imprimatur;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** A running application with a team of accounts, used over HTTP. */
public final class Node implements AutoCloseable {
    public static final String PASSWORD = "a password for tests";
    private static final Map<String, List<String>> TEAM = Map.of(
            "editor", List.of("EDITOR"),
            "second-editor", List.of("EDITOR"),
            "reviewer", List.of("REVIEWER"),
            "second-reviewer", List.of("REVIEWER"),
            "both", List.of("EDITOR", "REVIEWER"),
            "publisher", List.of("PUBLISHER"));

    static {
        // tests run in parallel: an uncaught exception in a thread of one node does not concern the others
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    /** Guards the start and stop of applications: all engines of a JVM share one registry, and the logging configuration is global. */
    private static final Object ONE_AT_A_TIME = new Object();

    private static final TeamPasswordEncoder PASSWORDS = new TeamPasswordEncoder();

    private static final ThreadLocal<Node> SHARED = ThreadLocal.withInitial(Node::start);

    private final Map<String, String> settings;
    private final MovableClock clock;
    private final Map<String, Http> people = new ConcurrentHashMap<>();
    private ConfigurableApplicationContext context;
    private int port;
    private Http site;

    private Node(Map<String, String> settings, MovableClock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** The application that all tests of a thread share, unless they move its clock or stop it. */
    public static Node shared() {
        return SHARED.get();
    }

    /** Starts an application with stores of its own. */
    public static Node start(String... more) {
        var settings = new HashMap<>(Stores.fresh());
        settings.put("imprimatur.data-dir", DataDirectories.create().toString());
        for (int i = 0; i < more.length; i += 2) settings.put(more[i], more[i + 1]);
        var node = new Node(settings, new MovableClock());
        node.run();
        node.makeTeam();
        return node;
    }

    /** Starts an application on existing stores, whose accounts have {@link #PASSWORD}, with the clock at the given moment. */
    public static Node over(Instant moment, Consumer<Map<String, String>> filling, String siteKey) {
        var settings = new HashMap<>(Stores.fresh());
        settings.put("imprimatur.data-dir", DataDirectories.create().toString());
        filling.accept(settings);
        var clock = new MovableClock();
        clock.to(moment);
        var node = new Node(settings, clock);
        node.run();
        node.site = new Http(node.delivery(), "Bearer " + siteKey);
        return node;
    }

    /** Starts a second node on the stores of this node, with some settings changed. Embedded stores cannot be shared. */
    public Node beside(String... changed) {
        var twin = new HashMap<>(settings);
        twin.put("imprimatur.data-dir", DataDirectories.create().toString());
        twin.put(
                "imprimatur.signing.key-file", data().resolve("signing-key.pem").toString());
        for (int i = 0; i < changed.length; i += 2) twin.put(changed[i], changed[i + 1]);
        var node = new Node(twin, clock);
        node.run();
        node.site = new Http(node.delivery(), site.authorization());
        return node;
    }

    /** The settings of the application, as command line arguments. */
    public List<String> arguments() {
        return settings().entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toList();
    }

    private Map<String, Object> settings() {
        var all = new HashMap<String, Object>(settings);
        all.putIfAbsent("server.port", "0");
        all.put("server.address", "127.0.0.1");
        all.put("spring.main.log-startup-info", "false");
        all.put("logging.level.root", "error");
        all.putIfAbsent("logging.level.dev.imprimatur", "warn");
        all.putIfAbsent("imprimatur.content-types", "classpath*:seed-content/types/");
        all.putIfAbsent("imprimatur.workflows", "classpath*:workflows/");
        all.putIfAbsent("imprimatur.admin-password-file", passwordFile().toString());
        return all;
    }

    private void run() {
        var application = new SpringApplication(Imprimatur.class);
        application.setRegisterShutdownHook(false);
        application.addInitializers(it -> it.getBeanFactory().registerSingleton("testClock", clock));
        application.addInitializers(it -> it.getBeanFactory().registerSingleton("teamPasswordEncoder", PASSWORDS));
        application.addInitializers(it -> it.getBeanFactory().registerSingleton("requestFaults", new RequestFaults()));
        application.addInitializers(SimulatedCrash::installInto);
        application.addInitializers(OperationCount::installInto);
        var all = settings();
        application.setDefaultProperties(all);
        synchronized (ONE_AT_A_TIME) {
            context = application.run(all.entrySet().stream()
                    .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                    .toArray(String[]::new));
        }
        port = Integer.parseInt(context.getEnvironment().getProperty("local.server.port"));
        people.clear();
    }

    private static Path passwordFile() {
        try {
            var file = Files.createTempFile(
                    "imprimatur",
                    "password",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            file.toFile().deleteOnExit();
            return Files.writeString(file, PASSWORD);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void makeTeam() {
        TEAM.forEach((username, roles) -> as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "The " + username,
                                "title",
                                "Of the team",
                                "password",
                                PASSWORD,
                                "roles",
                                roles))
                .ok());
        site = siteWith(Map.of("name", "a site", "scopes", List.of("delivery")));
    }

    public Http siteWith(Map<String, Object> key) {
        String secret = as("admin").post("/api-keys", key).ok().get("key").asString();
        return new Http(delivery(), "Bearer " + secret);
    }

    /** A member of the team, on the management API. */
    public Http as(String username) {
        return people.computeIfAbsent(username, name -> {
            String token = new Http(management(), basic(name, PASSWORD))
                    .post("/tokens", Map.of("name", "test", "expiresIn", "P366D"))
                    .ok()
                    .get("token")
                    .asString();
            return new Http(management(), "Bearer " + token);
        });
    }

    /** Lets every person create a new token with their next request, because a token expires after a year. */
    public void renewTokens() {
        people.clear();
    }

    public static String basic(String username, String password) {
        return "Basic "
                + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** A client with a site key, on the delivery API. */
    public Http site() {
        return site;
    }

    public Http nobody() {
        return new Http(url(), null);
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public String management() {
        return url() + "/api/management/v1";
    }

    public String delivery() {
        return url() + "/api/delivery/v1";
    }

    public MovableClock clock() {
        return clock;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public <T> List<T> beans(Class<T> type) {
        return List.copyOf(context.getBeansOfType(type).values());
    }

    public Path data() {
        return Path.of(settings.get("imprimatur.data-dir"));
    }

    public Guides guides() {
        return new Guides(this);
    }

    /** Stops the application, runs an action, and starts it again on the same stores. */
    public void restart(Runnable whileDown) {
        synchronized (ONE_AT_A_TIME) {
            context.close();
        }
        whileDown.run();
        String authorization = site.authorization();
        run();
        site = new Http(delivery(), authorization);
    }

    /** Restarts the application on the same stores with some settings changed. */
    public void restartWith(String... changed) {
        restart(() -> {
            for (int i = 0; i < changed.length; i += 2) settings.put(changed[i], changed[i + 1]);
        });
    }

    /** Stops the application, and starts it on stores of its own, which are empty until the action has filled them. */
    public void restartOnFreshStores(Runnable filling) {
        restart(() -> {
            settings.putAll(Stores.fresh());
            settings.put("imprimatur.data-dir", DataDirectories.create().toString());
            filling.run();
        });
    }

    /** Restarts the application without the engine's database. */
    public void restartWithoutEngineDatabase() {
        restart(() -> Stores.discardEngine(settings));
    }

    @Override
    public void close() {
        if (context == null) return;
        synchronized (ONE_AT_A_TIME) {
            context.close();
        }
        // a class of tests keeps its node, and all that the application needed would stay in memory
        context = null;
    }
}
