/* SPDX-License-Identifier: MIT */
/*
 * From a task's templates to what its operator gets: argv, environment, standard input. Values of
 * variables, connections and XComs are looked up now, never earlier.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "daemon/render/mask.h"
#include "daemon/render/source.h"
#include "daemon/store/store.h"
#include "lib/dag/dag.h"
#include "lib/engine/record.h"

struct render_request {
	const struct dag *dag;
	const struct task *task;
	const struct run_record *run;
	int map_index;
	unsigned try_number, max_tries;
	int64_t started_at;            /* of the try: task_instance.start_date */
	struct reader *reader;         /* for variables, connections, XComs, earlier runs */
	const struct sources *sources; /* of variables and connections, besides the store */
	struct answers *answers;       /* of secrets.command; NULL: it cannot be asked */
	char **base_env; /* "NAME=VALUE" of dagd that operators inherit (PATH, HOME, LANG ...) */
};

struct rendered {
	GPtrArray *argv, *env; /* of char *, NULL-terminated, owned */
	char *cwd;             /* NULL: none wanted */
	char *input;           /* for stdin, or NULL */
	size_t input_size;
	json_t *arguments; /* by name, as the operator gets them; not masked */
	json_t *shown; /* the arguments by name and `env`, secrets masked: for tasks render and the
			  store */
	struct mask_words *masks; /* never to be logged: secret values that were looked up */
	GPtrArray *unhidden;      /* of char *, owned: names of secrets too short to be a mask */
};

/* False and one sentence with the place of the template that failed. `rendered` is filled on
 * success: clear it. When `answers` want something afterwards, it failed for want of that only: it
 * is to be rendered again once they have it. */
bool render_task(const struct render_request *request, struct rendered *rendered, GError **error);
/* What a mapped instance that has succeeded is called: its map_index_template, with what it left
 * (by key). NULL and an error. */
char *render_map_label(
	const struct render_request *request, const json_t *own_values, GError **error);
void rendered_clear(struct rendered *rendered);
