// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.setup;

import dev.imprimatur.accounts.Account;
import dev.imprimatur.accounts.Accounts;
import dev.imprimatur.accounts.Role;
import dev.imprimatur.audit.Audit;
import dev.imprimatur.credentials.Secret;
import dev.imprimatur.problem.ProblemWriter;
import dev.imprimatur.problem.Refusal;
import dev.imprimatur.store.DataDirectory;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Creates the first administrator. While no account exists, the server serves only health checks and the setup page, and the setup page
 * only to this machine. A one-time link to that page is printed to the console. Where {@code imprimatur.admin-password-file} is set, the
 * account {@code admin} is created with the password in that file instead.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 20)
public class Setup extends OncePerRequestFilter {
    private static final Duration VALID = Duration.ofHours(1);
    private static final int TRIES = 10;
    private static final String TOKEN_FILE = "setup-token";

    private final Accounts accounts;
    private final Audit audit;
    private final ProblemWriter problems;
    private final DataDirectory data;
    private final Clock clock;
    private final Path passwordFile;
    private volatile boolean open;
    private @Nullable Secret token;
    private Instant expires = Instant.MIN;
    private int triesLeft;

    /** @param passwordFile {@code imprimatur.admin-password-file}; a file that only its owner can read, or empty */
    Setup(
            Accounts accounts,
            Audit audit,
            ProblemWriter problems,
            DataDirectory data,
            Clock clock,
            @Value("${imprimatur.admin-password-file:}") String passwordFile) {
        this.accounts = accounts;
        this.audit = audit;
        this.problems = problems;
        this.data = data;
        this.clock = clock;
        this.passwordFile = Path.of(passwordFile);
        this.open = accounts.hasNoAccount();
    }

    /** Creates the administrator from the password file, or prints a one-time setup link. Does nothing if an account exists. */
    public void begin(String baseUrl, PrintStream console) throws IOException {
        if (!accounts.hasNoAccount()) {
            close();
            return;
        }
        if (!passwordFile.toString().isEmpty()) {
            create("admin", "Administrator", ownersPassword());
            return;
        }
        openDoor(baseUrl, console);
    }

    private String ownersPassword() throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            var others = EnumSet.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_WRITE);
            others.retainAll(Files.getPosixFilePermissions(passwordFile));
            if (!others.isEmpty())
                throw new IllegalStateException(
                        "the password file " + passwordFile + " can be read by others; chmod 600 it");
        }
        return Files.readString(passwordFile).strip();
    }

    private synchronized void openDoor(String baseUrl, PrintStream console) throws IOException {
        var fresh = Secret.fresh("imp_setup_");
        token = fresh;
        expires = clock.instant().plus(VALID);
        triesLeft = TRIES;
        Files.deleteIfExists(data.resolve(TOKEN_FILE));
        DataDirectory.writeOwnerOnly(data.resolve(TOKEN_FILE), fresh.text());
        audit.record(null, "setup-opened", null, null);
        console.printf(
                "%n  No account exists yet. Make the first administrator, from this machine, within an hour:%n%n    %s/setup#token=%s%n%n",
                baseUrl, fresh.text());
    }

    /** Creates the first administrator if the token is right. Of two requests at once, only one creates an account. */
    synchronized Account complete(String given, String username, String displayName, String password) {
        if (!open) throw Refusal.missing("setup is done").raise();
        var expected = token;
        boolean right = expected != null
                && MessageDigest.isEqual(
                        expected.hash().getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                        new Secret(given).hash().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        if (expected == null || triesLeft <= 0 || clock.instant().isAfter(expires))
            throw Refusal.of(
                            Refusal.Kind.GONE,
                            "setup-expired",
                            "the link has expired; restart the server for a new one")
                    .raise();
        if (!right) {
            triesLeft--;
            throw Refusal.forbidden("wrong-setup-token", "this is not the token of the link on the console")
                    .raise();
        }
        return create(username, displayName, password);
    }

    private Account create(String username, String displayName, String password) {
        var admin = accounts.create(
                new Accounts.NewAccount(username, displayName, null, null, password, Set.of(Role.ADMIN)));
        audit.record(admin.username(), "setup-completed", null, null);
        close();
        return admin;
    }

    private synchronized void close() {
        open = false;
        token = null;
        try {
            Files.deleteIfExists(data.resolve(TOKEN_FILE));
        } catch (IOException stays) {
            logger.warn("the used setup token could not be deleted: " + stays.getMessage());
        }
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = request.getRequestURI();
        boolean setup = path.equals("/setup") || path.equals("/setup.js");
        if (setup && !open) problems.write(Refusal.missing("setup is done"), response);
        else if (setup && !isFromHere(request))
            problems.write(
                    Refusal.forbidden("not-from-here", "setup works from the machine the server runs on only"),
                    response);
        else if (open && !setup && !path.startsWith("/actuator/health"))
            problems.write(
                    Refusal.unavailable(
                            "setup-required",
                            "no administrator exists yet; open the link on the server's console",
                            Duration.ofSeconds(30)),
                    response);
        else chain.doFilter(request, response);
    }

    private static boolean isFromHere(HttpServletRequest request) throws IOException {
        return request.getHeader("X-Forwarded-For") == null
                && request.getHeader("Forwarded") == null
                && InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress();
    }
}
