/* SPDX-License-Identifier: MIT */
#include "daemon/api/pools.h"

#include <string.h>

#include "daemon/api/entries.h"
#include "daemon/api/reply.h"
#include "lib/base/error.h"

enum { NAME_MAX_CHARS = 256, DESCRIPTION_MAX_BYTES = 5000 };

static bool find(struct reader *reader, const char *name, void *row, GError **error)
{
	return reader_pool(reader, name, row, error);
}

/* Airflow's pools may have any text as their name. */
static bool name_check(const char *field, const char *name, GError **error)
{
	if (!*name)
		return error_say(error, "\"%s\" is empty", field);
	if (g_utf8_strlen(name, -1) > NAME_MAX_CHARS)
		return error_say(
			error, "\"%s\" has more than %d characters", field, NAME_MAX_CHARS);
	for (const char *at = name; *at; at++)
		if (g_ascii_iscntrl(*at))
			return error_say(error, "\"%s\" has a control character in it", field);
	return true;
}

static bool refuse(struct request *request, const char *field, json_t *input, const char *sentence)
{
	request_refuse_field(request,
		&(struct field){"body", field, "value_error", json_incref(input)}, "%s", sentence);
	return false;
}

static bool read_description(struct request *request, const json_t *body, struct pool_record *pool)
{
	const char *description;
	json_t *given = json_object_get(body, "description");
	if (!given)
		return true;
	if (!body_text(request, body, "description", &description))
		return false;
	if (description && strlen(description) > DESCRIPTION_MAX_BYTES)
		return refuse(
			request, "description", given, "the description is longer than 5000 bytes");
	g_free(pool->description);
	pool->description = g_strdup(description);
	return true;
}

static bool read_fields(struct request *request, const json_t *body, void *row)
{
	struct pool_record *pool = row;
	json_t *slots = json_object_get(body, "slots");
	if (!pool->name)
		pool->name = g_strdup(json_string_value(json_object_get(body, "name")));
	if (slots
		&& (!json_is_integer(slots) || json_integer_value(slots) < -1
			|| json_integer_value(slots) > INT32_MAX))
		return refuse(request, "slots", slots,
			"slots must be a whole number from 0 to 2147483647, or -1 for no limit");
	if (slots)
		pool->slots = json_integer_value(slots);
	return read_description(request, body, pool)
		&& body_boolean(request, body, "include_deferred", pool->include_deferred,
			&pool->include_deferred);
}

static json_t *shown(struct daemon *daemon, const void *row)
{
	const struct pool_record *pool = row;
	struct pool_use use = engine_pool_use(daemon->engine, pool->name);
	int64_t n_occupied = use.running + (pool->include_deferred ? use.deferred : 0);
	int64_t n_open = pool->slots < 0 ? -1 : pool->slots - n_occupied;
	return json_pack("{s:s, s:I, s:s?, s:b, s:I, s:I, s:I, s:I, s:I, s:I}", "name", pool->name,
		"slots", (json_int_t)pool->slots, "description", pool->description,
		"include_deferred", pool->include_deferred, "occupied_slots",
		(json_int_t)n_occupied, "running_slots", (json_int_t)use.running, "queued_slots",
		(json_int_t)0, "scheduled_slots", (json_int_t)use.scheduled,
		"deferred_slots", (json_int_t)use.deferred, "open_slots", (json_int_t)n_open);
}

static void put(struct batch *batch, const void *row)
{
	batch_pool(batch, row);
}

/* As it is in the store now. A daemon that dies before this reads it there at its start, and one
 * that cannot read it would let tasks wait for a pool that is there. */
static void changed(struct daemon *daemon, const char *name)
{
	struct pool_record pool;
	g_autoptr(GError) error = NULL;
	struct event event = {.kind = EVENT_POOL_SET, .pool = &pool};
	if (!reader_pool(daemon->reader, name, &pool, &error)) {
		if (error)
			g_error("pool \"%s\" cannot be read again: %s", name, error->message);
		pool = (struct pool_record){.name = g_strdup(name)};
		event.kind = EVENT_POOL_GONE;
	}
	turn_add(daemon->turn, event, NULL, NULL);
	pool_record_clear(&pool);
}

static const char *const fields[] = {"name", "slots", "description", "include_deferred", NULL};

static const struct entry_kind kind = {
	.noun = "pool",
	.nouns = "pools",
	.path_name = "pool_name",
	.pattern_query = "pool_name_pattern",
	.fields = fields,
	.patch_name = "pool",
	.permanent = DEFAULT_POOL,
	.name_check = name_check,
	.size = sizeof(struct pool_record),
	.clear = (GDestroyNotify)pool_record_clear,
	.find = find,
	.list = reader_pools,
	.names = reader_pool_names,
	.read = read_fields,
	.shown = shown,
	.put = put,
	.forget = batch_pool_delete,
	.changed = changed,
};

void pools_list(struct request *request, void *data)
{
	entries_list(request, data, &kind);
}

void pools_show(struct request *request, void *data)
{
	entry_get(request, data, &kind);
}

void pools_create(struct request *request, void *data)
{
	entry_create(request, data, &kind);
}

void pools_patch(struct request *request, void *data)
{
	entry_patch(request, data, &kind);
}

void pools_delete(struct request *request, void *data)
{
	entry_delete(request, data, &kind);
}

void pools_bulk(struct request *request, void *data)
{
	entries_bulk(request, data, &kind);
}
