/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows go one way: engine to store to model, store.* to store. Nobody knows Hadoop. */
@AnalyzeClasses(packages = "org.volsnap", importOptions = ImportOption.DoNotIncludeTests.class)
class EngineArchitectureTest {
    @ArchTest
    static final ArchRule MODEL_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage("org.volsnap.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.volsnap.store..", "org.volsnap.engine..");

    @ArchTest
    static final ArchRule STORES_DO_NOT_KNOW_THE_ENGINE = noClasses()
            .that()
            .resideInAPackage("org.volsnap.store..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.volsnap.engine..");

    @ArchTest
    static final ArchRule THE_SEAM_KNOWS_NO_FORMAT = noClasses()
            .that()
            .resideInAnyPackage("org.volsnap.store", "org.volsnap.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.volsnap.store.file..",
                    "org.volsnap.store.memory..",
                    "org.volsnap.store.dm..",
                    "org.volsnap.store.device..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_HADOOP =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.apache.hadoop..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("org.volsnap.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THROWABLES_END_IN_EXCEPTION =
            classes().that().areAssignableTo(Throwable.class).should().haveSimpleNameEndingWith("Exception");
}
