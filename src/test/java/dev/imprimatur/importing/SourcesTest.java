// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the exports of other systems. */
@UnitTest
class SourcesTest {
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static List<SourceRecord> read(Path export) {
        var records = new ArrayList<SourceRecord>();
        Sources.of(export).read(export, records::add);
        return records;
    }

    private static String text(SourceRecord record, String pointer) {
        return record.fields().at(pointer).asString("(nothing)");
    }

    @Test
    void markdownFilesHaveFrontMatterAndAText() throws IOException {
        file("b/Second One.md", "No front matter.\n\n---\n\nA rule is none.");
        file(
                "a.md",
                "\ufeff---\r\ntitle: \"Schlosser: früher\"\r\ntags: [metal, craft]\r\npay: 61500.50\r\n---\r\n\r\n# Heading\r\n");
        file("c.MARKDOWN", "---\n---\nText.");
        file("readme.txt", "not read");

        var records = read(folder);

        assertThat(records).extracting(SourceRecord::name).containsExactly("a.md", "b/Second One.md", "c.MARKDOWN");
        assertThat(text(records.get(0), "/title")).isEqualTo("Schlosser: früher");
        assertThat(text(records.get(0), "/tags/1")).isEqualTo("craft");
        assertThat(records.get(0).fields().at("/pay").decimalValue()).isEqualByComparingTo("61500.50");
        assertThat(text(records.get(0), "/body")).isEqualTo("# Heading");
        assertThat(text(records.get(1), "/body")).isEqualTo("No front matter.\n\n---\n\nA rule is none.");
        assertThat(text(records.get(1), "/name")).isEqualTo("Second One");
        assertThat(text(records.get(2), "/body")).isEqualTo("Text.");
    }

    @Test
    void aFaultInFrontMatterIsToldWithItsLine() throws IOException {
        var file = file("a.md", "---\ntitle: ok\npay: [1, 2\n---\nText.");
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(ImportFailure.class)
                .hasMessageMatching("(?s)a\\.md: line [345]: .*");
        var list = file("b.md", "---\n- one\n---\n");
        assertThatThrownBy(() -> read(list)).hasMessage("b.md: the front matter is no list of names and values");
        var latin = Files.write(folder.resolve("c.md"), "Müller".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(latin)).hasMessage("c.md is not a text in UTF-8");
        var empty = Files.createDirectory(folder.resolve("none"));
        assertThatThrownBy(() -> read(empty)).hasMessageContaining("there is no Markdown file in");
        assertThatThrownBy(() -> read(folder.resolve("missing"))).hasMessageContaining("there is no file or folder");
        var other = file("x.docx", "");
        assertThatThrownBy(() -> read(other)).hasMessageContaining("cannot be told from its name");
    }

    @Test
    void rowsOfATableHaveTheFieldsOfTheFirstLine() throws IOException {
        for (String separator : List.of(",", ";", "\t")) {
            var file = file(
                    "a.csv",
                    "\ufefftitle;note;pay\n\"One, two\";\"a \"\"quoted\"\"\nline\";61500\n\nשלום;;\n;;\n"
                            .replace(";", separator));

            var records = read(file);

            assertThat(records).as(separator).hasSize(2);
            assertThat(records.get(0).name()).isEqualTo("a.csv row 2");
            assertThat(text(records.get(0), "/title")).isEqualTo("One, two");
            assertThat(text(records.get(0), "/note")).isEqualTo("a \"quoted\"\nline");
            assertThat(text(records.get(1), "/title")).isEqualTo("שלום");
            assertThat(records.get(1).fields().has("note")).isFalse();
        }
        var broken = file("b.csv", "a,b\n1,2\n1,2,3\n");
        assertThatThrownBy(() -> read(broken))
                .isInstanceOf(ImportFailure.class)
                .hasMessageStartingWith("b.csv after row ");
        var empty = file("c.csv", "");
        assertThatThrownBy(() -> read(empty)).hasMessage("c.csv is empty");
    }

    private static final String WXR = """
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
            <channel><title>A site</title><wp:wxr_version>1.2</wp:wxr_version>
            <item><title><![CDATA[Locksmith & keys]]></title><link>https://example.org/locksmith</link><dc:creator>rosa</dc:creator>
            <content:encoded><![CDATA[<!-- wp:paragraph --><p>Opens <strong>locks</strong>.</p><!-- /wp:paragraph -->]]></content:encoded>
            <excerpt:encoded><![CDATA[Short.]]></excerpt:encoded><wp:post_id>7</wp:post_id><wp:post_name>locksmith</wp:post_name>
            <wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
            <category domain="category" nicename="jobs">Jobs</category><category domain="post_tag" nicename="metal">metal</category>
            <wp:postmeta><wp:meta_key>_edit_last</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>
            <wp:postmeta><wp:meta_key>salary</wp:meta_key><wp:meta_value>61500</wp:meta_value></wp:postmeta></item>
            <item><title>Old</title><content:encoded><![CDATA[First line
            second line

            <h2>Heading</h2>

            Last.]]></content:encoded><wp:post_id>8</wp:post_id><wp:post_type>page</wp:post_type></item>
            </channel></rss>
            """;

