// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.UnitTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.stereotype.Controller;

/** Which module may use which, and which classes may use the driver, the engine and each other. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.imprimatur");

    @Test
    void modulesUseOnlyWhatTheyDeclare() {
        ApplicationModules.of(Imprimatur.class).verify();
    }

    private static final Path ARCHITECTURE = Path.of("docs/architecture.md");
    private static final Pattern DRAWING = Pattern.compile("```mermaid\n.*?```\n", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    /** Leaves out an arrow if other arrows lead from its module to its target, so that people can read the drawing. */
    @Test
    void theDrawingOfTheModulesIsTrue() throws Exception {
        var modules = ApplicationModules.of(Imprimatur.class);
        var uses = new TreeMap<String, Set<String>>();
        modules.forEach(module -> uses.put(
                module.getIdentifier().toString(),
                module.getDirectDependencies(modules).stream()
                        .map(dependency ->
                                dependency.getTargetModule().getIdentifier().toString())
                        .collect(Collectors.toCollection(TreeSet::new))));
        var reached = new TreeMap<String, Set<String>>();
        uses.keySet().forEach(module -> reached.put(module, reached(module, uses)));
        String arrows = uses.entrySet().stream()
                .flatMap(module -> module.getValue().stream()
                        .filter(target -> module.getValue().stream()
                                .noneMatch(other -> reached.get(other).contains(target)))
                        .map(target -> "    " + module.getKey() + " --> " + target))
                .collect(Collectors.joining("\n"));
        String written = Files.readString(ARCHITECTURE);
        String drawn = DRAWING.matcher(written)
                .replaceFirst(Matcher.quoteReplacement("```mermaid\nflowchart TD\n%s\n```\n".formatted(arrows)));
        if (Boolean.getBoolean("write.docs")) Files.writeString(ARCHITECTURE, drawn);

        assertThat(Files.readString(ARCHITECTURE))
                .as(
                        "%s; run mvn test -Dtest=ArchitectureTest -Dtest.jvm.args=-Dwrite.docs=true to draw it again",
                        ARCHITECTURE)
                .isEqualTo(drawn)
                .contains("flowchart TD");
    }

    private static Set<String> reached(String module, Map<String, Set<String>> uses) {
        var reached = new TreeSet<String>();
        for (String target : uses.get(module)) {
            reached.add(target);
            reached.addAll(reached(target, uses));
        }
        return reached;
    }

    @Test
    void documentsLinkToFilesThatExist() throws Exception {
        try (var documents = Files.walk(Path.of("docs"))) {
            var all = Stream.concat(
                            documents.filter(file -> file.toString().endsWith(".md")),
                            Stream.of("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")
                                    .map(Path::of))
                    .toList();
            for (var document : all)
                assertThat(LINK.matcher(Files.readString(document)).results().map(link -> link.group(1)))
                        .as("links of %s", document)
                        .allSatisfy(
                                link -> assertThat(document.resolveSibling(link).normalize())
                                        .exists());
        }
    }

    @Test
    void onlyReviewKnowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.imprimatur.review..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.flowable..")
                .check(CLASSES);
    }

    @Test
    void packagesOfTheStudioFormNoCycles() {
        SlicesRuleDefinition.slices()
                .matching("dev.imprimatur.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES.that(JavaClass.Predicates.resideInAPackage("dev.imprimatur.studio..")));
    }

    @Test
    void pagesOfTheStudioAreUsedByNobody() {
        noClasses()
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are pages of the studio",
                        type -> type.getPackageName().startsWith("dev.imprimatur.studio")
                                && type.isAnnotatedWith(Controller.class)
                                && type.getSimpleName().matches(".+Pages?")))
                .check(CLASSES.that(DescribedPredicate.describe(
                        "are top-level types", type -> type.getEnclosingClass().isEmpty())));
    }

    @Test
    void onlyRepositoriesKnowTheDriver() {
        var repositories = CLASSES.stream()
                .filter(type -> type.getConstructors().stream()
                        .anyMatch(it -> it.getRawParameterTypes().stream()
                                .anyMatch(parameter -> parameter.getName().equals("com.mongodb.client.MongoDatabase"))))
                .map(type -> type.getName())
                .collect(Collectors.toSet());
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.imprimatur.store..")
                .and(DescribedPredicate.describe(
                        "are no repositories",
                        type -> !repositories.contains(type.getName())
                                && type.getEnclosingClass()
                                        .map(outer -> !repositories.contains(outer.getName()))
                                        .orElse(true)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.mongodb..", "org.bson..")
                .check(CLASSES);
    }

    /** Sessions live in MongoDB. The container's own sessions would live on one node. */
    @Test
    void nobodyUsesSessionsOfTheContainer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("jakarta.servlet.http.HttpSession")
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "gets a session of the container",
                        call -> call.getTarget().getName().equals("getSession")
                                && call.getTarget().getOwner().getName().startsWith("jakarta.servlet")))
                .check(CLASSES);
    }

    /** A session is stored as a document, which holds few types. */
    @Test
    void flashAttributesHaveATypeThatSessionsStore() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.imprimatur.studio.Flash")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "adds a flash attribute of any type",
                        call -> call.getTarget().getName().equals("addFlashAttribute")))
                .check(CLASSES);
    }

    @Test
    void onlyTheStartUpImportVouchesForReviewsElsewhere() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.imprimatur.transfer..", "dev.imprimatur.review..")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "imports evidence",
                        call -> call.getTarget().getName().equals("importReviewed")
                                || call.getTarget().getName().equals("importEvidence")))
                .check(CLASSES);
    }

    @Test
    void namesSayWhatThingsAreFor() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl|Dto|Info)$")
                .check(CLASSES);
    }

    @Test
    void nothingGuardsMongoWithATransactionThatItDoesNotHave() {
        ArchRuleDefinition.noMethods()
                .should()
                .beAnnotatedWith("org.springframework.transaction.annotation.Transactional")
                .check(CLASSES);
    }

    /** Keeps slow tests out of the unit tests, and no fast test out of them. */
    @Test
    void testsThatStartNothingAreUnitTests() {
        var tests = new ClassFileImporter()
                .withImportOption(new ImportOption.OnlyIncludeTests())
                .importPackages("dev.imprimatur");
        var starts = Set.of(
                Node.class.getName(),
                Stores.class.getName(),
                Browser.class.getName(),
                "dev.imprimatur.store.EmbeddedMongo",
                "com.zaxxer.hikari.HikariDataSource",
                SpringApplication.class.getName(),
                ApplicationModules.class.getName());
        for (var test : tests) {
            if (!test.getSimpleName().endsWith("Test") || !test.isTopLevelClass() || test.isAnnotation()) continue;
            boolean startsNothing = Stream.concat(
                            test.getDirectDependenciesFromSelf().stream(),
                            test.getTransitiveDependenciesFromSelf().stream())
                    .map(dependency -> dependency.getTargetClass().getName())
                    .noneMatch(starts::contains);
            assertThat(test.isAnnotatedWith(UnitTest.class))
                    .as("whether %s is a @UnitTest", test.getName())
                    .isEqualTo(startsNothing);
        }
    }
}
