/* SPDX-License-Identifier: MIT */
/*
 * The DAG folder: which files it has, which DAGs they define, what is wrong in them. A file that
 * cannot be loaded leaves its last good version as it is.
 */
#pragma once

#include <glib.h>

#include "lib/base/problem.h"
#include "lib/dag/dag.h"

struct folder;

struct folder_options {
	const char *path;
	struct dag_context context; /* for loading */
	/* Where tasks are put away when many files are read at once; NULL: nowhere. */
	struct dag_shelf *shelf;
	/* A DAG that is new or has changed text. */
	void (*on_loaded)(void *data, struct dag *dag);
	/* A DAG that no file defines any more. */
	void (*on_gone)(void *data, const char *dag_id);
	/* A file's problems have changed (perhaps to none). */
	void (*on_problems)(void *data, const char *file, const struct problems *problems);
	/* Something could not be looked at for a reason that passes, such as no descriptor:
	 * folder_rescan is wanted in a while. May be NULL. */
	void (*on_incomplete)(void *data);
	/* Whether somebody has begun to write the file and not yet closed it, as far as it was
	 * noticed until this very instant; files that change meanwhile are told of by
	 * folder_refresh(). Asked where the kernel does not answer; NULL: nobody watches. */
	bool (*is_touched)(void *data, const char *file);
	void *data;
};

struct folder_file {
	char *file;                /* relative to the folder */
	struct problems *problems; /* never NULL */
	GPtrArray *dag_ids;        /* of char *: what it defines */
	char *text;                /* what was read, while it has problems; NULL: it could not be */
	int64_t read_at;
};

struct folder *folder_open(const struct folder_options *options);
void folder_close(struct folder *folder);

/* One file (by its path relative to the folder) was written, moved or deleted: folder_work() will
 * look at it. */
void folder_refresh(struct folder *folder, const char *file);
/* The same of all files; unchanged ones (size, times, inode) are not read. */
void folder_rescan(struct folder *folder);
/*
 * Looks at as many of those files as is said: reads them, or forgets those that are gone. A file
 * that somebody is writing stays as it was known. True: there is more to do.
 */
bool folder_work(struct folder *folder, unsigned n_max);

/*
 * A DAG that an earlier dagd loaded from this file goes on to belong to it, although the file
 * cannot be loaded now. False: there is no such file, or it is fine without that DAG.
 */
bool folder_adopt(struct folder *folder, const char *file, const char *dag_id);

/* Of struct folder_file, sorted by name; g_ptr_array_unref. */
GPtrArray *folder_files(const struct folder *folder);
/* The file that defines a DAG, or NULL. */
const struct folder_file *folder_file_of(const struct folder *folder, const char *dag_id);
/* Whether the name of a file is that of a DAG file: .yaml or .yml, no part begins with . or _, not
 * under config/. */
bool folder_is_dag_file(const char *file);
