package org.postage.embedded;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the broker may know of: nothing of the library, and its model nothing of sockets. */
class EmbeddedArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.postage.embedded");

  @Test
  void brokerKnowsTheJdkItsLogAndTheClientsCodecOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "org.postage.embedded..",
            "java..",
            "org.slf4j",
            "org.jspecify.annotations",
            "com.rabbitmq.client..")
        .check(CLASSES);
  }

  @Test
  void modelKnowsNeitherSocketsNorFramesNorThreads() {
    noClasses()
        .that()
        .resideInAPackage("..embedded.model")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.net", "java.io", "java.nio..", "com.rabbitmq.client.impl", "..embedded.wire")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycle() {
    slices().matching("org.postage.(embedded..)").should().beFreeOfCycles().check(CLASSES);
  }
}
