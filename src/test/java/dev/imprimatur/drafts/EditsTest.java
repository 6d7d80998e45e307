// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.drafts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.diff.Edit;
import dev.imprimatur.diff.ItemIds;
import dev.imprimatur.history.EditionId;
import dev.imprimatur.people.Person;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.UnitTest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The outcome of single edits; {@link DraftModelTest} tests random sequences of edits. */
@UnitTest
class EditsTest {
    private static final Person ADA = new Person("ada", "Ada", null, Set.of("EDITOR"));
    private static final Person BEN = new Person("ben", "Ben", null, Set.of("EDITOR"));
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private WorkingCopy copy = of("""
            {"title": "One", "note": "alpha beta gamma delta", "tags": ["a", "b", "c"],
             "bands": [{"level": "Entry", "low": 72000}, {"level": "Senior", "low": 90000}]}""");
    private int number;

    private static WorkingCopy of(String content) {
        JsonNode json = JSON.readTree(content);
        return WorkingCopy.first(
                new EditionId("g", 1), json, ItemIds.numbered(json), List.of(), null, Person.SYSTEM, Instant.EPOCH);
    }

    private String next(Person by) {
        return by.account() + ":" + ++number;
    }

    private Edits.Result apply(Person by, Edit... edits) {
        var result = Edits.apply(DraftModel.TYPE, copy, List.of(edits), by, Instant.EPOCH);
        copy = result.copy();
        return result;
    }

    private Edit replace(Person by, String path, String from, String to) {
        return new Edit.Replace(next(by), path, from, to);
    }

    private String item(String list, int place) {
        return list + "/" + copy.items().of(list).get(place);
    }

    private JsonNode at(String pointer) {
        return copy.content().at(pointer);
    }

    @Test
    void twoPeopleInOneGroupKeepBothTheirEdits() {
        String entry = item("/bands", 0);
        apply(ADA, replace(ADA, entry + "/low", "72000", "99000"));
        apply(BEN, replace(BEN, entry + "/level", "Entry", "Junior"));

        assertThat(at("/bands/0").toString()).isEqualTo("{\"level\":\"Junior\",\"low\":99000}");
        assertThat(copy.contributors()).containsExactly("ada", "ben");
    }

    @Test
    void differentWordsOfOneTextAreMergedAndTheSameOnesAsked() {
        apply(ADA, replace(ADA, "/note", "alpha beta gamma delta", "ALPHA beta gamma delta"));
        var merged = apply(BEN, replace(BEN, "/note", "alpha beta gamma delta", "alpha beta gamma DELTA"));
        var asked = apply(BEN, replace(BEN, "/note", "alpha beta gamma DELTA", "omega beta gamma DELTA"));

        assertThat(merged.outcomes()).allMatch(Edits.Outcome::saved);
        assertThat(at("/note").stringValue()).isEqualTo("ALPHA beta gamma DELTA");
        assertThat(asked.outcomes().getFirst().conflict())
                .isEqualTo(new EditConflict(
                        "/note",
                        EditConflict.Kind.BOTH_CHANGED,
                        "alpha beta gamma DELTA",
                        "omega beta gamma DELTA",
                        "ALPHA beta gamma DELTA"));
    }

    @Test
    void anEditFindsItsItemWhereverItStands() {
        String senior = item("/bands", 1);
        apply(ADA, new Edit.Remove(next(ADA), item("/bands", 0), Map.of("/level", "Entry", "/low", "72000")));
        apply(BEN, replace(BEN, senior + "/low", "90000", "112500"));
        apply(ADA, new Edit.Move(next(ADA), item("/tags", 2), null));
        apply(BEN, replace(BEN, item("/tags", 0), "c", "C"));

        assertThat(at("/bands").toString()).isEqualTo("[{\"level\":\"Senior\",\"low\":112500}]");
        assertThat(at("/tags").toString()).isEqualTo("[\"C\",\"a\",\"b\"]");
    }

