// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The API description matches the code: the same operations, the same parameters, documents of the same shape. */
class DescriptionTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String LIST = "/api/delivery/v1/{type}";
    private final Node node = Node.shared();
    private final Guides guides = node.guides();
    private final List<String> types = List.of("role-guide", "faq");
    private final ObjectNode description =
            (ObjectNode) node.nobody().get("/openapi.json").ok();

    @Test
    void everyRouteIsDescribedWithItsQueryParametersAndNothingElse() {
        assertThat(described("role-guide")).isEqualTo(routes());
        assertThat(described("faq")).isEqualTo(routes());
    }

    /** The parameters of each described operation on guides of a type. */
    private Map<String, Set<String>> described(String type) {
        var described = new TreeMap<String, Set<String>>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    String name = path.getKey().replaceFirst("/v1/" + type + "(?=/|$)", "/v1/{type}");
                    if (types.stream().noneMatch(other -> name.matches(".*/v1/" + other + "(/.*)?")))
                        described.put(
                                operation.getKey().toUpperCase(Locale.ROOT) + " " + name,
                                // has parameters for the fields of the type
                                name.equals(LIST) ? Set.of("parameters") : queryParameters(operation.getValue()));
                }));
        return described;
    }

    @Test
    void everyChangeThroughTheManagementApiTakesAnIdempotencyKey() {
        var without = new TreeSet<String>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    boolean named = operation.getValue().path("parameters").values().stream()
                            .anyMatch(it -> it.path("$ref").asString("").endsWith("/idempotencyKey"));
                    boolean changes = path.getKey().startsWith(Api.ROOT)
                            && !operation.getKey().equals("get");
                    if (named != changes) without.add(operation.getKey() + " " + path.getKey());
                }));

        assertThat(without).isEmpty();
    }

    private Set<String> queryParameters(JsonNode operation) {
        return operation.path("parameters").values().stream()
                .map(parameter -> parameter.has("$ref")
                        ? description.at(parameter.get("$ref").asString().substring(1))
                        : parameter)
                .filter(parameter -> parameter.get("in").asString().equals("query"))
                .map(parameter -> parameter.get("name").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Map<String, Set<String>> routes() {
        var routes = new TreeMap<String, Set<String>>();
        node.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((mapping, handler) -> {
                    if (!handler.getBeanType().isAnnotationPresent(RestController.class)
                            || !handler.getBeanType().getName().startsWith("dev.imprimatur")) return;
                    var parameters = Arrays.stream(handler.getMethod().getParameters())
                            .filter(parameter -> parameter.isAnnotationPresent(RequestParam.class))
                            .map(Parameter::getName)
                            .collect(Collectors.toCollection(TreeSet::new));
                    for (var method : mapping.getMethodsCondition().getMethods())
                        for (String path : mapping.getPatternValues()) routes.put(method + " " + path, parameters);
                });
        return routes;
    }

    @Test
    void documentsHaveTheShapeThatIsDescribed() {
        var guide = guides.published();
        guides.nextEditionSubmitted(guide, "To have a diff.");
        node.as("editor")
                .post(guide.path() + "/comments", Map.of("revision", 1, "pointer", "/summary", "body", "Good."))
                .ok();
        is("Guide", node.as("editor").get(guide.path()).ok());
        is("GuidePage", node.as("editor").get("/role-guide?limit=100").ok());
        is(
                "RoleGuideWorkingCopy",
                node.as("editor").get(guide.path() + "/draft").ok());
        is(
                "RoleGuideRevisionPage",
                node.as("editor").get(guide.path() + "/revisions").ok());
        is(
                "RoleGuideRevision",
                node.as("editor").get(guide.path() + "/revisions/1").ok());
        is("Diff", node.as("editor").get(guide.path() + "/revisions/1/diff/2").ok());
        is("CommentPage", node.as("editor").get(guide.path() + "/comments").ok());
        is("LogPage", node.as("editor").get(guide.path() + "/log").ok());
        is("Process", node.as("editor").get(guide.path() + "/process").ok());
        is("TaskPage", node.as("reviewer").get("/tasks").ok());
        await().until(() ->
                node.as("reviewer").get("/notifications").ok().get("unread").asInt() > 0);
        is("NotificationPage", node.as("reviewer").get("/notifications").ok());
        is(
                "NotificationPreferences",
                node.as("editor").get("/notifications/preferences").ok());
        is(
                "UndeliveredMailPage",
                node.as("admin").get("/notifications/undelivered").ok());
        is("ChatPage", node.as("admin").get("/notifications/chats").ok());
        is("ContentTypePage", node.as("editor").get("/content-types").ok());
        is("ContentType", node.as("editor").get("/content-types/role-guide").ok());
        is("AccountPage", node.as("admin").get("/accounts").ok());
        is(
                "PasswordReset",
                node.as("admin")
                        .post("/accounts/second-editor/password-reset", null)
                        .ok());
        is("Account", node.as("admin").post("/accounts/editor/reactivate", null).ok());
        is("Account", node.as("admin").patch("/accounts/editor", Map.of()).ok());
        is("SiteKeyPage", node.as("admin").get("/api-keys").ok());
        is("AuditPage", node.as("admin").get("/audit").ok());
        is("LedgerStanding", node.as("admin").get("/ledger/standing").ok());
        is("Verification", node.as("admin").get("/ledger/verification").ok());
        is("PublishedRoleGuide", guides.read(guide).ok());
        is("PublishedRoleGuidePage", node.site().get("/role-guide?limit=2").ok());
        is("LedgerPage", node.site().get("/ledger").ok());
        is(
                "LedgerPage",
                node.site().get("/ledger?guides=true&compact=true&limit=2").ok());
        var fresh = node.as("editor")
                .post(guide.path() + "/previews", Map.of("revision", 2))
                .ok();
        is("FreshPreview", fresh);
        is("PreviewPage", node.as("editor").get(guide.path() + "/previews").ok());
        is("PreviewedRoleGuide", node.nobody().get(fresh.get("url").asString()).ok());
        is("Problem", node.site().get("/role-guide?x=y").json());
    }

    @Test
    void examplesHaveTheMembersOfWhatIsReallyAnswered() {
        var example = description.at("/components/schemas/RoleGuideContent/examples/0");
        String slug = "example-" + Long.toString(System.nanoTime(), 36);
        var created = node.as("editor")
                .post("/role-guide", Map.of("slug", slug, "content", example))
                .ok();
        var guide = new Guides.Ref(created.get("id").asString(), slug);

        assertMatchesSchema(
                "RoleGuideWorkingCopy",
                node.as("editor").get(guide.path() + "/draft").ok());
        node.as("editor").post(guide.path() + "/submit", null).ok();
        var task = guides.task("reviewer", guide);
        assertMatchesSchema("Task", task);
        assertMatchesSchema("Guide", guides.decide("reviewer", task, "approve").ok());
        var published = guides.read(guide).ok();
        assertMatchesSchema("PublishedRoleGuide", published);
        assertThat(published.get("contentHash"))
                .isEqualTo(description.at("/components/schemas/PublishedRoleGuide/examples/0/contentHash"));
        var entries =
                node.site().get("/ledger?after=" + (published.get("position").asLong() - 1));
        assertMatchesSchema("LedgerEntry", entries.ok().get("entries").get(0));
    }

    @Test
    void contentSaysWhatPublishedGuidesAlwaysHave() {
        assertThat(required("RoleGuideContent"))
                .contains("title", "compensation")
                .doesNotContain("tags", "hiring");
        assertThat(required("RoleGuideContentCompensationBandsItem"))
                .contains("low", "high")
                .doesNotContain("maxYears");
        assertThat(description.at("/components/schemas/RoleGuideContent").has("required"))
                .isFalse();
    }

    private List<String> required(String content) {
        return description.at("/components/schemas/" + content + "/x-required").values().stream()
                .map(JsonNode::asString)
                .toList();
    }

    private void assertMatchesSchema(String name, JsonNode document) {
        assertThat(members("", description.at("/components/schemas/" + name + "/examples/0")))
                .as(name)
                .isEqualTo(members("", document));
    }

    private static Set<String> members(String pointer, JsonNode document) {
        var members = new TreeSet<>(Set.of(pointer));
        document.properties()
                .forEach(member -> members.addAll(members(pointer + "/" + member.getKey(), member.getValue())));
        document.values().stream().filter(it -> document.isArray()).forEach(it -> members.addAll(members(pointer, it)));
        return members;
    }

    private void is(String name, JsonNode document) {
        ObjectNode schema = JSON.createObjectNode().put("$ref", "#/components/schemas/" + name);
        schema.set("components", description.get("components"));
        var errors = SchemaRegistry.withDialect(Dialects.getDraft202012())
                .getSchema(schema)
                .validate(document);
        assertThat(errors).as(name + " of " + document).isEmpty();
    }

    @Test
    void everyHandlerOfTheManagementApiSaysWhoMayCallIt() {
        var unguarded = new HashSet<String>();
        for (Class<?> api : List.of(
                GuidesApi.class,
                DraftsApi.class,
                HistoryApi.class,
                CommentsApi.class,
                LedgerApi.class,
                TasksApi.class,
                ContentTypesApi.class,
                TokensApi.class,
                SiteKeysApi.class,
                AuditApi.class,
                AccountsApi.class,
                WebhooksApi.class,
                PreviewsApi.class))
            for (var method : api.getDeclaredMethods())
                if (Arrays.stream(method.getAnnotations())
                                .anyMatch(it ->
                                        it.annotationType().getSimpleName().endsWith("Mapping"))
                        && !method.isAnnotationPresent(PreAuthorize.class)
                        && !api.isAnnotationPresent(PreAuthorize.class))
                    unguarded.add(api.getSimpleName() + "." + method.getName());

        assertThat(unguarded).isEmpty();
    }
}
