// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.content.Synonyms;
import dev.imprimatur.representation.GuideAddress;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Typed queries and the titles that they find, the best first. */
@UnitTest
class TypedWordsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final ContentType TYPE = new ContentType(
            "job",
            (ObjectNode) JSON.readTree("""
                    {"title": "Job", "x-workflow": "w", "x-review-interval": "P6M", "type": "object",
                     "additionalProperties": false, "properties": {
                      "title": {"type": "string", "maxLength": 200, "x-searchable": 8},
                      "summary": {"type": "string", "maxLength": 300, "x-searchable": 3},
                      "body": {"type": "string", "contentMediaType": "text/markdown", "x-searchable": true}}}"""),
            new Synonyms(Map.of(
                    "en",
                            List.of(
                                    List.of("SRE", "site reliability engineer"),
                                    List.of("PM", "project manager", "product manager")),
                    "*", List.of(List.of(".NET", "net")))));

    private static final ByteBuffersDirectory FILES = new ByteBuffersDirectory();
    private static final GuideAnalyzer WORDS = new GuideAnalyzer();
    private static final List<String> TITLES = new ArrayList<>();
    private static DirectoryReader index;

    private static void add(IndexWriter to, String locale, String... titles) throws IOException {
        for (String title : titles) {
            String[] parts = title.split(" \\| ");
            var content = JSON.createObjectNode().put("title", parts[0]);
            if (parts.length > 1) content.put("body", parts[1]);
            to.addDocument(
                    GuideDocument.of(new GuideAddress("job", "job-" + TITLES.size(), locale), TYPE, content, WORDS));
            TITLES.add(parts[0]);
        }
    }

    @BeforeAll
    static void index() throws IOException {
        try (var to = new IndexWriter(FILES, new IndexWriterConfig(WORDS))) {
            add(
                    to,
                    "en-US",
                    "C# Developer",
                    "C++ Developer",
                    "C Programmer",
                    ".NET Developer",
                    "ASP.NET Web Developer",
                    "Node.js Developer",
                    "JavaScript Developer | They know that it is Java in name only. Front-end work, mostly.",
                    "Java Developer",
                    "Front End Developer",
                    "Back-end Developer",
                    "Frontend Engineer",
                    "IT Support Specialist",
                    "Head of IT",
                    "Italian Teacher | It is a job with it and its.",
                    "E-learning Architect",
                    "Baker",
                    "Bakery Assistant",
                    "Market Maker",
                    "Site Reliability Engineer",
                    "R&D Manager",
                    "Registered Nurse",
                    "Nurse",
                    "Veterinary Nurse",
                    "Data Scientist",
                    "Database Administrator | Looks after data and registries.",
                    "Machine Learning Engineer | Writes about a data scientist, a nurse and a nurse and a nurse.",
                    "Project Manager",
                    "Driver's Mate");
            add(
                    to,
                    "fr-FR",
                    "Chef d’équipe",
                    "Chef de cuisine",
                    "Ingénieur d'études",
                    "Agent d'accueil",
                    "Œnologue",
                    "Développeuse d’applications");
            add(
                    to,
                    "de-DE",
                    "Softwareentwicklerin",
                    "Kraftfahrzeugmechatroniker",
                    "Bäckermeister",
                    "Krankenpfleger",
                    "Straßenbauer",
                    "Betreiber",
                    "IT-Leiter");
            add(to, "sv-SE", "Sjuksköterska", "Systemutvecklare", "Åkeriägare");
            add(to, "ja-JP", "システムエンジニア", "看護師", "薬剤師", "高級ソフトウェアエンジニア", "C#プログラマー", "データサイエンティスト");
            add(to, "zh-CN", "软件工程师", "高级前端开发工程师", "护士", "数据分析师");
            add(to, "zh-TW", "軟體工程師");
        }
        index = DirectoryReader.open(FILES);
    }

    @AfterAll
    static void close() throws IOException {
        index.close();
    }

    private static List<String> ask(String text) throws IOException {
        var question = new SearchQuery(text, TYPE, List.of("de", "en", "fr", "ja", "sv", "zh"), WORDS, index);
        var scores = question.scores(index);
        var found = new ArrayList<Integer>();
        for (int document = 0; document < scores.length; document++) if (scores[document] > 0) found.add(document);
        found.sort(Comparator.comparingLong((Integer document) -> -scores[document]));
        return found.stream().map(TITLES::get).toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            c#                        | C# Developer
            C♯                        | C# Developer
            c# developer              | C# Developer
            Ｃ＃                       | C# Developer
            c++                       | C++ Developer
            c++ developers            | C++ Developer
            c #                       | C# Developer
            c ++ developer            | C++ Developer
            registred nurse           | Registered Nurse
            .net                      | .NET Developer
            .NET developer            | .NET Developer
            dotnet                    | .NET Developer
            dot net                   | .NET Developer
            net developer             | .NET Developer
            asp.net                   | ASP.NET Web Developer
            node js                   | Node.js Developer
            nodejs                    | Node.js Developer
            node.js                   | Node.js Developer
            NodeJS developer          | Node.js Developer
            javascript                | JavaScript Developer
            java script               | JavaScript Developer
            java                      | Java Developer
            front-end                 | Front End Developer
            frontend developer        | Front End Developer
            front end developer       | Front End Developer
            frontend engineer         | Frontend Engineer
            front end engineer        | Frontend Engineer
            front-end engineer        | Frontend Engineer
            backend                   | Back-end Developer
            back end                  | Back-end Developer
            it support                | IT Support Specialist
            head of it                | Head of IT
            elearning                 | E-learning Architect
            e learning                | E-learning Architect
            e-learning                | E-learning Architect
            bakers                    | Baker
            baker                     | Baker
            SRE                       | Site Reliability Engineer
            sre                       | Site Reliability Engineer
            R&D                       | R&D Manager
            r & d manager             | R&D Manager
            nurses                    | Nurse
            nurse                     | Nurse
            regitered nurse           | Registered Nurse
            registerd nurse           | Registered Nurse
            data scientist            | Data Scientist
            scientist data            | Data Scientist
            pm                        | Project Manager
            product manager           | Project Manager
            drivers mate              | Driver's Mate
            équipe                    | Chef d’équipe
            equipe                    | Chef d’équipe
            chef d'equipe             | Chef d’équipe
            chef equipe               | Chef d’équipe
            l’équipe                  | Chef d’équipe
            etudes                    | Ingénieur d'études
            ingenieur d’étude         | Ingénieur d'études
            oenologue                 | Œnologue
            application               | Développeuse d’applications
            entwickler                | Softwareentwicklerin
            softwareentwickler        | Softwareentwicklerin
            software entwickler       | Softwareentwicklerin
            mechatroniker             | Kraftfahrzeugmechatroniker
            mechatronicker            | Kraftfahrzeugmechatroniker
            baeckermeister            | Bäckermeister
            backermeister             | Bäckermeister
            bäcker                    | Bäckermeister
            pflegerin                 | Krankenpfleger
            strassenbauer             | Straßenbauer
            STRASSENBAUER             | Straßenbauer
            sjukskoterska             | Sjuksköterska
            utvecklare                | Systemutvecklare
            akeri                     | Åkeriägare
            看護                       | 看護師
            看護師                     | 看護師
            ﾌﾟﾛｸﾞﾗﾏｰ                  | C#プログラマー
            プログラマ                 | C#プログラマー
            サイエンティスト            | データサイエンティスト
            工程师                     | 软件工程师
            软件工程师                 | 软件工程师
            軟體工程師                 | 軟體工程師
            前端                       | 高级前端开发工程师
            前端工程师                 | 高级前端开发工程师
            开发工程师                 | 高级前端开发工程师
            """)
    void theBestMatchIsFirst(String typed, String first) throws IOException {
        assertThat(ask(typed)).first().isEqualTo(first);
    }

    @Test
    void unrelatedTitlesAreNotFound() throws IOException {
        assertThat(ask("c#")).doesNotContain("C++ Developer", "C Programmer");
        assertThat(ask("c++")).doesNotContain("C# Developer", "C Programmer");
        assertThat(ask("nurse")).startsWith("Nurse", "Registered Nurse", "Veterinary Nurse");
        assertThat(ask("IT").subList(0, 3))
                .containsExactlyInAnyOrder("Head of IT", "IT Support Specialist", "IT-Leiter");
        assertThat(ask("baker")).doesNotContain("Market Maker");
        assertThat(ask("webar")).doesNotContain("Betreiber");
        assertThat(ask("zymurgy")).isEmpty();
        // a word that one language has is no typing error in another
        assertThat(ask("bäcker")).containsExactly("Bäckermeister");
        assertThat(ask("I.T. support")).first().isEqualTo("IT Support Specialist");
        assertThat(ask("s")).isEmpty();
    }

    @Test
    void partsOfWordsAreFoundInScriptsWithoutSpaces() throws IOException {
        assertThat(ask("エンジニア")).containsExactlyInAnyOrder("システムエンジニア", "高級ソフトウェアエンジニア");
        assertThat(ask("工程")).containsExactlyInAnyOrder("软件工程师", "高级前端开发工程师", "軟體工程師");
    }

    @Test
    void matchesInNamesRankBeforeMatchesInTexts() throws IOException {
        assertThat(ask("data")).startsWith("Data Scientist", "Database Administrator");
        assertThat(ask("nurse")).endsWith("Machine Learning Engineer");
        assertThat(ask("frontend").subList(0, 2)).containsExactlyInAnyOrder("Front End Developer", "Frontend Engineer");
        assertThat(ask("frontend")).endsWith("JavaScript Developer");
    }

    @Test
    void ifNoGuideHasThreeOfFourWordsTheGuidesWithMostWordsAreFound() throws IOException {
        assertThat(ask("data scientist zymurgy")).first().isEqualTo("Data Scientist");
        assertThat(ask("what does a registered nurse earn")).containsExactly("Registered Nurse");
        assertThat(ask("nurse zymurgy")).first().isEqualTo("Nurse");
    }
}