    @Test
    void aBandThatBothRenameIsOneBandAndIsAsked() {
        String entry = item("/bands", 0);
        apply(ADA, replace(ADA, entry + "/level", "Entry", "Junior"));
        var asked = apply(BEN, replace(BEN, entry + "/level", "Entry", "Graduate"));

        assertThat(at("/bands").size()).isEqualTo(2);
        assertThat(asked.outcomes().getFirst().conflict()).isNotNull();
    }

    @Test
    void anItemThatOneRemovesAndTheOtherChangesIsAskedBothWays() {
        String entry = item("/bands", 0);
        String tag = item("/tags", 0);
        apply(ADA, replace(ADA, entry + "/low", "72000", "73000"));
        var removed = apply(BEN, new Edit.Remove(next(BEN), entry, Map.of("/level", "Entry", "/low", "72000")));
        apply(ADA, new Edit.Remove(next(ADA), tag, Map.of("", "a")));
        var changed = apply(BEN, replace(BEN, tag, "a", "A"));

        assertThat(removed.outcomes().getFirst().conflict())
                .extracting(EditConflict::kind)
                .isEqualTo(EditConflict.Kind.I_REMOVED);
        assertThat(at("/bands").size()).isEqualTo(2);
        assertThat(changed.outcomes().getFirst().conflict())
                .isEqualTo(new EditConflict(tag, EditConflict.Kind.THEY_REMOVED, "a", "A", null));
    }

    @Test
    void aNewItemComesWithWhatIsInItOrNotAtAll() {
        var full = apply(
                ADA,
                new Edit.Insert(
                        next(ADA), "/bands", "n1", copy.items().of("/bands").get(0)),
                replace(ADA, "/bands/n1/level", null, "Middle"),
                replace(ADA, "/bands/n1/low", null, "x"));
        var empty = apply(
                ADA, new Edit.Insert(next(ADA), "/bands", "n2", null), replace(ADA, "/bands/n2/low", null, "none"));

        assertThat(full.outcomes()).extracting(Edits.Outcome::saved).containsExactly(true, true, false);
        assertThat(full.outcomes().getLast().fault().pointer()).isEqualTo("/bands/n1/low");
        assertThat(at("/bands/1").toString()).isEqualTo("{\"level\":\"Middle\"}");
        assertThat(empty.outcomes()).extracting(Edits.Outcome::saved).containsExactly(false, false);
        assertThat(at("/bands").size()).isEqualTo(3);
    }

    @Test
    void whatCannotBeInADraftIsToldAtItsPlaceAndTheRestIsSaved() {
        var result = apply(
                ADA,
                replace(ADA, "/title", "One", "x".repeat(61)),
                replace(ADA, "/note", "alpha beta gamma delta", "kept"),
                replace(ADA, item("/bands", 1) + "/low", "90000", "112,500"));

        assertThat(result.outcomes()).extracting(Edits.Outcome::saved).containsExactly(false, true, false);
        assertThat(result.outcomes().get(0).fault().pointer()).isEqualTo("/title");
        assertThat(result.outcomes().get(2).fault().pointer()).isEqualTo(item("/bands", 1) + "/low");
        assertThat(at("/title").stringValue()).isEqualTo("One");
        assertThat(at("/note").stringValue()).isEqualTo("kept");
        assertThat(at("/bands/1/low").asInt()).isEqualTo(90000);
    }

    @Test
    void aListThatIsFullTakesNoMore() {
        for (String id : List.of("n1", "n2", "n3", "n4"))
            apply(ADA, new Edit.Insert(next(ADA), "/tags", id, null), replace(ADA, "/tags/" + id, null, id));

        assertThat(at("/tags").size()).isEqualTo(6);
        assertThat(at("/tags").toString()).doesNotContain("n4");
    }

