/* SPDX-License-Identifier: MIT */
/* The names that templates may use, and what they mean for one try of a task. */
#pragma once

#include "daemon/render/render.h"
#include "lib/template/template.h"

struct scope {
	const struct render_request *request;
	const struct task *task; /* what `task` and `ti` are: of a callback the task it is for */
	unsigned try_number, max_tries;
	int64_t started_at;
	json_t *mapped;     /* what this instance of a mapped task is mapped to, by name */
	const json_t *own;  /* what the task itself has left, where that is not in the store yet */
	json_t *call;       /* of a callback: what it is run for; else NULL */
	json_t *params;     /* defaults and the run's conf over them */
	json_t *conf;       /* what the run was given */
	GPtrArray *objects; /* all that were made while rendering */
	struct mask_words *masks; /* words never to be shown */
	GError **unread;          /* *unread: why something that may be in the store was not read */
	GPtrArray *unhidden; /* names of secrets that are too short for that; NULL: nobody asks */
};

/* NULL and an error when the run's conf does not fit the params of its DAG. */
struct scope *scope_new(
	const struct render_request *request, struct mask_words *masks, GError **error);
void scope_free(struct scope *scope);
/* Takes over why something was not read: it must not be taken for missing. NULL: it was. */
void scope_miss(const struct scope *scope, GError *why);
/* False: something was not read, whatever has come of it; *error is that then. */
bool scope_was_read(const struct scope *scope, GError **error);
const struct template_object *scope_root(struct scope *scope);

/* An object of the scope, which lives as long as it. */
struct object {
	struct template_object base;
	struct scope *scope;
	char *key; /* which one: a task_id, a conn_id ...; or NULL */
	json_t *json;
};
typedef bool object_get(const struct template_object *object, const char *name,
	struct template_value *out, GError **error);
typedef bool object_call(const struct template_object *object, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error);
bool set_object(struct scope *scope, struct template_value *out, object_get *get, object_call *call,
	const char *key);
static inline const struct object *object_of(const struct template_object *base)
{
	return base->data;
}

/* Each fills *out and returns true. */
bool set_text(struct template_value *out, const char *text); /* NULL: null */
bool set_json(struct template_value *out, json_t *json);     /* takes it over */
bool set_instant(struct template_value *out, int64_t at);    /* INSTANT_NONE: null */

/* lookup.c */
object_get variables_get, connections_get, tasks_get;
object_call xcom_pull;
/* The connection as operators get it (a new reference), its secrets added to the masks. */
json_t *connection_resolved(const struct connection *connection, struct mask_words *masks);
/* The connection as operators get it, its secrets added to the masks; NULL and an error when there
 * is none. */
json_t *connection_resolve(struct scope *scope, const char *conn_id, GError **error);

/* assets.c */
/* By the name of the asset: lists of its updates that are why the run was made. NULL and an error.
 */
json_t *triggering_asset_events(const struct scope *scope, GError **error);

/* macros.c */
object_get macros_get;
