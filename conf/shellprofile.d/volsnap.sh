#!/usr/bin/env bash
# Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0
#
# Adds `hdfs volsnap` to Hadoop's shell, and the plugin's jar to every Hadoop class path.
# Copy this file to ${HADOOP_CONF_DIR}/shellprofile.d or ${HADOOP_HOME}/libexec/shellprofile.d, and the jar to
# ${HADOOP_HOME}/share/hadoop/hdfs/lib; or set VOLSNAP_JAR in hadoop-env.sh to where the jar is.

if [[ "${HADOOP_SHELL_EXECNAME}" = "hdfs" ]]; then
  hadoop_add_subcommand "volsnap" admin "take, list, verify, read, delete volume snapshots, and roll back to one"
fi

## @description  runs the command line of volsnap
## @audience     public
## @stability    evolving
## @replaceable  yes
function hdfs_subcommand_volsnap
{
  # Hadoop's hdfs script reads this one.
  # shellcheck disable=SC2034
  HADOOP_CLASSNAME=org.volsnap.cli.VolsnapAdmin
}

hadoop_add_profile volsnap

## @description  puts the plugin on the class path when it does not lie among Hadoop's own jars
## @audience     private
## @stability    evolving
## @replaceable  yes
function _volsnap_hadoop_classpath
{
  if [[ -n "${VOLSNAP_JAR}" ]]; then
    hadoop_add_classpath "${VOLSNAP_JAR}"
  fi
}
