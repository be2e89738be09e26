/* SPDX-License-Identifier: MIT */
/*
 * Several actions in one request, all of them in one transaction. An action is checked as a whole
 * before any of it is put in the batch; a later one sees what the earlier ones will have done.
 */
#include <string.h>

#include "daemon/api/entries.h"
#include "daemon/api/reply.h"
#include "daemon/api/writes.h"

enum { ENTITIES_MAX = 10000 };

enum verb { VERB_CREATE, VERB_UPDATE, VERB_DELETE, N_VERBS };
/* What to do with an entry that is there already, or is not. */
enum policy { POLICY_FAIL, POLICY_SKIP, POLICY_OVERWRITE, N_POLICIES };

static const char *const verbs[] = {"create", "update", "delete", NULL};
static const char *const policies[] = {"fail", "skip", "overwrite", NULL};

struct bulk {
	struct request *request;
	struct reader *reader;
	const struct entry_kind *kind;
	struct batch *batch;
	GHashTable *changed; /* by name: the row as it will be, or NULL: it will be gone */
	json_t *answer;
};

struct action {
	enum verb verb;
	enum policy policy;
	json_t *entities;
	GPtrArray *wanted; /* of the entities that are not skipped */
	GHashTable *names; /* to find one that is given twice */
	json_t *errors;
};

static bool refuse(struct bulk *bulk, const char *field, json_t *input, const char *sentence)
{
	request_refuse_field(bulk->request,
		&(struct field){"body", field, "value_error", input ? json_incref(input) : NULL},
		"%s", sentence);
	return false;
}

/* The number of a word among others. False: 422 has been answered. */
static bool word_read(struct bulk *bulk, json_t *action, const char *field,
	const char *const *words, unsigned *number)
{
	json_t *value = json_object_get(action, field);
	const char *word = json_string_value(value);
	for (*number = 0; word && words[*number]; ++*number)
		if (strcmp(word, words[*number]) == 0)
			return true;
	g_autofree char *all = g_strjoinv(", ", (char **)words);
	g_autofree char *sentence = g_strdup_printf("\"%s\" must be one of %s", field, all);
	return refuse(bulk, field, value, sentence);
}

static bool action_read(struct bulk *bulk, json_t *json, struct action *action)
{
	static const char *const known[] = {
		"action", "entities", "action_on_existence", "action_on_non_existence", NULL};
	unsigned verb, policy = POLICY_FAIL;
	if (!json_is_object(json))
		return refuse(bulk, "actions", NULL, "an action must be an object");
	if (!body_has_only(bulk->request, json, known)
		|| !word_read(bulk, json, "action", verbs, &verb))
		return false;
	const char *condition =
		verb == VERB_CREATE ? "action_on_existence" : "action_on_non_existence";
	if (json_object_get(json, condition)
		&& !word_read(bulk, json, condition, policies, &policy))
		return false;
	if (verb != VERB_CREATE && policy == POLICY_OVERWRITE)
		return refuse(bulk, condition, NULL,
			"what does not exist cannot be overwritten; expected fail or skip");
	action->verb = verb;
	action->policy = policy;
	action->entities = json_object_get(json, "entities");
	if (!json_is_array(action->entities))
		return refuse(bulk, "entities", NULL, "\"entities\" must be a list");
	if (json_array_size(action->entities) > ENTITIES_MAX)
		return refuse(bulk, "entities", NULL,
			"\"entities\" holds more than 10000; send them in several requests");
	return true;
}

