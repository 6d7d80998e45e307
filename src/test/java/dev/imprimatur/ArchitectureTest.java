// SPDX-License-Identifier: Apache-2.0
package dev.imprimatur;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.imprimatur.testing.Browser;
import dev.imprimatur.testing.Node;
import dev.imprimatur.testing.Stores;
import dev.imprimatur.testing.UnitTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.modulith.core.ApplicationModules;

/** The arrows of the modules, and who may know what. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.imprimatur");

    @Test
    void modulesUseOnlyWhatTheyDeclare() {
        ApplicationModules.of(Imprimatur.class).verify();
    }

    @Test
    void theDrawingOfTheModulesIsTrue() throws Exception {
        var modules = ApplicationModules.of(Imprimatur.class);
        String arrows = modules.stream()
                .sorted(Comparator.comparing(module -> module.getIdentifier().toString()))
                .flatMap(module -> module.getDirectDependencies(modules).stream()
                        .map(dependency ->
                                dependency.getTargetModule().getIdentifier().toString())
                        .distinct()
                        .sorted()
                        .map(target -> "    " + module.getIdentifier() + " --> " + target))
                .collect(Collectors.joining("\n"));
        String drawing = """
                # Modules

                Which feature uses which; a test holds this drawing to the code.

                ```mermaid
                flowchart TD
                %s
                ```
                """.formatted(arrows);
        Path file = Path.of("docs/modules.md");
        if (Boolean.getBoolean("write.docs")) Files.writeString(file, drawing);

        assertThat(Files.readString(file))
                .as(
                        "docs/modules.md; run mvn test -Dtest=ArchitectureTest -Dtest.jvm.args=-Dwrite.docs=true to draw it anew")
                .isEqualTo(drawing);
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

    /** Otherwise the fast tests become slow, or a fast test is never among them. */
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
                "javax.sql.DataSource",
                "java.sql.Connection",
                SpringApplication.class.getName(),
                ApplicationModules.class.getName());
        for (var test : tests) {
            if (!test.getSimpleName().endsWith("Test") || !test.isTopLevelClass()) continue;
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
