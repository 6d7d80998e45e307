// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.imprimatur.problem.UnexpectedFailure;
import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Every failure is reported in a form that the caller can read, with a reference that the log contains, too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("it reads the log, which is that of the JVM")
class FailuresTest {
    private static final Pattern REFERENCE = Pattern.compile("reference[^<{]{0,60}?(?:<code>)?\\b([2-9a-z]{8})\\b");
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Node node = Node.start();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Visitor editor;

    /** Handlers that fail at different moments. */
    public static final class Broken {
        public String rendering() {
            return "studio/broken";
        }

        public String noTemplate() {
            return "studio/there-is-no-such-template";
        }

        public String handler() {
            throw new IllegalStateException("a secret of the handler");
        }

        public String error() {
            throw new AssertionError("a secret of the handler");
        }

        public String halfWritten(HttpServletResponse response) throws IOException {
            response.getWriter().write("half an answer");
            throw new IllegalStateException("a secret of the handler");
        }
    }

    @BeforeAll
    void registerWhatBreaks() throws NoSuchMethodException {
        var mapping = node.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        for (String prefix : List.of("/studio/broken/", "/api/management/v1/broken/"))
            for (var method : Broken.class.getDeclaredMethods())
                mapping.registerMapping(
                        RequestMappingInfo.paths(prefix + method.getName())
                                .options(mapping.getBuilderConfiguration())
                                .build(),
                        new Broken(),
                        method);
    }

    @BeforeEach
    void listen() {
        editor = Visitor.signedIn(node, "editor");
        log.start();
        ((Logger) LoggerFactory.getLogger(UnexpectedFailure.class)).addAppender(log);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger(UnexpectedFailure.class)).detachAppender(log);
        log.list.clear();
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private String reference(Answer answer) {
        var reference = REFERENCE.matcher(answer.body());
        assertThat(reference.find()).as(answer.body()).isTrue();
        assertThat(log.list)
                .as("the log has reference " + reference.group(1) + " with a stack trace")
                .anyMatch(event ->
                        event.getFormattedMessage().contains(reference.group(1)) && event.getThrowableProxy() != null);
        return reference.group(1);
    }

