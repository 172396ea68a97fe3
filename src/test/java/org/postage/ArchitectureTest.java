package org.postage;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** About the packages: who may see what. A new package has to be put into the table. */
class ArchitectureTest {
  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.postage");

  private static final List<String> EVERYBODY = List.of("java..", "org.jspecify..");
  private static final String SLF4J = "org.slf4j..";

  // Of the embedded broker, EmbeddedArchitectureTest tells.
  private static final List<String> HAVE_OWN_RULES =
      List.of("org.postage.testing", "org.postage.embedded");

  /** What each package may see besides itself, the JDK and the null annotations. */
  private static final Map<String, List<String>> MAY_SEE =
      Map.of(
          "message", List.of(),
          "topology", List.of(),
          "pipeline", List.of(),
          "encoding", List.of("org.postage.message", "com.fasterxml.jackson.."),
          "transport", List.of("org.postage.message", "org.postage.topology"),
          "amqp",
              List.of(
                  "org.postage.message",
                  "org.postage.topology",
                  "org.postage.transport",
                  "com.rabbitmq.client..",
                  "javax.net..",
                  SLF4J),
          "producer",
              List.of(
                  "org.postage.message",
                  "org.postage.encoding",
                  "org.postage.topology",
                  "org.postage.pipeline",
                  "org.postage.transport",
                  SLF4J),
          "handler",
              List.of(
                  "org.postage.message",
                  "org.postage.encoding",
                  "org.postage.topology",
                  "org.postage.pipeline",
                  "org.postage.transport",
                  SLF4J),
          "jdbc", List.of("org.postage.handler", "javax.sql..", SLF4J));

  /** What is optional: beside the front door and all below it, what each may see. */
  private static final Map<String, List<String>> OPTIONAL =
      Map.of(
          "metrics", List.of("io.micrometer.core.."),
          "service",
              List.of(
                  "org.postage.service.events",
                  "org.postage.service.rpc",
                  "com.sun.net.httpserver..",
                  SLF4J),
          "service.events", List.of("org.postage.service.rpc"),
          "service.rpc", List.of(SLF4J),
          "tracing", List.of("io.opentelemetry.api..", "io.opentelemetry.context.."));

  @TestFactory
  List<DynamicTest> packagesSeeOnlyWhatTheyMay() {
    List<DynamicTest> tests = new ArrayList<>();
    new TreeMap<>(MAY_SEE)
        .forEach(
            (name, others) -> {
              List<String> allowed = new ArrayList<>(EVERYBODY);
              allowed.add("org.postage." + name);
              allowed.addAll(others);
              tests.add(
                  DynamicTest.dynamicTest(
                      name,
                      () ->
                          classes()
                              .that()
                              .resideInAPackage("org.postage." + name)
                              .should()
                              .onlyDependOnClassesThat()
                              .resideInAnyPackage(allowed.toArray(String[]::new))
                              .check(LIBRARY)));
            });
    return tests;
  }

  @Test
  void frontDoorIsImportedByNobodyBelow() {
    noClasses()
        .that()
        .resideInAnyPackage(
            MAY_SEE.keySet().stream().map(name -> "org.postage." + name).toArray(String[]::new))
        .should()
        .dependOnClassesThat(resideInAPackage("org.postage"))
        .check(LIBRARY);
  }

  @TestFactory
  List<DynamicTest> optionalPackagesSeeTheFrontDoorAndNotEachOther() {
    List<DynamicTest> tests = new ArrayList<>();
    new TreeMap<>(OPTIONAL)
        .forEach(
            (name, others) -> {
              List<String> allowed = new ArrayList<>(EVERYBODY);
              allowed.add("org.postage");
              allowed.add("org.postage." + name);
              MAY_SEE.keySet().forEach(below -> allowed.add("org.postage." + below));
              allowed.addAll(others);
              tests.add(
                  DynamicTest.dynamicTest(
                      name,
                      () ->
                          classes()
                              .that()
                              .resideInAPackage("org.postage." + name)
                              .should()
                              .onlyDependOnClassesThat()
                              .resideInAnyPackage(allowed.toArray(String[]::new))
                              .check(LIBRARY)));
            });
    return tests;
  }

  // So that whoever has neither can load everything else.
  @Test
  void onlyOptionalPackagesSeeOptionalLibraries() {
    String[] optional =
        OPTIONAL.keySet().stream().map(name -> "org.postage." + name).toArray(String[]::new);
    noClasses()
        .that()
        .resideOutsideOfPackages(optional)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
                .or(resideInAnyPackage(optional)))
        .check(LIBRARY);
  }

  @Test
  void testingSeesTheFrontDoorAndTheEmbeddedBroker() {
    classes()
        .that()
        .resideInAPackage("org.postage.testing")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.postage",
            "org.postage.embedded",
            "org.postage.message",
            "org.postage.pipeline",
            "org.postage.producer",
            "org.postage.topology",
            "org.postage.testing",
            "org.junit.jupiter.api..",
            "org.assertj..")
        .check(LIBRARY);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.postage.(*)..").should().beFreeOfCycles().check(LIBRARY);
  }

  @Test
  void onlyAmqpSeesTheClient() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.postage.amqp", "org.postage.embedded..")
        .should()
        .dependOnClassesThat(resideInAPackage("com.rabbitmq.."))
        .check(LIBRARY);
  }

  @Test
  void onlyEncodingSeesJackson() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.postage.encoding")
        .should()
        .dependOnClassesThat(resideInAPackage("com.fasterxml.."))
        .check(LIBRARY);
  }

  @Test
  void everyPackageIsKnown() {
    assertThat(LIBRARY.stream().map(JavaClass::getPackageName).distinct())
        .allSatisfy(
            name ->
                assertThat(
                        HAVE_OWN_RULES.stream().anyMatch(name::startsWith)
                            || name.equals("org.postage")
                            || OPTIONAL.containsKey(name.substring(12))
                            || MAY_SEE.containsKey(name.substring(12)))
                    .as(name + " is in the table above, or has a rule of its own here")
                    .isTrue());
  }

  @Test
  void everyPackageIsNullMarked() {
    assertThat(LIBRARY.stream().map(JavaClass::getPackage).distinct())
        .allSatisfy(
            each -> assertThat(each.isAnnotatedWith(NullMarked.class)).as(each.getName()).isTrue());
  }

  @Test
  void nobodyWritesToTheStandardStreams() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARY);
    noClasses().should().callMethod(Throwable.class, "printStackTrace").check(LIBRARY);
  }

  @Test
  void nobodyUsesTheJdksLogging() {
    GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(LIBRARY);
  }

  @Test
  void nobodyLoadsClassesOrReadsSerializedObjects() {
    noClasses()
        .should()
        .callMethodWhere(
            com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                    com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                        "forName|loadClass"))
                .and(
                    com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner(
                            resideInAnyPackage("java.lang")))))
        .check(LIBRARY);
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(java.io.ObjectInputStream.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(java.util.ServiceLoader.class)
        .check(LIBRARY);
  }

  @Test
  void libraryIsWhatIsLookedAt() {
    assertThat(LIBRARY.that(alwaysTrue())).hasSizeGreaterThan(100);
  }
}
