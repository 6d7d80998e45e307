// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.transfer;

import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.content.ContentTypes;
import dev.imprimatur.credentials.SiteKeys;
import dev.imprimatur.people.Person;
import dev.imprimatur.setup.Setup;
import dev.imprimatur.store.DataDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.servlet.ConfigurableServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** The last steps of the start: the first administrator, the seed content and, in the demo, accounts and a site key to try it with. */
@Configuration(proxyBeanMethods = false)
class Demo {
    /** The file that keeps the site key, so that the printed key stays valid when the demo starts again. */
    private static final String KEY_FILE = "demo-site-key";

    private static final int PASSWORD_BYTES = 12;

    private record DemoAccount(String username, String displayName, String title, Set<Role> roles) {}

    private static final List<DemoAccount> ACCOUNTS = List.of(
            new DemoAccount("admin", "Ada Admin", "Administrator", Set.of(Role.ADMIN)),
            new DemoAccount("editor", "Edith Editor", "Editor", Set.of(Role.EDITOR)),
            new DemoAccount("second-editor", "Erin Second", "Editor", Set.of(Role.EDITOR)),
            new DemoAccount("reviewer", "Rosa Reviewer", "Senior editor", Set.of(Role.REVIEWER)),
            new DemoAccount("second-reviewer", "Ravi Second", "Subject expert", Set.of(Role.REVIEWER)),
            new DemoAccount("publisher", "Petra Publisher", "Head of publishing", Set.of(Role.PUBLISHER)));

    /** Makes the demo listen only on the loopback address. */
    @Bean
    WebServerFactoryCustomizer<ConfigurableServletWebServerFactory> loopbackOnly(
            @Value("${imprimatur.demo:false}") boolean demo) {
        return server -> {
            if (demo) server.setAddress(InetAddress.getLoopbackAddress());
        };
    }

    @Bean
    @Order(0)
    ApplicationRunner firstSteps(
            Environment settings,
            WebServerApplicationContext server,
            Accounts accounts,
            SiteKeys keys,
            Setup setup,
            SeedImport seeds,
            ContentTypes types,
            DataDirectory data,
            @Value("${imprimatur.demo:false}") boolean demo,
            @Value("${imprimatur.import-seed-content:false}") boolean importSeeds,
            @Value("${imprimatur.demo-password:}") String chosenPassword) {
        if (demo
                && (!settings.getProperty("spring.mongodb.uri", "").isEmpty()
                        || !settings.getProperty("spring.datasource.url", "").isEmpty()))
            throw new IllegalStateException("the demo runs only with embedded stores; unset imprimatur.demo");
        return (ApplicationArguments arguments) -> {
            var webServer = server.getWebServer();
            int port = webServer == null ? 0 : webServer.getPort();
            String url = "http://127.0.0.1:" + port;
            if (demo) start(url, accounts, keys, seeds, types, setup, data, chosenPassword);
            else {
                setup.begin(url, System.out);
                if (importSeeds) seeds.run(Person.SYSTEM);
            }
        };
    }

    private static void start(
            String url,
            Accounts accounts,
            SiteKeys keys,
            SeedImport seeds,
            ContentTypes types,
            Setup setup,
            DataDirectory data,
            String chosenPassword)
            throws IOException {
        boolean isFirstStart = accounts.hasNoAccount();
        String password = chosenPassword.isEmpty() ? randomPassword() : chosenPassword;
        if (isFirstStart)
            ACCOUNTS.forEach(account -> accounts.create(new Accounts.NewAccount(
                    account.username(), account.displayName(), account.title(), null, password, account.roles())));
        else if (!chosenPassword.isEmpty())
            ACCOUNTS.forEach(account -> accounts.resetPassword(account.username(), password));
        setup.begin(url, System.out);
        seeds.run(accounts.account(ACCOUNTS.get(1).username())
                .orElseThrow()
                .person()
                .withoutGrants());
        banner(
                url,
                isFirstStart || !chosenPassword.isEmpty() ? password : null,
                siteKey(accounts, keys, data),
                types.all().iterator().next().name(),
                System.out);
    }

    /** Returns the key that an earlier start printed, which is kept in the data directory; a new key if that one is not valid any more. */
    private static String siteKey(Accounts accounts, SiteKeys keys, DataDirectory data) throws IOException {
        String kept = data.secret(KEY_FILE, () -> freshKey(accounts, keys));
        if (keys.ring().find(kept).isPresent()) return kept;
        Files.delete(data.resolve(KEY_FILE));
        return data.secret(KEY_FILE, () -> freshKey(accounts, keys));
    }

    private static String freshKey(Accounts accounts, SiteKeys keys) {
        return keys.create(
                        new SiteKeys.NewKey("demo site", List.of("delivery"), List.of(), List.of()),
                        accounts.known("admin").person())
                .secret();
    }

    private static String randomPassword() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static void banner(String url, @Nullable String password, String key, String type, PrintStream out) {
        out.printf(
                """

                  Imprimatur, demo: embedded stores, this machine only

                  Studio           %1$s/studio
                  Management API   %1$s/api/management/v1
                  Delivery API     %1$s/api/delivery/v1
                  API description  %1$s/docs
                  Accounts         %2$s
                  Password         %3$s

                  Read a guide as a site does:
                  curl -H 'Authorization: Bearer %4$s' %1$s/api/delivery/v1/%5$s

                """,
                url,
                ACCOUNTS.stream().map(DemoAccount::username).collect(Collectors.joining(", ")),
                password == null
                        ? "as at the first start (to choose one, start with IMPRIMATUR_DEMO_PASSWORD set)"
                        : password + "  (all of them)",
                key,
                type);
        out.flush();
    }
}
