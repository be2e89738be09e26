/* SPDX-License-Identifier: MIT */
/* DAG files read without a daemon, with the operators that a daemon would have. */
#pragma once

#include <stdbool.h>

#include "cli/address.h"
#include "lib/dag/dag.h"

/*
 * The operators shipped beside this program and the plugins of the home; what is wrong in their
 * manifests is added to `problems`, unless that is NULL.
 */
struct operators *operators_open(const struct address *address, struct problems *problems);

/* The folder of programs and operators: `built` in a build tree, else `installed`: g_free. */
char *part_path(const char *built, const char *installed);

struct dag_file {
	char *path;      /* as the user named it */
	char *text;      /* NULL: it could not be read */
	GPtrArray *dags; /* of struct dag, perhaps none */
};

/* Reads the file and loads its DAGs; what is wrong is added to `problems`. Never NULL. */
struct dag_file *dag_file_read(
	const char *path, const struct operators *operators, struct problems *problems);
void dag_file_free(void *file);

/* Whether a word is a file rather than a dag_id: it has a `/` or ends in .yaml or .yml, or is
 * there. */
bool word_is_file(const char *word);

/* The paths of all DAG files below a folder, as a daemon would look for them, sorted. */
GPtrArray *dag_files_below(const char *folder);
/* Where the home has its DAG files: core.dags_folder of its configuration, else dags/: g_free. */
char *dags_folder(const struct address *address);

/* What is wrong, on stderr, each with its source line when it is of this file. True: an error was
 * among it. */
bool problems_say(const struct problems *problems, const struct dag_file *file);

/*
 * The only DAG of a file that is right, or the one with this dag_id (NULL: any); borrowed. NULL:
 * what is wrong was said.
 */
const struct dag *dag_file_choose(
	const struct dag_file *file, const char *dag_id, const struct problems *problems);