    private static void assertPage(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("text/html");
        assertThat(answer.header("Content-Security-Policy")).as(answer.body()).contains("default-src 'self'");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Cache-Control")).contains("no-store");
        assertThat(answer.body().strip()).startsWith("<!doctype html>").endsWith("</html>");
        if (status != 200) assertThat(answer.body()).contains("role=\"alert\"");
        assertThat(answer.body()).doesNotContain("th:", "a secret", "Exception", "half an answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rendering", "noTemplate", "handler", "error", "halfWritten"})
    void aPageThatFailsIsAPageThatSaysSoWithItsReference(String how) {
        var answer = editor.get("/studio/broken/" + how);

        assertPage(answer, 500);
        assertThat(answer.body()).contains("This failed", "The editor", "Sign out");
        reference(answer);
        assertThat(editor.get("/studio/account").status()).as("still signed in").isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rendering", "noTemplate", "handler", "error", "halfWritten"})
    void whatHtmxAskedForIsAFragmentAndWhatAScriptAskedForIsAProblem(String how) {
        var fragment = editor.get("/studio/broken/" + how, "HX-Request", "true");
        assertThat(fragment.status()).isEqualTo(500);
        assertThat(fragment.body().strip())
                .startsWith("<section")
                .endsWith("</section>")
                .contains("role=\"alert\"");
        reference(fragment);

        var problem = editor.get("/studio/broken/" + how, "X-Requested-With", "fetch", "Accept", "application/json");
        assertThat(problem.status()).isEqualTo(500);
        assertThat(problem.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(problem.problem()).isEqualTo("internal");
        assertThat(problem.json().get("reference").asString()).isEqualTo(reference(problem));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rendering", "noTemplate", "handler", "error", "halfWritten"})
    void anApiThatFailsAnswersAProblemWithItsReferenceAndNever401(String how) {
        var api = new Http(node.management(), node.as("editor").authorization());
        var answer = api.get("/broken/" + how);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("reference").asString()).isEqualTo(reference(answer));
        assertThat(answer.body()).doesNotContain("a secret", "half an answer");
    }

    @Test
    void headIsAnsweredLikeGetWithoutABody() {
        var head = editor.send("HEAD", "/studio/broken/rendering", null);

        assertThat(head.status()).isEqualTo(500);
        assertThat(head.header("Content-Type")).startsWith("text/html");
        assertThat(head.body()).isEmpty();
        assertThat(editor.send("HEAD", "/studio/nothing", null).status()).isEqualTo(404);
        assertThat(editor.send("HEAD", "/studio", null).status()).isEqualTo(200);
    }

    @Test
    void anAddressThatNobodyKnowsIsAPageForPeopleAndNotForStrangers() {
        for (String path : List.of(
                "/studio/nothing",
                "/studio/guides/x/y/z",
                "/studio/guides/nothing/review",
                "/studio/webhooks/nothing")) {
            var admin = Visitor.signedIn(node, "admin");
            assertPage(admin.get(path), 404);
            assertThat(admin.get(path).body()).contains("Not found").doesNotContain("openapi");
        }
        assertThat(Visitor.stranger(node).get("/studio/nothing").header("Location"))
                .endsWith("/login");
        assertPage(Visitor.stranger(node).get("/login;x=y"), 400);
    }

    @Test
    void aValueOfTheWrongFormIsThePersonsAndNotOurs() {
        var guide = node.guides().published();
        for (String path : List.of(
                "/studio?from=x",
                "/studio?from=-1",
                "/studio/guides?page=x",
                "/studio/guides?state=x",
                "/studio/guides?sort=x",
                "/studio/guides/" + guide.id() + "/review?edition=x",
                "/studio/guides/" + guide.id() + "/review?edition=-1",
                "/studio/guides/" + guide.id() + "/review?edition=99999999999",
                "/studio/guides/" + guide.id() + "/history?from=1&to=99",
                "/studio/guides/" + guide.id() + "/history?from=&to=x",
                "/studio/guides/%F0%9F%A6%89/review")) {
            var answer = editor.get(path);
            assertThat(answer.status()).as(path + answer.body()).isIn(200, 400, 404);
            assertPage(answer, answer.status());
        }
        assertThat(log.list).isEmpty();
    }

    @Test
    void whatIsTooLargeOrUnreadableIsAPageToo() {
        String token = editor.token("/studio/account");
        String tooLarge = Visitor.form("displayName", "x".repeat(1_100_000));
        assertPage(editor.send("POST", "/studio/account", tooLarge, "Content-Type", FORM, "X-CSRF-TOKEN", token), 413);
        assertPage(
                editor.send("POST", "/studio/account", "title=%zz", "Content-Type", FORM, "X-CSRF-TOKEN", token), 400);
        assertPage(editor.send("POST", "/studio/account", "title=x", "Content-Type", FORM, "X-CSRF-TOKEN", token), 400);
        assertPage(editor.send("DELETE", "/studio/account", null, "X-CSRF-TOKEN", token), 404);
        assertPage(editor.send("POST", "/studio/account", "title=x", "Content-Type", FORM), 403);
    }

    @Test
    void aSessionThatEndedIs401ForScriptsAndTheDoorForPeople() {
        var gone = Visitor.stranger(node);
        for (String[] headers :
                new String[][] {{"HX-Request", "true"}, {"X-Requested-With", "fetch"}, {"Sec-Fetch-Dest", "empty"}}) {
            var get = gone.get("/studio/guides", headers);
            assertThat(get.status()).isEqualTo(401);
            assertThat(get.header("HX-Redirect")).isEqualTo("/login");
            assertThat(get.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(gone.send("POST", "/studio/guides/x/edit", "a=b", headers)
                            .status())
                    .isEqualTo(401);
            assertThat(gone.get("/studio/nothing", headers).status()).isEqualTo(401);
        }
        assertThat(gone.get("/studio/guides").status()).isEqualTo(302);
    }

    @Test
    void afterTheSignInNobodyLandsOnAPieceOfAPage() {
        var somebody = Visitor.stranger(node);
        somebody.get("/studio/guides?q=a");
        somebody.get("/studio/guides?q=b", "HX-Request", "true");

        var in = somebody.post("/login", "/login", "username", "editor", "password", Node.PASSWORD);

        assertThat(in.header("Location")).contains("/studio/guides?q=a");
    }

    @Test
    void theErrorPageItselfIsNoAddress() {
        assertThat(editor.get("/error").status()).isEqualTo(401);
    }
}
