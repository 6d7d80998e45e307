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
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The messages for wrong content say what to write instead. */
class WordingTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ContentType ROLE_GUIDE = roleGuide();

    private static ContentType roleGuide() {
        try {
            return new ContentType("role-guide", (ObjectNode)
                    JSON.readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    private static JsonNode json(String quoted) {
        return JSON.readTree(quoted.replace('\'', '"'));
    }

    /** A content type with the one field {@code f}. */
    private static ContentType typeOf(String field) {
        return new ContentType("x", (ObjectNode) json("""
                {'x-workflow': 'w', 'x-review-interval': 'P1M', 'type': 'object', 'additionalProperties': false,
                 '$defs': {'code': {'type': 'string', 'pattern': '^[a-z]+$', 'x-error': 'must be lower-case letters'}},
                 'properties': {'f': %s}}""".formatted(field)));
    }

    private static String message(String field, String value) {
        return typeOf(field).submissionFaults(json("{'f': " + value + "}")).stream()
                .map(fault -> fault.pointer() + " " + fault.detail())
                .sorted()
                .collect(Collectors.joining(" | "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "'type': 'string' § 5 § /f must be text, and not 5",
                "'type': 'string' § null § /f must be text, and not nothing (null)",
                "'type': 'string' § ['a'] § /f must be text, and not a list",
                "'type': 'integer' § 'abc' § /f must be a whole number such as 12, and not “abc”",
                "'type': 'integer' § 1.5 § /f must be a whole number such as 12, and not 1.5",
                "'type': 'number' § true § /f must be a number such as 12 or 12.5, and not yes (true)",
                "'type': 'boolean' § 'yes' § /f must be yes or no (true or false), and not “yes”",
                "'type': 'array' § 'one' § /f must be a list, and not “one”",
                "'type': 'object' § 'one' § /f must be a group of fields (an object), and not “one”",
                "'type': ['string', 'integer'] § true § /f must be text or a whole number such as 12, and not yes (true)",
                "'enum': ['year'] § 'month' § /f must be “year”, and not “month”",
                "'enum': ['year', 'month', 3] § 'day' § /f must be one of “year”, “month” or 3, and not “day”",
                "'const': 'x' § 'y' § /f must be “x”, and not “y”",
                "'pattern': '^[0-9]{2}$' § 'abc' § /f is “abc”, which does not have the required form",
                "'pattern': '^[0-9]{2}$', 'examples': ['07'] § 'abc' § /f must be in the form of “07”, and not “abc”",
                "'pattern': '^[^\\\\r\\\\n]*$' § 'two\\nlines' § /f must be one line; remove the line breaks",
                "'minLength': 1 § '' § /f is empty; write at least 1",
                "'minLength': 3 § 'a' § /f has 1 character; write at least 3",
                "'maxLength': 3 § 'äöü😀' § /f has 4 characters; write at most 3",
                "'minimum': 0 § -5 § /f is -5; write 0 or more",
                "'maximum': 100000 § 2500000.25 § /f is 2,500,000.25; write 100,000 or less",
                "'exclusiveMinimum': 0 § 0 § /f is 0; write more than 0",
                "'exclusiveMaximum': 10 § 10 § /f is 10; write less than 10",
                "'multipleOf': 5 § 7 § /f is 7; write a multiple of 5",
                "'minItems': 1 § [] § /f is an empty list; it needs at least 1",
                "'minItems': 2 § ['a'] § /f has 1 item; it needs at least 2",
                "'maxItems': 1 § ['a', 'b'] § /f has 2 items; keep at most 1",
                "'uniqueItems': true § ['a', 'b', 'a'] § /f “a” is in the list twice; keep one of them",
                "'uniqueItems': true § [{'a': 1}, {'a': 1}] § /f holds the same item twice; keep one of them",
                "'contains': {'const': 1} § [2] § /f does not hold the items that it needs",
                "'format': 'date' § 'soon' § /f must be a date such as 2026-05-14, and not “soon”",
                "'format': 'date-time' § 'soon' § /f must be a date and time such as 2026-05-14T09:30:00Z, and not “soon”",
                "'format': 'email' § 'me' § /f must be an e-mail address such as name@example.com, and not “me”",
                "'format': 'uri' § 'a b' § /f must be a whole address such as https://www.example.com/page, and not “a b”",
                "'not': {'const': 'no'} § 'no' § /f may not be “no”",
                "'anyOf': [{'type': 'integer'}, {'enum': ['none']}] § 'x' § /f must be a whole number such as 12, and not “x”; or must be “none”, and not “x”",
                "'oneOf': [{'type': 'integer'}, {'maxLength': 2}] § 'xyz' § /f must be a whole number such as 12, and not “xyz”; or has 3 characters; write at most 2",
                "'oneOf': [{'type': 'integer'}, {'minimum': 2}] § 5 § /f matches more than one of the allowed forms; write it so that it matches one",
                "'allOf': [{'maxLength': 2}] § 'xyz' § /f has 3 characters; write at most 2",
                "'type': 'object', 'additionalProperties': false, 'required': ['a'], 'properties': {'a': {}} § {'b/c': 1} § /f/a is required | /f/b~1c “b/c” is not a field of this content type; the fields here are a",
                "'type': 'array', 'items': {'maxLength': 1} § ['a', 'bb'] § /f/1 has 2 characters; write at most 1",
                "'minProperties': 1 § {} § /f has 0 fields filled in; it needs at least 1",
                "'dependentRequired': {'a': ['b']} § {'a': 1} § /f/b is required because another field is filled in",
            })
    void everyKeywordIsSaidInPlainWords(String schema, String value, String said) {
        assertThat(message("{" + schema + "}", value)).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "'pattern': '^a$', 'x-error': 'must be an a' § 'b' § /f must be an a",
                "'pattern': '^a$', 'maxLength': 1, 'x-error': {'pattern': 'must be an a'} § 'bb' § /f has 2 characters; write at most 1 | /f must be an a",
                "'$ref': '#/$defs/code' § 'B' § /f must be lower-case letters",
                "'$ref': '#/$defs/code', 'x-error': 'must be such as b' § 'B' § /f must be such as b",
                "'anyOf': [{'const': 1}, {'const': 2}], 'x-error': {'anyOf': 'must be one or two'} § 3 § /f must be one or two",
                "'type': 'object', 'additionalProperties': false, 'required': ['a'], 'properties': {'a': {'x-error': {'required': 'is what it is all about'}}} § {} § /f/a is what it is all about",
                "'type': 'object', 'additionalProperties': false, 'required': ['a'], 'properties': {'a': {'x-error': 'any'}} § {} § /f/a is required",
                "'type': 'array', 'items': {'pattern': '^a$', 'x-error': 'must be an a'} § ['b'] § /f/0 must be an a"
            })
    void aContentTypeHasItsOwnWords(String schema, String value, String said) {
        assertThat(message("{" + schema + "}", value)).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "5 § x-error must be a text",
                "'' § x-error must be a text",
                "{} § x-error must be a text",
                "{'pattern': 'p'} § x-error/pattern is a message for a keyword that the schema does not have here",
                "{'minLength': 3} § x-error/minLength must be a text"
            })
    void wordsThatAreNoneStopTheStart(String words, String said) {
        assertThatThrownBy(() -> typeOf("{'minLength': 1, 'x-error': " + words + "}"))
                .hasMessageContaining("/properties/f/" + said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "/occupationCode § 'developer' § must be a SOC code such as 15-2051",
                "/callsToAction/0/href § 'www.example.com' § must begin with https://, with / for a page of the same site, or with mailto:",
                "/tags/0 § 'Big data' § must be lower-case letters and digits with hyphens between words, such as machine-learning",
                "/compensation/currency § 'dollars' § must be a currency’s three capital letters, such as USD or EUR",
                "/compensation/bands/2/high § 2000 § High (2,000) is below Low (",
                "/compensation/dataYear § 3024 § is 3024; write 2100 or less"
            })
    void theSeedsTypeSpeaksPlainly(String pointer, String value, String said) {
        var content = Guides.content();
        var at = JsonPointer.compile(pointer);
        var parent = content.at(at.head());
        if (parent instanceof ObjectNode object) object.set(at.last().getMatchingProperty(), json(value));
        else ((ArrayNode) parent).set(at.last().getMatchingIndex(), json(value));

        assertThat(ROLE_GUIDE.submissionFaults(content))
                .anySatisfy(fault -> {
                    assertThat(fault.pointer()).isEqualTo(pointer);
                    assertThat(fault.detail()).startsWith(said);
                })
                .noneSatisfy(fault -> assertThat(fault.detail()).containsAnyOf("regex", "pattern", "^"));
    }

    @Test
    void rulesBetweenFieldsNameTheFieldsByTheirLabels() {
        var content = Guides.content();
        var bands = (ArrayNode) content.at("/compensation/bands");
        bands.removeAll();
        bands.add(json("{'level': 'Senior', 'minYears': 5, 'low': 3000, 'high': 2000}"));
        bands.add(json("{'level': 'Senior', 'minYears': 2, 'low': 3000, 'high': 4000}"));

        assertThat(ROLE_GUIDE.submissionFaults(content))
                .containsExactlyInAnyOrder(
                        new Fault("/compensation/bands/0/high", "High (2,000) is below Low (3,000)"),
                        new Fault(
                                "/compensation/bands/1",
                                "the band “Senior” is in the list twice; change its Level, or remove one"),
                        new Fault(
                                "/compensation/bands/1/minYears",
                                "From years (2) is below that of “Senior” (5); put them in ascending order"));
    }

    @Test
    void whatIsQuotedIsShortAndClean() {
        String detail =
                ROLE_GUIDE
                        .submissionFaults(json("{'compensation': {'period': '" + "😀".repeat(300) + "\\ud800'}}"))
                        .stream()
                        .filter(fault -> fault.pointer().equals("/compensation/period"))
                        .findFirst()
                        .orElseThrow()
                        .detail();

        assertThat(detail).isEqualTo("must be “year”, and not “" + "😀".repeat(40) + "…”");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "/title § Title",
                "/compensation/bands/2/high § Compensation › Salary bands › Senior › High",
                "/education/certifications/1/name § Education and certifications › Certifications › Microsoft › Name",
                "/duties/items/0 § Duties › Duties › First",
                "/duties/items/1 § Duties › Duties › A duty that is much longer than a label,…",
                "/tags/7 § Tags › 8",
                "/compensation/bands/99/low § Compensation › Salary bands › 100 › Low",
                "/compensation/bands/99999999999999 § Compensation › Salary bands › 99999999999999",
                "/compensation/bands/- § Compensation › Salary bands › -",
                "/comparisons/0/with § Comparisons › A text › Compared with",
                "/title/5/x § Title › 5 › x",
                "/nothing/0 § nothing › 0",
                "/a~1b~0c § a/b~c",
                "/% § %",
                "title § Title",
                "/ § ``",
                "`` § Role guide"
            })
    void aPlaceGoesByTheLabelsOfTheForm(String pointer, String label) {
        var content = json("""
                {'title': 'T', 'tags': ['a'],
                 'duties': {'items': ['First', 'A duty that is much longer than a label, so that it is cut']},
                 'comparisons': [{'body': 'A text'}],
                 'education': {'certifications': [{'vendor': 'AWS'}, {'vendor': 'Microsoft', 'name': 'N'}]},
                 'compensation': {'bands': [{'level': 'Entry'}, {'level': ''}, {'level': 'Senior'}]}}""");

        assertThat(Labels.of(ROLE_GUIDE.shape(), content, pointer)).isEqualTo(label);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "/compensation § /compensation/bands/0/high § Salary bands › Entry › High",
                "/compensation/bands/0 § /compensation/bands/0/high § High",
                "/compensation § /compensation § ``",
                "`` § /compensation/bands § Compensation › Salary bands",
                "`` § `` § ``"
            })
    void aPlaceWithinAnotherGoesByTheRestOfTheWay(String from, String to, String label) {
        var content = json("{'compensation': {'bands': [{'level': 'Entry'}]}}");

        assertThat(Labels.between(ROLE_GUIDE.shape(), content, from, to)).isEqualTo(label);
    }

    @Test
    void aPlaceOfWhatIsNoDocumentHasALabelToo() {
        for (String content : List.of("null", "5", "'text'", "[]"))
            assertThat(Labels.of(ROLE_GUIDE.shape(), json(content), "/compensation/bands/0/high"))
                    .isEqualTo("Compensation › Salary bands › 1 › High");
    }
}
