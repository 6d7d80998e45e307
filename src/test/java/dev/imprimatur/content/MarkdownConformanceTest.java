// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.commonmark.testutil.TestResources;
import org.commonmark.testutil.example.Example;
import org.commonmark.testutil.example.ExampleReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The examples of the specifications of CommonMark 0.31.2 and GFM 0.29 (John MacFarlane, GitHub; CC BY-SA 4.0; spec.commonmark.org,
 * github.github.com/gfm) are rendered as specified, except for the intended {@link Difference}s, which docs/markdown.md explains.
 */
@UnitTest
class MarkdownConformanceTest {
    private static final Markdown.Place PLACE = Markdown.Place.of(1, "/text");

    /** The intended differences, by the numbers of the examples. Ids of headings are tested in {@link #everyHeadingHasAnId}. */
    private enum Difference {
        RAW_HTML(
                "HTML is text",
                "21 31 148-191 201 308-309 344 475-477 491 494 524 536 613-617 623 625-631 642-643",
                "118-160 170 288-289 317 327 354 484-486 500 503 532 544 632-636 642 644-650 652 662-663"),
        OTHER_SCHEMES("Links have few schemes", "500 596 598 599 601", "508 604 606 607 609 628"),
        PARENTHESES("Parentheses in addresses are encoded", "194 492 495 496 498 499 526", "163 501 504-507 534 624"),
        BARE_LINKS("Bare links are links", "602 606 608 611 612", "610 614 616 619 620"),
        ENDS_OF_BARE_LINKS("Bare links end a little differently", "", "625 626 631"),
        STRONG_IN_STRONG("Strong within strong stays", "", "398 426 434-436 473-475 477");

        private final String heading;
        private final Set<Integer> commonMark;
        private final Set<Integer> gfm;

        /** @param commonMark numbers and ranges of examples of the specification */
        Difference(String heading, String commonMark, String gfm) {
            this.heading = heading;
            this.commonMark = numbers(commonMark);
            this.gfm = numbers(gfm);
        }

        private static Set<Integer> numbers(String ranges) {
            return Arrays.stream(ranges.split(" "))
                    .filter(range -> !range.isEmpty())
                    .map(range -> range.split("-"))
                    .flatMap(ends -> IntStream.rangeClosed(
                                    Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]))
                            .boxed())
                    .collect(Collectors.toSet());
        }

        Set<Integer> examples(Spec spec) {
            return spec == Spec.COMMONMARK ? commonMark : gfm;
        }
    }

    private enum Spec {
        COMMONMARK,
        GFM;

        List<Example> examples() {
            return ExampleReader.readExamples(
                    this == COMMONMARK ? TestResources.getSpec() : TestResources.getGfmSpec());
        }
    }

    private static Stream<Arguments> examples() {
        return Arrays.stream(Spec.values()).flatMap(spec -> {
            var examples = spec.examples();
            return IntStream.range(0, examples.size()).mapToObj(i -> Arguments.of(spec, i + 1, examples.get(i)));
        });
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("examples")
    void anExampleIsRenderedAsItsSpecificationSaysUnlessItIsListed(Spec spec, int number, Example example) {
        boolean isListed = Arrays.stream(Difference.values())
                .anyMatch(it -> it.examples(spec).contains(number));

        String ours = NormalHtml.withoutIdsOfHeadings(Markdown.toHtml(example.getSource(), PLACE));

        // the specification prints a tab as an arrow
        String theirs = NormalHtml.of(example.getHtml().replace('→', '\t'));
        if (isListed) assertThat(ours).isNotEqualTo(theirs);
        else assertThat(ours).isEqualTo(theirs);
    }

    @Test
    void bothSpecificationsAreWhole() {
        assertThat(Spec.COMMONMARK.examples()).hasSize(652);
        assertThat(Spec.GFM.examples()).hasSize(672);
    }

    @ParameterizedTest
    @EnumSource
    void everyDifferenceIsExplained(Difference difference) throws IOException {
        assertThat(Files.readString(Path.of("docs/markdown.md"))).contains("**" + difference.heading + ".**");
    }

    @Test
    void anExampleDiffersForOneReason() {
        for (var spec : Spec.values()) {
            var listed = new TreeSet<Integer>();
            for (var difference : Difference.values())
                for (int number : difference.examples(spec))
                    assertThat(listed.add(number)).as(spec + " " + number).isTrue();
        }
    }

    @Test
    void everyHeadingHasAnId() {
        for (var example : Spec.COMMONMARK.examples())
            assertThat(NormalHtml.headings(Markdown.toHtml(example.getSource(), PLACE)))
                    .as(example.getSource())
                    .allMatch(heading -> heading.id().startsWith("md-text--"));
    }
}
