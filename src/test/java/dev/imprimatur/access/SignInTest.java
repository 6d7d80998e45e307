// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Before sign-in, the server keeps no state for a visitor; the browser keeps the address that the visitor asked for. */
class SignInTest {
    private static final String SESSION = "imprimatur-session";

    @Test
    void whoeverHasNotSignedInHasNoSession() {
        var node = Node.shared();
        for (String path :
                List.of("/", "/login", "/studio", "/studio/guides?state=draft", "/studio/nothing", "/reset/x"))
            assertThat(cookies(node.nobody().get(path, "Accept", "text/html")))
                    .as(path)
                    .noneMatch(it -> it.contains(SESSION));
        var form = Visitor.stranger(node).post("/login", "/login", "username", "editor", "password", "wrong");
        assertThat(cookies(form)).noneMatch(it -> it.contains(SESSION));
    }

    @Test
    void afterSigningInOneIsWhereOneWantedToGo() {
        var node = Node.shared();
        var visitor = Visitor.stranger(node);
        assertThat(visitor.get("/studio/guides?state=draft").header("Location")).endsWith("/login");

        var signedIn = visitor.post("/login", "/login", "username", "editor", "password", Node.PASSWORD);

        assertThat(signedIn.header("Location")).contains("/studio/guides?state=draft");
        assertThat(visitor.get(signedIn.header("Location")).status()).isEqualTo(200);
        assertThat(cookies(signedIn)).anyMatch(it -> it.startsWith(SESSION + "=") && it.contains("HttpOnly"));
    }

    @Test
    void aKeptPageLeadsNowhereElse() {
        var node = Node.shared();
        for (String elsewhere :
                List.of("https://attacker.example/", "//attacker.example/", "/\\attacker.example", "javascript:x")) {
            var visitor = Visitor.stranger(node);
            String kept = Base64.getEncoder().encodeToString(elsewhere.getBytes());
            String token = visitor.token("/login");
            var answer = visitor.send(
                    "POST",
                    "/login",
                    Visitor.form("username", "editor", "password", Node.PASSWORD),
                    "Content-Type",
                    "application/x-www-form-urlencoded",
                    "X-CSRF-TOKEN",
                    token,
                    "Cookie",
                    "REDIRECT_URI=" + kept);
            assertThat(answer.status()).as(elsewhere).isEqualTo(302);
            assertThat(answer.header("Location")).as(elsewhere).doesNotContain("attacker", "javascript");
        }
    }

    @Test
    void anAddressThatIsTooLongIsNotKept() {
        var answer = Node.shared().nobody().get("/studio/guides?q=" + "x".repeat(7_000), "Accept", "text/html");

        assertThat(answer.status()).isEqualTo(302);
        assertThat(cookies(answer)).isEmpty();
    }

    @Test
    void aFormWithoutItsTokenIsNotTaken() {
        var answer = Node.shared()
                .nobody()
                .post(
                        "/login",
                        Visitor.form("username", "editor", "password", Node.PASSWORD),
                        "Content-Type",
                        "application/x-www-form-urlencoded");

        assertThat(cookies(answer)).noneMatch(it -> it.contains(SESSION));
    }

    @Test
    void overTlsEveryCookieIsOfThisHostOnly() {
        try (var node = Node.start("imprimatur.trusted-proxies", "127.0.0.1")) {
            var overTls = node.nobody().get("/login", "X-Forwarded-Proto", "https");
            String form = cookies(overTls).getFirst();
            assertThat(form)
                    .startsWith("__Host-")
                    .contains("Secure", "Path=/", "HttpOnly")
                    .doesNotContain("Domain");
            String token = overTls.body().replaceAll("(?s).*name=\"csrf\" content=\"([^\"]+)\".*", "$1");
            var signedIn = node.nobody()
                    .post(
                            "/login",
                            Visitor.form("username", "editor", "password", Node.PASSWORD),
                            "Content-Type",
                            "application/x-www-form-urlencoded",
                            "X-CSRF-TOKEN",
                            token,
                            "Cookie",
                            form.replaceAll(";.*", ""),
                            "X-Forwarded-Proto",
                            "https");
            String session = cookies(signedIn).stream()
                    .filter(it -> it.contains(SESSION))
                    .findFirst()
                    .orElseThrow();
            assertThat(session)
                    .startsWith("__Host-" + SESSION + "=")
                    .contains("Secure", "Path=/", "HttpOnly")
                    .doesNotContain("Domain");
            String named = session.replaceAll(";.*", "");

            assertThat(studio(node, named).status()).isEqualTo(200);
            assertThat(studio(node, named.replace("__Host-", "")).status())
                    .as("a cookie that anybody on the way may have set")
                    .isEqualTo(302);
        }
    }

    private static Http.Answer studio(Node node, String cookie) {
        return node.nobody().get("/studio", "Cookie", cookie, "X-Forwarded-Proto", "https", "Accept", "text/html");
    }

    private static List<String> cookies(Http.Answer answer) {
        return Stream.of(answer)
                .flatMap(it -> it.response().headers().allValues("Set-Cookie").stream())
                .toList();
    }
}
