// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Guides;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Visitor;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.web.util.HtmlUtils;

/** Lists name the language of each guide and can be filtered by it; its text is marked with its language and laid out in its direction. */
class LanguagesOnPagesTest {
    private static final String ARABIC = "lang=\"ar-EG\" dir=\"rtl\"";

    private static final Pattern NEXT = Pattern.compile("href=\"([^\"]+)\" rel=\"next\"");

    private final Node node = Node.shared();
    private final Guides guides = node.guides();

    private Guides.Ref begun(Guides.Ref source, String locale) {
        var created = node.as("editor")
                .post(source.path() + "/translations", Map.of("locale", locale))
                .ok();
        return new Guides.Ref(created.get("id").asString(), created.get("slug").asString());
    }

    private static String row(String list, Guides.Ref guide) {
        String from = list.substring(list.indexOf("/studio/guides/" + guide.id() + "\""));
        return from.substring(0, from.indexOf("</tr>"));
    }

    private List<String> listed(String query) {
        return node.as("editor").get("/role-guide?limit=100&" + query).ok().get("items").values().stream()
                .map(it -> it.get("id").asString())
                .toList();
    }

    @Test
    void twoTranslationsWithOneTitleAreToldApartInLists() {
        var source = guides.published();
        var austrian = begun(source, "de-AT");
        var swiss = begun(source, "de-CH");

        var editor = Visitor.signedIn(node, "editor");
        String list = editor.get("/studio/guides").body();
        assertThat(row(list, austrian)).contains("German (Austria)").contains("lang=\"de-AT\" dir=\"ltr\"");
        assertThat(row(list, swiss)).contains("German (Switzerland)").contains("lang=\"de-CH\"");
        assertThat(editor.get("/studio").body()).contains("German (Austria)", "German (Switzerland)");
        assertThat(editor.get("/studio/guides/" + swiss.id() + "/edit").body()).contains("German (Switzerland)");
    }

    @Test
    void listsAreFilteredByLocale() {
        var source = guides.published();
        var breton = begun(source, "br-FR");

        assertThat(listed("locale=br-FR")).containsExactly(breton.id());
        assertThat(listed("locale=BR-fr")).containsExactly(breton.id());
        assertThat(listed("locale=br")).isEmpty();
        var refused = node.as("editor").get("/role-guide?locale=not_a_tag");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/errors/0/pointer").asString()).isEqualTo("/locale");

        var editor = Visitor.signedIn(node, "editor");
        String list = editor.get("/studio/guides?locale=BR-fr").body();
        assertThat(list).contains(breton.id()).doesNotContain("/studio/guides/" + source.id() + "\"");
        assertThat(list).contains("<option value=\"br-FR\" selected=\"selected\">Breton (France)</option>");
        assertThat(list).contains("state=draft&amp;locale=br-FR");
        assertThat(editor.get("/studio/guides?locale=not_a_tag").status()).isEqualTo(400);
        assertThat(editor.get("/studio/guides?locale=kw-GB").body())
                .contains("<option value=\"kw-GB\" selected=\"selected\">Cornish (United Kingdom)</option>");
    }

    @Test
    void theLanguagesThatAGuideLacksAreShownAndBegunFromThere() {
        var other = guides.published();
        begun(other, "cy-GB");
        var guide = guides.published();
        var editor = Visitor.signedIn(node, "editor");
        String page = "/studio/guides/" + guide.id() + "/review";

        assertThat(editor.get(page).body()).contains("Not translated yet", "Translate into Welsh (United Kingdom)");
        assertThat(Visitor.signedIn(node, "publisher").get(page).body())
                .contains("Not translated yet", "Welsh (United Kingdom)")
                .doesNotContain("Translate into Welsh");
        var begun = editor.post(page, "/studio/guides/" + guide.id() + "/translate", "locale", "cy-GB");

        assertThat(begun.status()).isEqualTo(302);
        assertThat(editor.get(page).body()).doesNotContain("Translate into Welsh");
        assertThat(node.as("editor")
                        .get(guide.path() + "/translations")
                        .ok()
                        .at("/items/1/locale")
                        .asString())
                .isEqualTo("cy-GB");
    }

    private static String hidden(String form, String name) {
        String from = form.substring(form.indexOf("name=\"" + name + "\" value=\"") + name.length() + 15);
        return HtmlUtils.htmlUnescape(from.substring(0, from.indexOf('"')));
    }

    /** The pages of a list, from the first to the last. */
    private static String allPages(Visitor who, String first) {
        var all = new StringBuilder();
        for (String next = first; next != null; ) {
            String page = who.get(next).body();
            all.append(page);
            var link = NEXT.matcher(page);
            next = link.find() ? HtmlUtils.htmlUnescape(link.group(1)) : null;
        }
        return all.toString();
    }

    @Test
    void textIsLaidOutInTheDirectionOfItsLanguageOnEveryPage() {
        var source = guides.published();
        var arabic = begun(source, "ar-EG");
        var editor = Visitor.signedIn(node, "editor");
        var reviewer = Visitor.signedIn(node, "reviewer");
        String at = "/studio/guides/" + arabic.id();

        String form = editor.get(at + "/edit").body();
        assertThat(form)
                .contains("<h1 " + ARABIC)
                .containsPattern("<title>\u2068[^<]+\u2069, draft · Imprimatur</title>")
                .containsPattern("<textarea dir=\"rtl\" lang=\"ar-EG\"[^>]*name=\"/summary\"");
        assertThat(form).containsPattern("<input dir=\"rtl\" lang=\"ar-EG\"[^>]*name=\"/title\"");
        assertThat(form).contains("<h1 " + ARABIC + ">");
        assertThat(form).containsPattern("<article[^>]*class=\"reader\"[^>]*dir=\"rtl\"");
        assertThat(form.substring(form.indexOf("The source text, as readers see it")))
                .containsPattern("<h1 dir=\"ltr\" lang=\"en-US\"");
        var typed = editor.post(
                at + "/edit",
                at + "/preview",
                "base",
                hidden(form, "base"),
                "page",
                hidden(form, "page"),
                "/title",
                "Python");
        assertThat(typed.body()).containsPattern("<article[^>]*dir=\"rtl\"");
        guides.edit("editor", arabic, "Python هي لغة").ok();
        node.as("editor").post(arabic.path() + "/submit", Map.of()).ok();

        for (String view : List.of("both", "changes", "reader"))
            assertThat(reviewer.get(at + "/review?against=nothing&view=" + view).body())
                    .containsPattern("dir=\"rtl\" lang=\"ar-EG\"[^>]*>\\s*Python")
                    .doesNotContainPattern("dir=\"auto\"[^>]*>\\s*Python");
        assertThat(editor.get(at + "/history").body()).contains("History of “<bdi " + ARABIC);
        assertThat(allPages(reviewer, "/studio")).contains(ARABIC, "Arabic (Egypt)");
        assertThat(reviewer.get("/studio/guides?locale=ar-EG").body()).contains(ARABIC);
    }
}
