// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.imprimatur.publication.LedgerEntry;
import dev.imprimatur.testing.Http.Answer;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Names are signed together with what their holders approve, so a name of another person, an advertisement, or the name of the
 * application is refused.
 */
@Tag("store")
class SignedNamesTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private final Node node = Node.shared();

    private Answer createAccount(String name, String title) {
        var wanted = new HashMap<String, Object>(Map.of(
                "username",
                "named-" + COUNT.incrementAndGet(),
                "displayName",
                name,
                "password",
                Node.PASSWORD,
                "roles",
                List.of("REVIEWER")));
        if (title != null) wanted.put("title", title);
        return node.as("admin").post("/accounts", wanted);
    }

    @Test
    void onlyAnAdministratorSetsANameAndPeopleAreToldWhomToAsk() {
        var reviewer = Visitor.signedIn(node, "second-reviewer");

        reviewer.post(
                "/studio/account", "/studio/account", "displayName", "The reviewer", "title", "Boss", "email", "");

        var page = reviewer.get("/studio/account").body();
        assertThat(page).contains("The second-reviewer").contains("ask").contains("Administrator");
        assertThat(page).doesNotContain("name=\"displayName\"").doesNotContain("Boss");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Maya Okafor",
                "maya okafor",
                "Maya  Okafor ",
                "ＭＡＹＡ Okafor",
                "Maya-Okafor",
                "Maya\u00A0Okafor",
                "Maya Oka\u200Cfor",
                "M\u0430y\u0430 Okafor",
                "Maya 0kafor"
            })
    void aNameThatReadsLikeAnothersIsTaken(String like) {
        createAccount("Maya Okafor", null);

        var answer = createAccount(like, null);

        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("name-taken");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "...",
                "Imprimatur",
                "ＩＭＰＲＩＭＡＴＵＲ",
                "system",
                "The System",
                "Rosa\u202EaseR",
                "Rosa\u2066",
                "Rosa\u200E",
                "Rosa\u2028Two",
                "Ro\nsa",
                "Ro\u0007sa",
                "\uE000Rosa"
            })
    void aNameThatWouldMisleadIsRefused(String name) {
        var answer = createAccount(name, null);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Editor\u202E", "Two\nlines", "\u0000"})
    void soIsATitle(String title) {
        assertThat(createAccount("With a title " + COUNT.get(), title).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"imprimatur", "system", "sys-tem"})
    void theApplicationsOwnUsernameIsNobodys(String username) {
        var answer = node.as("admin")
                .post(
                        "/accounts",
                        Map.of(
                                "username",
                                username,
                                "displayName",
                                "Called " + username,
                                "password",
                                Node.PASSWORD,
                                "roles",
                                List.of()));

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo("/username");
    }

    /** Earlier releases compared letters, and not what they look like. */
    @Test
    void aNameThatWasBorneInAnEarlierReleaseIsKept() {
        var names = node.bean(MongoDatabase.class).getCollection("account_names");
        names.insertOne(new Document("_id", "emmamarin").append("account", "somebody-who-left"));

        node.bean(AccountNames.class).renewKeys(SignedName::key);

        assertThat(createAccount("Emma Marin", null).problem()).isEqualTo("name-taken");
        assertThat(names.countDocuments(Filters.eq("account", "somebody-who-left")))
                .isEqualTo(2);
        node.bean(AccountNames.class).renewKeys(SignedName::key);
        assertThat(names.countDocuments(Filters.eq("account", "somebody-who-left")))
                .isEqualTo(2);
    }

    @Test
    void aNameThatWasBorneIsNeverSomebodyElses() {
        String first =
                createAccount("Before Renaming", null).ok().get("username").asString();
        String second =
                createAccount("Somebody Besides", null).ok().get("username").asString();

        assertThat(node.as("admin")
                        .patch("/accounts/" + second, Map.of("displayName", "before renaming"))
                        .problem())
                .isEqualTo("name-taken");
        node.as("admin")
                .patch("/accounts/" + first, Map.of("displayName", "After Renaming"))
                .ok();
        assertThat(node.as("admin")
                        .patch("/accounts/" + second, Map.of("displayName", "Before Renaming"))
                        .problem())
                .isEqualTo("name-taken");
        node.as("admin")
                .patch("/accounts/" + first, Map.of("displayName", "Before Renaming"))
                .ok();
        assertThat(node.as("admin")
                        .patch("/accounts/" + first, Map.of("displayName", "AFTER renaming", "title", "Dr."))
                        .ok()
                        .get("displayName")
                        .asString())
                .isEqualTo("AFTER renaming");
    }

    private static JsonNode reviewer(Answer delivered) {
        return delivered.ok().at("/review/reviewedBy/0");
    }

    @Test
    void evidenceNamesItsReviewerByAnIdThatOutlastsTheirName() {
        String username =
                createAccount("Rada Reviews", null).ok().get("username").asString();
        var guides = node.guides();
        var guide = guides.submitted();
        guides.decide(username, guides.task(username, guide), "approve").ok();
        var before = reviewer(guides.read(guide));
        node.as("admin")
                .patch("/accounts/" + username, Map.of("displayName", "Rada Renamed"))
                .ok();
        guides.nextEditionSubmitted(guide, "Another line.");
        guides.decide(username, guides.task(username, guide), "approve").ok();

        var after = reviewer(guides.read(guide));

        assertThat(before.get("name").asString()).isEqualTo("Rada Reviews");
        assertThat(after.get("name").asString()).isEqualTo("Rada Renamed");
        String id = after.get("reviewer").asString();
        assertThat(id).isNotEmpty().doesNotContain(username);
        assertThat(before.get("reviewer").asString()).isEqualTo(id);
        String signature = guides.read(guide).ok().at("/review/signature").asString();
        String claim = new String(Base64.getUrlDecoder().decode(signature.split("\\.")[1]), StandardCharsets.UTF_8);
        assertThat(claim).contains("\"reviewer\":\"" + id + "\"");
        assertThat(node.as("admin").get("/ledger/verification").ok().has("broken"))
                .isFalse();
    }

    @Test
    void aReviewerWithoutAnIdAddsNothingToWhatIsHashed() {
        assertThat(new JsonMapper().writeValueAsString(new LedgerEntry.By("Rosa", "Editor", null, null)))
                .isEqualTo("{\"name\":\"Rosa\",\"title\":\"Editor\"}");
    }

    @Test
    void ofManyWhoAreGivenOneNameAtOnceOneHasIt() throws Exception {
        List<Callable<Answer>> many = IntStream.range(0, 6)
                .<Callable<Answer>>mapToObj(i -> () -> createAccount("One Of Many", null))
                .toList();

        try (var pool = Executors.newFixedThreadPool(6)) {
            long winners = 0;
            for (var done : pool.invokeAll(many)) if (done.get().status() == 201) winners++;
            assertThat(winners).isEqualTo(1);
        }
    }

    @Test
    void namesThatScriptsNeedJoinersForAreNames() {
        assertThat(createAccount("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", null)
                        .status())
                .isEqualTo(201);
    }
}
