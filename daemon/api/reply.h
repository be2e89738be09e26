/* SPDX-License-Identifier: MIT */
/* What handlers share: records as the API writes them, errors as statuses, conditions of lists. */
#pragma once

#include "daemon/daemon.h"

/* Airflow's words for one row; `dag` (may be NULL) tells what rows do not. New references. */
json_t *instant_reply(int64_t at); /* null for INSTANT_NONE and INSTANT_NEVER */
json_t *run_reply(const struct run_record *run, const struct dag *dag);
/* The conf of a run, from its JSON text or NULL: what is under names that look secret is hidden. */
json_t *conf_shown(const char *text);
json_t *instance_reply(
	const struct run_record *run, const struct task_record *task, const struct dag *dag);

/* Whether root or dagd's own user asks; else 403 has been answered: `what` is for them only. */
bool request_is_of_owner(struct request *request, const char *what);
/* Answers with the status that fits the error: 400, 404, 409, 500, 503, 507. */
void request_fail(struct request *request, const GError *error);
/* 404 with the one of the names (NULL after the last) that was most likely meant. */
void request_refuse_unknown(
	struct request *request, const char *sentence, const char *word, const char *const *names);
void request_refuse_dag(struct request *request, struct daemon *daemon, const char *dag_id);
void request_refuse_run(struct request *request, const char *dag_id, const char *run_id);
void request_refuse_task(
	struct request *request, const struct dag *dag, const char *run_id, const char *task_id);

/* The run named by dag_id and dag_run_id in the path; false: 404 has been answered. Clear it. */
bool request_run(struct request *request, struct daemon *daemon, struct run_record *run);
/* The version of the DAG that a run uses: a new reference, or NULL when it cannot be loaded. False:
 * it was not read, which has been answered. */
bool request_run_dag(struct request *request, struct daemon *daemon, const struct run_record *run,
	struct dag **dag);
/* A task of a run that has no row yet: nothing has become of it. Clear it. */
struct task_record instance_without_row(const struct run_record *run, const struct task *task);
/* All task instances of a run in the order of the file, those without a row too: array of
 * task_record. NULL and an error. */
GArray *run_instances(
	struct daemon *daemon, const struct run_record *run, const struct dag *dag, GError **error);

/* The conditions in the query that all lists have; false: a refusal has been answered. */
bool request_listing(struct request *request, struct listing *listing);
/* An instant in the query; without offset it is UTC. Absent: `at` is left as it is. False: 422 has
 * been answered. */
bool request_query_instant(struct request *request, const char *name, int64_t *at);
/*
 * Which instance of a mapped task: `map_index` of the path or, where that has none, of the query.
 * -1: not given. False: 422 has been answered.
 */
bool request_map_index(struct request *request, int *map_index);
/*
 * The body, which must have known keys only, without those of the maskable ones that the query's
 * update_mask does not name. Both lists end with NULL. A new reference; NULL: a refusal has been
 * answered.
 */
json_t *body_masked(struct request *request, const char *const *known, const char *const *maskable);
/* Refuses keys of the body that are not among `known` (NULL-terminated). */
bool body_has_only(struct request *request, const json_t *body, const char *const *known);
/* An instant in the body with its zone; absent or null is INSTANT_NONE. False: 422 has been
 * answered. */
bool body_instant(struct request *request, const json_t *body, const char *name, int64_t *at);
/* A text, or NULL when absent or null. False: 422 has been answered. */
bool body_text(struct request *request, const json_t *body, const char *name, const char **text);
/* `otherwise` when absent. False: 422 has been answered. */
bool body_boolean(
	struct request *request, const json_t *body, const char *name, bool otherwise, bool *out);
