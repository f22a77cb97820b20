/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;

/** The arrows between the packages of the HDFS binding, and who may touch what is Hadoop's own. */
@AnalyzeClasses(
        packages = {"org.volsnap", "org.apache.hadoop.hdfs.server.namenode"},
        importOptions = {ImportOption.DoNotIncludeTests.class, HdfsArchitectureTest.OurClasses.class})
class HdfsArchitectureTest {
    /** Hadoop's jars are on the class path; of its packages only our bridges count. */
    static final class OurClasses implements ImportOption {
        @Override
        public boolean includes(com.tngtech.archunit.core.importer.Location location) {
            return location.contains("/org/volsnap/") || location.contains("/Volsnap");
        }
    }

    @ArchTest
    static final ArchRule CONF_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage("org.volsnap.conf..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.volsnap.protocol..", "org.volsnap.datanode..", "org.volsnap.namenode..", "org.volsnap.cli..");

    @ArchTest
    static final ArchRule PROTOCOL_KNOWS_NOBODY_BUT_CONF = noClasses()
            .that()
            .resideInAPackage("org.volsnap.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.volsnap.datanode..",
                    "org.volsnap.namenode..",
                    "org.volsnap.cli..",
                    "org.volsnap.engine..",
                    "org.volsnap.store..");

    @ArchTest
    static final ArchRule DATANODE_KNOWS_NEITHER_NAMENODE_NOR_SHELL = noClasses()
            .that()
            .resideInAPackage("org.volsnap.datanode..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.volsnap.namenode..", "org.volsnap.cli..");

    @ArchTest
    static final ArchRule NAMENODE_KNOWS_NEITHER_DATANODE_NOR_SHELL = noClasses()
            .that()
            .resideInAPackage("org.volsnap.namenode..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.volsnap.datanode..", "org.volsnap.cli..", "org.volsnap.store..");

    @ArchTest
    static final ArchRule A_COMPARISON_KNOWS_NAMESPACES_AND_NOTHING_ELSE = noClasses()
            .that()
            .resideInAPackage("org.volsnap.namenode.diff..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.volsnap.namenode",
                    "org.volsnap.namenode.rollback..",
                    "org.volsnap.protocol..",
                    "org.volsnap.conf..");

    @ArchTest
    static final ArchRule SHELL_GOES_THROUGH_THE_PROTOCOL_OR_THE_OFFLINE_TOOL = noClasses()
            .that()
            .resideInAPackage("org.volsnap.cli..")
            .and()
            .haveSimpleNameNotStartingWith("CheckStore") // reads a store that nobody has open
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.volsnap.namenode", "org.volsnap.datanode..", "org.volsnap.engine..", "org.volsnap.store..");

    /** It brings trees from any file system to another; the one exception is what HDFS's client throws in safe mode. */
    @ArchTest
    static final ArchRule A_RESTORE_KNOWS_TWO_FILE_SYSTEMS_AND_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage("org.volsnap.restore..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "org.volsnap.conf..",
                            "org.volsnap.protocol..",
                            "org.volsnap.namenode..",
                            "org.volsnap.datanode..",
                            "org.volsnap.cli..",
                            "org.volsnap.engine..",
                            "org.volsnap.store..",
                            "org.volsnap.model..",
                            "org.apache.hadoop.hdfs.server..")
                    .and(not(type(SafeModeException.class))));

    @ArchTest
    static final ArchRule NOBODY_BUT_THE_SHELL_RESTORES = noClasses()
            .that()
            .resideOutsideOfPackages("org.volsnap.cli..", "org.volsnap.restore..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.volsnap.restore..");

    @ArchTest
    static final ArchRule ONLY_THE_WIRING_KNOWS_A_STORES_FORMAT = noClasses()
            .that()
            .resideInAnyPackage("org.volsnap.datanode.registry..", "org.volsnap.datanode.rollback..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.volsnap.store.file..");

    @ArchTest
    static final ArchRule NAMENODE_INTERNALS_ARE_THE_NAMENODES = noClasses()
            .that()
            .resideInAnyPackage("org.volsnap.datanode..", "org.volsnap.cli..", "org.volsnap.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.hadoop.hdfs.server.namenode", "org.apache.hadoop.hdfs.server.blockmanagement..");

    @ArchTest
    static final ArchRule DATANODE_INTERNALS_ARE_THE_DATANODES = noClasses()
            .that()
            .resideInAnyPackage("org.volsnap.namenode..", "org.volsnap.cli..", "org.volsnap.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.hadoop.hdfs.server.datanode..");

    @ArchTest
    static final ArchRule BRIDGES_INTO_HADOOPS_PACKAGES_ARE_NAMED_SO_AND_KNOW_NOTHING_OF_OURS = classes()
            .that()
            .resideInAPackage("org.apache.hadoop..")
            .should()
            .haveNameMatching(".*\\.Volsnap\\w*Bridge(\\$.*)?")
            .andShould()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackage("org.volsnap..");
}