    @Test
    void itemsOfWordPressAreRead() throws IOException {
        var records = read(file("export.xml", WXR));

        assertThat(records).hasSize(2);
        var first = records.getFirst();
        assertThat(first.name()).isEqualTo("export.xml item 7");
        assertThat(text(first, "/title")).isEqualTo("Locksmith & keys");
        assertThat(text(first, "/slug")).isEqualTo("locksmith");
        assertThat(text(first, "/author")).isEqualTo("rosa");
        assertThat(text(first, "/status")).isEqualTo("publish");
        assertThat(text(first, "/content")).isEqualTo("<p>Opens <strong>locks</strong>.</p>");
        assertThat(text(first, "/categories/0")).isEqualTo("Jobs");
        assertThat(text(first, "/tags/0")).isEqualTo("metal");
        assertThat(text(first, "/meta/salary")).isEqualTo("61500");
        assertThat(first.fields().at("/meta/_edit_last").isMissingNode()).isTrue();
        assertThat(text(records.get(1), "/content"))
                .isEqualTo("<p>First line<br>second line</p>\n<h2>Heading</h2>\n<p>Last.</p>");
    }

    @Test
    void shortcodesOfWordPressAreLeftOut() {
        assertThat(WordPressText.html("<p>a [gallery ids=\"1,2\"] b [sic] [caption id='x' width=3]words[/caption]</p>"))
                .isEqualTo("<p>a <embed> b [sic] <embed>words</p>");
    }

    @Test
    void anExportReadsNoOtherFile() throws IOException {
        var secret = file("secret.txt", "a secret");
        for (String text : List.of("&leak;", "&many;")) {
            var file = file(
                    "export.xml",
                    "<!DOCTYPE rss [<!ENTITY leak SYSTEM \"" + secret.toUri()
                            + "\"><!ENTITY many \"xx\">]><rss><channel><item><title>" + text
                            + "</title></item></channel></rss>");
            try {
                assertThat(read(file).toString()).doesNotContain("secret").doesNotContain("xx");
            } catch (ImportFailure refused) {
                assertThat(refused).hasMessageContaining("not well-formed XML");
            }
        }
        var cut = file("cut.xml", WXR.substring(0, WXR.length() / 2));
        assertThatThrownBy(() -> read(cut)).isInstanceOf(ImportFailure.class).hasMessageContaining("cut.xml: line ");
        var other = file("other.xml", "<html><item/></html>");
        assertThatThrownBy(() -> read(other)).hasMessage("other.xml is no export of WordPress (WXR)");
    }

    @Test
    void entriesOfContentfulAreReadInEachLocale() throws IOException {
        var records = read(file("space.json", """
                {"locales": [{"code": "en-US", "default": true}, {"code": "de"}],
                 "entries": [{"sys": {"id": "e1", "publishedVersion": 3, "contentType": {"sys": {"id": "job"}}},
                  "fields": {"title": {"en-US": "Locksmith", "de": "Schlosser"}, "pay": {"en-US": 61500.5},
                   "body": {"en-US": {"nodeType": "document", "content": [
                     {"nodeType": "heading-2", "content": [{"nodeType": "text", "value": "A < B"}]},
                     {"nodeType": "paragraph", "content": [
                       {"nodeType": "text", "value": "bold", "marks": [{"type": "bold"}]},
                       {"nodeType": "hyperlink", "data": {"uri": "https://example.org/?a=1&b=\\"2"}, "content": [{"nodeType": "text", "value": "link"}]}]},
                     {"nodeType": "embedded-asset-block", "data": {}, "content": []}]}}}}]}
                """));

        assertThat(records)
                .extracting(SourceRecord::name)
                .containsExactly("space.json entry e1 en-US", "space.json entry e1 de");
        assertThat(text(records.get(1), "/title")).isEqualTo("Schlosser");
        assertThat(text(records.get(1), "/contentType")).isEqualTo("job");
        assertThat(records.get(1).fields().at("/pay").decimalValue()).isEqualByComparingTo("61500.5");
        assertThat(text(records.get(0), "/body"))
                .isEqualTo("<h2>A &lt; B</h2><p><strong>bold</strong>"
                        + "<a href=\"https://example.org/?a=1&amp;b=&quot;2\">link</a></p><embed>");
        var other = file("other.json", "{\"items\": []}");
        assertThatThrownBy(() -> read(other)).hasMessage("other.json is no export of Contentful: it has no entries");
        var broken = file("broken.json", "{\n\"entries\": [");
        assertThatThrownBy(() -> read(broken)).hasMessageStartingWith("broken.json: line 2");
    }

    @Test
    void entitiesOfStrapiAreRead() throws IOException {
        file("strapi/entities/entities_00001.jsonl", """
                {"type": "api::job.job", "id": 1, "data": {"title": "Locksmith", "summary": null, "body": [
                 {"type": "heading", "level": 3, "children": [{"type": "text", "text": "Way"}]},
                 {"type": "list", "format": "ordered", "children": [{"type": "list-item", "children": [{"type": "text", "text": "one", "bold": true, "italic": true}]}]},
                 {"type": "paragraph", "children": [{"type": "link", "url": "https://example.org", "children": [{"type": "text", "text": "x"}]}]},
                 {"type": "image", "image": {}, "children": []}], "tags": ["a"]}}
                """.replace("\n ", " "));
        file("strapi/metadata.json", "{}");

        var record = read(folder.resolve("strapi")).getFirst();

        assertThat(record.name()).isEqualTo("entities_00001.jsonl api::job.job 1");
        assertThat(text(record, "/body"))
                .isEqualTo("<h3>Way</h3><ol><li><em><strong>one</strong></em></li></ol>"
                        + "<p><a href=\"https://example.org\">x</a></p><embed>");
        assertThat(text(record, "/tags/0")).isEqualTo("a");
        assertThat(record.fields().has("summary")).isFalse();
        var broken = file("b.jsonl", "{\"type\": \"x\", \"data\": {}}\n{");
        assertThatThrownBy(() -> read(broken)).hasMessage("b.jsonl: line 2 is no JSON");
        var other = file("c.jsonl", "{\"a\": 1}");
        assertThatThrownBy(() -> read(other)).hasMessageContaining("line 1 is no entity of Strapi");
    }
}