    @Test
    void whoChangesNothingContributesNothing() {
        String etag = copy.etag();
        apply(ADA);
        apply(ADA, replace(ADA, "/title", "One", "One"), replace(ADA, "/flag", null, null));

        assertThat(copy.etag()).isEqualTo(etag);
        assertThat(copy.contributors()).isEmpty();
    }

    @Test
    void whatComesTwiceCountsOnceEvenAfterSomebodyTookItBack() {
        var edit = replace(ADA, "/title", "One", "Two");
        apply(ADA, edit);
        apply(BEN, replace(BEN, "/title", "Two", "One"));
        var again = apply(ADA, edit);

        assertThat(again.outcomes()).allMatch(Edits.Outcome::saved);
        assertThat(at("/title").stringValue()).isEqualTo("One");
    }

    @Test
    void anEditThatWasRefusedMayBeSentAgain() {
        var edits = new Edit[] {replace(ADA, "/title", "Zero", "Mine"), replace(ADA, "/flag", null, "true")};
        assertThat(apply(ADA, edits).outcomes())
                .extracting(Edits.Outcome::saved)
                .containsExactly(false, true);
        apply(BEN, replace(BEN, "/title", "One", "Zero"));

        assertThat(apply(ADA, edits).outcomes()).allMatch(Edits.Outcome::saved);
        assertThat(at("/title").stringValue()).isEqualTo("Mine");
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "12345678.5, 12345678.5", "' 7 ', 7", "0.1, 0.1", "-3, -3"})
    void aNumberComesBackAsItWasWritten(String typed, String shown) {
        apply(ADA, replace(ADA, "/count", null, typed));

        assertThat(copy.values().values()).containsEntry("/count", shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "1e5", "NaN", "1_000", "112,500", "12345678901234567890", "--1"})
    void whatIsNoNumberIsNotSaved(String typed) {
        assertThat(apply(ADA, replace(ADA, "/count", null, typed))
                        .outcomes()
                        .getFirst()
                        .fault())
                .isNotNull();
    }

    @Test
    void linesKeepTheEndsThatTheyHad() {
        copy = of("{\"note\": \"\\none\\r\\ntwo\\r\\n\"}");
        apply(ADA, replace(ADA, "/note", "\none\r\ntwo\r\n", "\none\ntwo\nthree\n"));

        assertThat(at("/note").stringValue()).isEqualTo("\none\r\ntwo\r\nthree\r\n");
    }

    @Test
    void whatIsClearedIsGoneAndSoIsWhatHoldsNothingMore() {
        copy = of("{\"group\": {\"body\": \"x\"}, \"flag\": true, \"tags\": [\"a\"]}");
        apply(
                ADA,
                replace(ADA, "/group/body", "x", null),
                replace(ADA, "/flag", "true", null),
                new Edit.Remove(next(ADA), item("/tags", 0), Map.of("", "a")));

        assertThat(copy.content().toString()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nowhere", "/title/deep", "title", "/tags/0", "/tags/../x", "/bands/i9/__proto__", "/group"})
    void aPlaceThatTheTypeDoesNotHaveIsRefused(String path) {
        assertThatThrownBy(() -> apply(ADA, replace(ADA, path, null, "x"))).isInstanceOf(Refused.class);
    }

    @Test
    void idsStayWhenTheWholeContentIsReplaced() {
        var before = copy.items();
        JsonNode after = JSON.readTree("""
                {"tags": ["c", "new", "a"],
                 "bands": [{"level": "Senior", "low": 1}, {"level": "Lead"}]}""");

        var ids = before.follow(DraftModel.TYPE.shape(), copy.content(), after);

        var tags = before.of("/tags");
        assertThat(ids.of("/tags").get(0)).isEqualTo(tags.get(2));
        assertThat(ids.of("/tags").get(2)).isEqualTo(tags.get(0));
        assertThat(ids.of("/bands").get(0)).isEqualTo(before.of("/bands").get(1));
        assertThat(ids.of("/bands")).doesNotHaveDuplicates().hasSize(2);
    }
}
