// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imprimatur.client.ApiClient;
import dev.imprimatur.client.ApiException;
import dev.imprimatur.client.api.AdministrationApi;
import dev.imprimatur.client.api.AdministrationApi.APICreateTokenRequest;
import dev.imprimatur.client.api.DeliveryApi;
import dev.imprimatur.client.api.DeliveryApi.APIListPublishedRoleGuideRequest;
import dev.imprimatur.client.api.DeliveryApi.APIReadLedgerRequest;
import dev.imprimatur.client.api.DeliveryApi.APIReadPublishedRoleGuideRequest;
import dev.imprimatur.client.api.GuidesApi;
import dev.imprimatur.client.api.GuidesApi.APICreateRoleGuideRequest;
import dev.imprimatur.client.api.GuidesApi.APIGetRoleGuideDraftRequest;
import dev.imprimatur.client.api.GuidesApi.APISaveRoleGuideDraftRequest;
import dev.imprimatur.client.api.GuidesApi.APISubmitRoleGuideRequest;
import dev.imprimatur.client.api.TasksApi;
import dev.imprimatur.client.api.TasksApi.APICompleteTaskRequest;
import dev.imprimatur.client.model.Completion;
import dev.imprimatur.client.model.NewToken;
import dev.imprimatur.client.model.Problem;
import dev.imprimatur.client.model.RoleGuideContent;
import dev.imprimatur.client.model.RoleGuideContentDuties;
import dev.imprimatur.client.model.RoleGuideContentEducation;
import dev.imprimatur.client.model.RoleGuideContentCompensation;
import dev.imprimatur.client.model.RoleGuideContentCompensationBandsItem;
import dev.imprimatur.client.model.RoleGuideContentSkills;
import dev.imprimatur.client.model.RoleGuideCreation;
import dev.imprimatur.client.model.Submission;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A guide from its first draft to a site, with the generated client only. */
class FromDraftToSiteTest {
    private static final String URL = System.getenv("IMPRIMATUR_URL");
    private static final String PASSWORD = System.getenv("IMPRIMATUR_DEMO_PASSWORD");
    private static final String SLUG = "database-administrator-" + UUID.randomUUID();

    private final DeliveryApi site = new DeliveryApi(client("Bearer " + System.getenv("IMPRIMATUR_KEY")));

    @Test
    void whatAnEditorDraftsAndAReviewerApprovesASiteReads() throws ApiException {
        var editor = signedIn("editor");
        var guides = new GuidesApi(editor);

        var created = guides.createRoleGuide(APICreateRoleGuideRequest.newBuilder()
                .roleGuideCreation(new RoleGuideCreation().slug(SLUG).content(content()))
                .idempotencyKey(UUID.randomUUID().toString())
                .build());
        var draft = guides.getRoleGuideDraftWithHttpInfo(
                APIGetRoleGuideDraftRequest.newBuilder().id(created.getId()).build());
        var saved = guides.saveRoleGuideDraft(APISaveRoleGuideDraftRequest.newBuilder()
                .id(created.getId())
                .ifMatch(draft.getHeaders().get("etag").get(0))
                .roleGuideContent(draft.getData().getContent().summary("Keeps databases fast and safe."))
                .build());
        var submitted = guides.submitRoleGuide(APISubmitRoleGuideRequest.newBuilder()
                .id(created.getId())
                .submission(new Submission().message("Please check the salaries."))
                .build());
        var task = submitted.getTask();
        var decided = new TasksApi(signedIn("reviewer"))
                .completeTask(APICompleteTaskRequest.newBuilder()
                        .id(task.getId())
                        .completion(new Completion()
                                .outcome("approve")
                                .revision(task.getRevision())
                                .contentHash(task.getContentHash())
                                .message("Checked against the sources."))
                        .build());
        var read = site.readPublishedRoleGuide(APIReadPublishedRoleGuideRequest.newBuilder()
                .slug(SLUG)
                .imprimaturAtLeast(decided.getLive().getPosition())
                .build());

        assertEquals(saved.getContent(), read.getContent());
        assertEquals(task.getContentHash(), read.getContentHash());
        assertEquals(Set.of("databases"), read.getContent().getTags());

        var found = site.listPublishedRoleGuide(APIListPublishedRoleGuideRequest.newBuilder()
                .tag(List.of("databases"))
                .compensationDataYearMin(2025)
                .slug(List.of(SLUG))
                .fields(List.of("title", "compensation.bands"))
                .sort(List.of("-publishedAt", "title"))
                .filter("all(eq(tag,databases),not(lt(compensation.dataYear,2025)))")
                .facets(List.of("tag"))
                .build());
        assertEquals(1, found.getTotal());
        assertEquals("Database Administrator", found.getItems().get(0).getContent().getTitle());

        var ledger = site.readLedger(APIReadLedgerRequest.newBuilder()
                .after(read.getPosition() - 1)
                .kinds(List.of("publish", "unpublish"))
                .guides(true)
                .build());
        assertEquals(read.getContent(), ledger.getEntries().get(0).getGuide().getContent());
    }

    @Test
    void aRefusalIsAProblemThatSaysWhere() throws Exception {
        var guides = new GuidesApi(signedIn("editor"));
        var request = APICreateRoleGuideRequest.newBuilder()
                .roleGuideCreation(new RoleGuideCreation()
                        .slug("refused-" + UUID.randomUUID())
                        .content(new RoleGuideContent().occupationCode("no code")))
                .build();

        var refused = assertThrows(ApiException.class, () -> guides.createRoleGuide(request));

        assertEquals(400, refused.getCode());
        var problem = new ObjectMapper().readValue(refused.getResponseBody(), Problem.class);
        assertEquals("/content/occupationCode", problem.getErrors().get(0).getPointer());
    }

    private static RoleGuideContent content() {
        return new RoleGuideContent()
                .title("Database Administrator")
                .role("Database Administrator")
                .byline("The editors")
                .summary("Keeps databases fast.")
                .introduction("A database administrator installs, tunes and guards databases.")
                .duties(new RoleGuideContentDuties().body("Most of the work is **prevention**."))
                .skills(new RoleGuideContentSkills().body("It takes patience."))
                .education(new RoleGuideContentEducation().body("A degree helps."))
                .careerPath("From support to architecture.")
                .compensation(new RoleGuideContentCompensation()
                        .bands(List.of(new RoleGuideContentCompensationBandsItem()
                                .level("Entry")
                                .minYears(0)
                                .low(new BigDecimal("60000"))
                                .high(new BigDecimal("80000"))))
                        .currency("USD")
                        .period(RoleGuideContentCompensation.PeriodEnum.YEAR)
                        .region("US")
                        .dataYear(2025))
                .tags(Set.of("databases"));
    }

    /** A client for a member of the demo's team, with a new token. */
    private static ApiClient signedIn(String username) throws ApiException {
        String password = Base64.getEncoder().encodeToString((username + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        var token = new AdministrationApi(client("Basic " + password))
                .createToken(APICreateTokenRequest.newBuilder()
                        .newToken(new NewToken().name("example"))
                        .build());
        return client("Bearer " + token.getToken());
    }

    private static ApiClient client(String authorization) {
        var client = new ApiClient();
        client.updateBaseUri(URL);
        client.setRequestInterceptor(request -> request.setHeader("Authorization", authorization));
        return client;
    }
}
