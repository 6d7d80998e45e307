// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imprimatur.testing.UnitTest;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every source file names its licence in its first two lines. The second line is for files that begin with {@code #!} or a
 * declaration.
 */
@UnitTest
class LicenceLineTest {
    private static final String LINE = "SPDX-License-Identifier: Apache-2.0";
    private static final Set<String> SOURCES = Set.of(
            "java",
            "js",
            "mjs",
            "ts",
            "tsx",
            "css",
            "njk",
            "py",
            "sh",
            "yaml",
            "yml",
            "toml",
            "properties",
            "factories");
    /** Content and workflows are input of a server, not its code. */
    private static final Set<Path> CONTENT = Set.of(Path.of("seed-content"), Path.of("workflows"));

    @Test
    void everySourceFileNamesItsLicence() throws IOException {
        assertThat(filesWithoutLine(Path.of(""))).isEmpty();
    }

    @Test
    void aFileWithoutTheLineIsFound(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(".gitignore"), "/built/\nnode_modules/\n*.d.ts\n");
        Files.createDirectories(folder.resolve("scripts/node_modules"));
        Files.createDirectory(folder.resolve("built"));
        Files.writeString(folder.resolve("site.css"), "/* " + LINE + " */\n");
        Files.writeString(folder.resolve("scripts/run"), "#!/bin/sh\n# " + LINE + "\n");
        Files.writeString(folder.resolve("scripts/late.py"), "import os\n\n# " + LINE + "\n");
        Files.writeString(folder.resolve("scripts/other.mjs"), "export {};\n");
        Files.writeString(folder.resolve("scripts/data.json"), "{}\n");
        Files.writeString(folder.resolve("scripts/types.d.ts"), "export {};\n");
        Files.writeString(folder.resolve("scripts/node_modules/theirs.mjs"), "export {};\n");
        Files.writeString(folder.resolve("built/ours.js"), "export {};\n");

        assertThat(filesWithoutLine(folder))
                .containsExactlyInAnyOrder(Path.of("scripts/late.py"), Path.of("scripts/other.mjs"));
    }

    private static List<Path> filesWithoutLine(Path root) throws IOException {
        var ignored = ignoredByGit(root);
        var missing = new ArrayList<Path>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                var place = root.relativize(folder);
                boolean skipped = place.endsWith(".git") || CONTENT.contains(place) || ignored.test(place);
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                var place = root.relativize(file);
                if (isSource(place) && !ignored.test(place) && !hasLine(file)) missing.add(place);
                return FileVisitResult.CONTINUE;
            }
        });
        return missing;
    }

    /** Whether {@code .gitignore} excludes a path. Supports the patterns that this repository uses: no negations, no {@code **}. */
    private static Predicate<Path> ignoredByGit(Path root) throws IOException {
        var patterns = new ArrayList<PathMatcher>();
        for (String line : Files.readAllLines(root.resolve(".gitignore"))) {
            String pattern = line.strip().replaceFirst("/$", "");
            if (pattern.isEmpty() || pattern.startsWith("#")) continue;
            String glob = pattern.contains("/") ? pattern.replaceFirst("^/", "") : "{,**/}" + pattern;
            patterns.add(root.getFileSystem().getPathMatcher("glob:" + glob));
        }
        return place -> patterns.stream().anyMatch(pattern -> pattern.matches(place));
    }

    /** Treats a file whose name has no dot as a script or a Dockerfile. */
    private static boolean isSource(Path place) {
        String name = place.getFileName().toString();
        int dot = name.lastIndexOf('.');
        if (dot < 0) return !name.equals("LICENSE");
        return name.equals("pom.xml") || (dot > 0 && SOURCES.contains(name.substring(dot + 1)));
    }

    private static boolean hasLine(Path file) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.limit(2).anyMatch(line -> line.contains(LINE));
        }
    }
}