static void error_add(struct action *action, unsigned status, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static void error_add(struct action *action, unsigned status, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *sentence = g_strdup_vprintf(format, values);
	va_end(values);
	json_array_append_new(action->errors,
		json_pack("{s:s, s:i}", "error", sentence, "status_code", (int)status));
}

/* ---- first pass: what the action names, and whether that is there ---- */

/* False: an error has been answered. */
static bool existence(struct bulk *bulk, const char *name, bool *exists)
{
	g_autoptr(GError) error = NULL;
	void *changed;
	if (g_hash_table_lookup_extended(bulk->changed, name, NULL, &changed)) {
		*exists = changed;
		return true;
	}
	void *stored = entry_find(bulk->kind, bulk->reader, name, &error);
	*exists = stored;
	entry_free(bulk->kind, stored);
	if (error)
		request_fail(bulk->request, error);
	return !error;
}

static const char *entity_name(const struct bulk *bulk, json_t *entity)
{
	return json_string_value(
		json_is_string(entity) ? entity : json_object_get(entity, bulk->kind->fields[0]));
}

static bool entity_check(struct bulk *bulk, const struct action *action, json_t *entity)
{
	if (action->verb == VERB_DELETE)
		return json_is_string(entity)
			|| refuse(bulk, "entities", NULL, "what is to be deleted must be a name");
	if (!json_is_object(entity))
		return refuse(bulk, "entities", NULL, "an entity must be an object");
	return entry_body_check(bulk->request, bulk->kind, entity);
}

static bool entity_plan(struct bulk *bulk, struct action *action, json_t *entity)
{
	bool exists;
	if (!entity_check(bulk, action, entity))
		return false;
	const char *noun = bulk->kind->noun, *name = entity_name(bulk, entity);
	if (!existence(bulk, name, &exists))
		return false;
	g_autofree char *must_stay =
		action->verb == VERB_DELETE ? entry_must_stay(bulk->kind, name) : NULL;
	bool is_unfit = exists == (action->verb == VERB_CREATE);
	if (!g_hash_table_add(action->names, (char *)name))
		error_add(action, 409, "%s \"%s\" is given twice", noun, name);
	else if (must_stay)
		error_add(action, 400, "%s", must_stay);
	else if (!is_unfit || action->policy == POLICY_OVERWRITE)
		g_ptr_array_add(action->wanted, entity);
	else if (action->policy == POLICY_FAIL && exists)
		error_add(action, 409, "there is a %s \"%s\" already", noun, name);
	else if (action->policy == POLICY_FAIL)
		error_add(action, 404, "there is no %s \"%s\"", noun, name);
	return true;
}

/* ---- second pass: the changes ---- */

/* What an update begins with: the row as the earlier actions leave it. */
static void *row_take(struct bulk *bulk, const struct action *action, const char *name)
{
	void *key, *row = NULL;
	if (g_hash_table_steal_extended(bulk->changed, name, &key, &row))
		g_free(key);
	else if (action->verb == VERB_UPDATE)
		row = entry_find(bulk->kind, bulk->reader, name, NULL);
	if (action->verb == VERB_CREATE) { /* replaces all of it */
		entry_free(bulk->kind, row);
		row = NULL;
	}
	return row ? row : entry_new(bulk->kind);
}

static bool entity_apply(struct bulk *bulk, const struct action *action, json_t *entity)
{
	const char *name = entity_name(bulk, entity);
	void *row = row_take(bulk, action, name);
	if (action->verb == VERB_DELETE) {
		entry_free(bulk->kind, row);
		g_hash_table_replace(bulk->changed, g_strdup(name), NULL);
		bulk->kind->forget(bulk->batch, name);
		return true;
	}
	bool is_read = bulk->kind->read(bulk->request, entity, row);
	if (is_read)
		bulk->kind->put(bulk->batch, row);
	g_hash_table_replace(bulk->changed, g_strdup(name), row);
	return is_read;
}

static bool action_apply(struct bulk *bulk, const struct action *action, json_t *success)
{
	for (unsigned i = 0; i < action->wanted->len; i++) {
		json_t *entity = action->wanted->pdata[i];
		if (!entity_apply(bulk, action, entity))
			return false;
		json_array_append_new(success, json_string(entity_name(bulk, entity)));
	}
	return true;
}

/* ---- all of it ---- */

/* Where the answer has room for what was done by this verb. */
static json_t *answer_of(struct bulk *bulk, enum verb verb)
{
	json_t *answer = json_object_get(bulk->answer, verbs[verb]);
	if (!answer) {
		answer = json_pack("{s:[], s:[]}", "success", "errors");
		json_object_set_new(bulk->answer, verbs[verb], answer);
	}
	return answer;
}

static bool action_do(struct bulk *bulk, json_t *json)
{
	struct action action = {0};
	json_t *entity;
	size_t i;
	if (!action_read(bulk, json, &action))
		return false;
	json_t *answer = answer_of(bulk, action.verb);
	g_autoptr(GPtrArray) wanted = g_ptr_array_new();
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	action.wanted = wanted;
	action.names = names;
	action.errors = json_object_get(answer, "errors");
	size_t n_errors = json_array_size(action.errors);
	json_array_foreach(
		action.entities, i, entity) if (!entity_plan(bulk, &action, entity)) return false;
	return json_array_size(action.errors) > n_errors
		|| action_apply(bulk, &action, json_object_get(answer, "success"));
}

static bool actions_do(struct bulk *bulk)
{
	static const char *const known[] = {"actions", NULL};
	json_t *body = request_body(bulk->request), *action;
	size_t i;
	if (!body || !body_has_only(bulk->request, body, known))
		return false;
	json_t *actions = json_object_get(body, "actions");
	if (!json_is_array(actions))
		return refuse(bulk, "actions", NULL, "\"actions\" must be a list");
	json_array_foreach(actions, i, action) if (!action_do(bulk, action)) return false;
	return true;
}

static bool decide(const struct write *write, struct batch *batch, struct write_answer *answer)
{
	struct bulk bulk = {
		.request = write->request,
		.reader = write->daemon->reader,
		.kind = write->kind,
		.batch = batch,
		.changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.answer = json_object(),
	};
	GHashTableIter iter;
	void *name, *row;
	bool is_done = actions_do(&bulk);
	g_hash_table_iter_init(&iter, bulk.changed);
	while (g_hash_table_iter_next(&iter, &name, &row)) {
		write_changed(answer, name);
		entry_free(bulk.kind, row);
	}
	g_hash_table_unref(bulk.changed);
	if (is_done)
		answer->json = bulk.answer;
	else
		json_decref(bulk.answer);
	return is_done;
}

void entries_bulk(struct request *request, struct daemon *daemon, const struct entry_kind *kind)
{
	writes_add(daemon->writes, (struct write){request, daemon, kind, decide});
}
