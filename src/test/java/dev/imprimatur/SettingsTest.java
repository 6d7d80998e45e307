// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.Http;
import dev.imprimatur.testing.Settings;
import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of settings in docs/operations.md names each setting that the server reads, and no other. */
@UnitTest
class SettingsTest {
    private static final Pattern NAME = Pattern.compile("`(\\.|imprimatur\\.)([a-z.-]+)`");

    @Test
    void eachSettingIsDocumented() throws IOException {
        assertThat(documented()).containsExactlyElementsOf(Settings.ours());
    }

    @Test
    void eachSettingIsKnownAtTheStart() throws IOException {
        var properties = Http.JSON
                .readTree(Path.of("src/main/resources/META-INF/spring-configuration-metadata.json")
                        .toFile())
                .get("properties");

        assertThat(properties.valueStream().map(it -> it.get("name").asString()))
                .containsExactlyElementsOf(Settings.ours());
    }

    /** A name that begins with a dot stands for the name before it with another last part. */
    private static TreeSet<String> documented() throws IOException {
        String page = Files.readString(Path.of("docs/operations.md"));
        var names = new TreeSet<String>();
        for (String row : page.substring(page.indexOf("## Settings and limits")).split("\n", -1)) {
            if (!row.startsWith("| `imprimatur.")) continue;
            String before = "";
            for (var name : NAME.matcher(row.split("\\|", -1)[1]).results().toList()) {
                before = name.group(1).equals(".")
                        ? before.substring(0, before.lastIndexOf('.') + 1) + name.group(2)
                        : "imprimatur." + name.group(2);
                names.add(before);
            }
        }
        return names;
    }

    @Test
    void aNameThatNothingReadsIsFound() {
        assertThat(Settings.unknown(List.of("imprimatur.data-dir", "spring.mongodb.uri", "imprimatur.data")))
                .containsExactly("imprimatur.data");
        assertThat(Settings.unknownVariables(
                        List.of("IMPRIMATUR_DATA_DIR", "SPRING_MONGODB_URI", "SPRING_DATA_MONGODB_URI")))
                .containsExactly("SPRING_DATA_MONGODB_URI");
    }
}
