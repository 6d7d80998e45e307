// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.problem.Fault;
import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Period;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ContentTypeTest {
    private static final JsonMapper JSON = new JsonMapper();
    private final ContentType roleGuide = type("role-guide", read("seed-content/types/role-guide.schema.json"));

    private static ContentType type(String name, String schema) {
        return new ContentType(name, (ObjectNode) JSON.readTree(schema));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    private static List<String> pointers(List<Fault> faults) {
        return faults.stream().map(Fault::pointer).toList();
    }

    @Test
    void theSeedsGuideIsComplete() {
        assertThat(roleGuide.draftFaults(Guides.content())).isEmpty();
        assertThat(roleGuide.submissionFaults(Guides.content())).isEmpty();
    }

    @Test
    void anEmptyDraftIsFineButIncomplete() {
        var empty = JSON.createObjectNode();

        assertThat(roleGuide.draftFaults(empty)).isEmpty();
        assertThat(pointers(roleGuide.submissionFaults(empty)))
                .containsExactlyInAnyOrder(
                        "/title",
                        "/role",
                        "/byline",
                        "/summary",
                        "/introduction",
                        "/duties",
                        "/skills",
                        "/education",
                        "/careerPath",
                        "/compensation");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'title': 5} | /title",
                "{'colour': 'red'} | /colour",
                "{'duties': {'items': 'one'}} | /duties/items",
                "{'duties': {'items': ['fine', 7]}} | /duties/items/1",
                "{'compensation': {'bands': [{'level': 'a', 'extra': 1}]}} | /compensation/bands/0/extra",
                "{'title': 'nul \\u0000'} | /title",
                "{'title': 'half \\ud800'} | /title",
                "{'$where': 'x'} | /$where",
                "{'a.b': 'x'} | /a.b",
                "{'__proto__': 'x'} | /__proto__"
            })
    void aDraftIsNeverOfTheWrongType(String content, String pointer) {
        assertThat(pointers(roleGuide.draftFaults(JSON.readTree(content.replace('\'', '"')))))
                .containsExactly(pointer);
    }

    @Test
    void bandsAscendAndTheirLowIsNotAboveTheirHigh() {
        var content = Guides.content();
        var bands = content.get("compensation").get("bands");
        ((ObjectNode) bands.get(0)).put("low", 999_999);
        ((ObjectNode) bands.get(2)).put("minYears", 1);

        assertThat(pointers(roleGuide.submissionFaults(content)))
                .containsExactlyInAnyOrder(
                        "/compensation/bands/0/high", "/compensation/bands/1/low", "/compensation/bands/2/minYears");
        assertThat(roleGuide.draftFaults(content)).isEmpty();
    }

    @Test
    void whatTellsItemsApartIsUnique() {
        var content = Guides.content();
        ((ObjectNode) content.at("/education/certifications/1"))
                .put("vendor", "AWS")
                .put("name", "AWS Certified Machine Learning Engineer - Associate");

        assertThat(pointers(roleGuide.submissionFaults(content))).containsExactly("/education/certifications/1");
    }

    /** The content with a source that backs these places. */
    private static ObjectNode withSource(String... backs) {
        var content = Guides.content();
        var source = content.putArray("sources")
                .addObject()
                .put("title", "Salary survey")
                .put("publisher", "A bureau")
                .put("url", "https://www.example.com/survey")
                .put("accessed", "2026-11-29");
        var places = source.putArray("backs");
        for (String place : backs) places.add(place);
        return content;
    }

    @Test
    void aSourceBacksPlacesThatExist() {
        assertThat(roleGuide.submissionFaults(withSource("/compensation/bands", "/compensation/bands/2/high")))
                .isEmpty();

        var wrong = withSource("/compensation/bands/3", "/duties/itms", "/title");
        assertThat(roleGuide.draftFaults(wrong)).isEmpty();
        assertThat(pointers(roleGuide.submissionFaults(wrong)))
                .containsExactly("/sources/0/backs/0", "/sources/0/backs/1");
    }

    @ParameterizedTest
    @CsvSource({"compensation", "/compensation/~2", "''", "https://www.example.com/"})
    void aPlaceIsAPointerAlsoInADraft(String place) {
        assertThat(pointers(roleGuide.draftFaults(withSource(place)))).containsOnly("/sources/0/backs/0");
    }

    @Test
    void aFigureHasASourceIfOneBacksItOrAPlaceAroundIt() {
        assertThat(roleGuide.figuresWithoutSource(withSource("/compensation"))).isEmpty();
        assertThat(roleGuide.figuresWithoutSource(withSource("/summary"))).hasSize(12);
        assertThat(roleGuide.figuresWithoutSource(withSource(
                        "/compensation/bands/0",
                        "/compensation/bands/1",
                        "/compensation/bands/2/l",
                        "/compensation/d")))
                .containsExactly(
                        "/compensation/bands/2/minYears",
                        "/compensation/bands/2/low",
                        "/compensation/bands/2/high",
                        "/compensation/dataYear");
        assertThat(roleGuide.figuresWithoutSource(JSON.createObjectNode())).isEmpty();
    }

    @Test
    void onlyATextIsAPointer() {
        String seed = read("seed-content/types/role-guide.schema.json");
        assertThatThrownBy(() -> type("x", seed.replace("\"x-needs-source\"", "\"x-backs\"")))
                .hasMessageContaining("/properties/compensation/x-backs may be set on a text field only");
        assertThatThrownBy(() -> type("x", seed.replace("\"x-backs\": true", "\"x-backs\": \"yes\"")))
                .hasMessageContaining("x-backs must be true or false");
    }

    @Test
    void reasonsAreListedByCodeForWhatThereIs() {
        String seed = read("seed-content/types/role-guide.schema.json");
        assertThat(roleGuide.reasons(Reason.Of.REQUEST_CHANGES))
                .extracting(Reason::code)
                .contains("outdated", "other");
        assertThat(roleGuide.reasons(Reason.Of.REVISE)).isEmpty();
        assertThatThrownBy(() -> type("x", seed.replace("\"request-changes\":", "\"reject\":")))
                .hasMessageContaining("reject")
                .hasMessageContaining("request-changes, confirm, revise, unpublish");
        assertThatThrownBy(() -> type("x", seed.replace("\"replaced\"", "\"outdated\"")))
                .hasMessageContaining("/x-reasons/unpublish");
    }

    @Test
    void filtersHaveNamesOfTheirOwn() {
        String seed = read("seed-content/types/role-guide.schema.json");
        for (String taken : List.of("filter", "sort", "role", "role.min", "compensation.dataYear"))
            assertThatThrownBy(() ->
                            type("x", seed.replace("\"x-filterable\": \"tag\"", "\"x-filterable\": \"" + taken + "\"")))
                    .as(taken)
                    .hasMessageContaining("two query parameters of lists have the name " + taken);
        type("x", seed.replace("\"x-filterable\": \"tag\"", "\"x-filterable\": \"tags\""));
    }

    @Test
    void aMisspeltKeywordIsNamedWithWhatExists() {
        assertThatThrownBy(() -> type(
                        "x", read("seed-content/types/role-guide.schema.json").replace("x-widget", "x-wigdet")))
                .hasMessageContaining("x-wigdet")
                .hasMessageContaining("x-widget");
        assertThatThrownBy(() -> type("x", "{\"type\": \"object\"}"))
                .hasMessageContaining("x-workflow")
                .hasMessageContaining("x-review-interval");
        assertThatThrownBy(() -> type("tasks", read("seed-content/types/role-guide.schema.json")))
                .hasMessageContaining("api-keys");
    }

    @Test
    void reviewsAreAnnouncedAsTheTypeSaysAndOtherwiseThreeTimes() {
        String seed = read("seed-content/types/role-guide.schema.json");
        String interval = "\"x-review-interval\": \"P6M\",";
        assertThat(type("x", seed).reviewReminders())
                .containsExactly(Period.ofDays(30), Period.ofDays(7), Period.ofDays(1));
        assertThat(type("x", seed.replace(interval, interval + "\"x-review-reminders\": [\"P2W\"],"))
                        .reviewReminders())
                .containsExactly(Period.ofDays(14));
        assertThat(type("x", seed.replace(interval, interval + "\"x-review-reminders\": [],"))
                        .reviewReminders())
                .isEmpty();
        for (String wrong : List.of(
                "\"P1D\"",
                "[1]",
                "[\"soon\"]",
                "[\"PT1H\"]",
                "[\"P0D\"]",
                "[\"-P1D\"]",
                "[\"P11Y\"]",
                "[\"P99999D\"]",
                "[\"P1D\", \"P1D\"]",
                "[\"P1D\", \"P2D\", \"P3D\", \"P4D\", \"P5D\", \"P6D\"]"))
            assertThatThrownBy(() ->
                            type("x", seed.replace(interval, interval + "\"x-review-reminders\": " + wrong + ",")))
                    .as(wrong)
                    .hasMessageContaining("x-review-reminders must be a list of at most 5");
    }
}
