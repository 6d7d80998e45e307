package dev.imprimatur.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imprimatur.content.ContentType;
import dev.imprimatur.problem.Refused;
import dev.imprimatur.testing.Guides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class FormContentTest {
    private static final JsonMapper JSON = new JsonMapper();
    private final ContentType type = new ContentType("role-guide", (ObjectNode)
            JSON.readTree(Files.readString(Path.of("seed-content/types/role-guide.schema.json"))));

    FormContentTest() throws IOException {}

    private FormContent read(Map<String, String[]> inputs) {
        return FormContent.read(type.shape(), inputs);
    }

    /** The inputs of a form as a browser sends them. */
    private static void inputs(List<Field> fields, Map<String, String[]> into) {
        for (var field : fields)
            if (field.kind() == Field.Kind.GROUP || field.isList()) inputs(field.children(), into);
            else if (field.kind() != Field.Kind.CHECKBOX || field.value().equals("true"))
                into.put(field.pointer(), new String[] {field.value().replace("\n", "\r\n")});
    }

    @Test
    void whatAFormShowsComesBackAsTheSameContent() {
        var content = Guides.content();
        var inputs = new LinkedHashMap<String, String[]>();
        inputs(Field.of(type.shape(), content, List.of()), inputs);

        var read = read(inputs);

        assertThat(read.faults()).isEmpty();
        assertThat(JSON.readTree(read.content().toString())).isEqualTo(JSON.readTree(content.toString()));
    }

    @Test
    void theOrderOfTheInputsIsTheOrderOfTheItems() {
        var inputs = new LinkedHashMap<String, String[]>();
        inputs.put("/tags/7", new String[] {"first"});
        inputs.put("/tags/100001", new String[] {"second"});
        inputs.put("/tags/0", new String[] {""});
        inputs.put("/tags/1", new String[] {"third"});

        assertThat(read(inputs).content().get("tags").values())
                .extracting(it -> it.asString())
                .containsExactly("first", "second", "third");
    }

    @Test
    void aNumberThatIsNoneIsAFaultAndTheRestIsRead() {
        var read = read(Map.of(
                "/compensation/dataYear", new String[] {"twenty"},
                "/compensation/currency", new String[] {"USD"}));

        assertThat(read.faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.pointer()).isEqualTo("/compensation/dataYear"));
        assertThat(read.content().at("/compensation/currency").asString()).isEqualTo("USD");
    }

    @Test
    void anInputThatTheTypeDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> read(Map.of("/colour", new String[] {"red"}))).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> read(Map.of("/title/deeper", new String[] {"x"})))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> read(Map.of("/a".repeat(40), new String[] {"x"})))
                .isInstanceOf(Refused.class);
    }
}
