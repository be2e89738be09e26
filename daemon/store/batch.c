/* SPDX-License-Identifier: MIT */
#include "daemon/store/batch.h"

#include <string.h>

#include <sodium.h>

#include "daemon/store/clean.h"
#include "daemon/store/secret.h"
#include "daemon/store/vault.h"

#include "lib/base/instant.h"

#define BATCH_BYTES_MIN 256

struct batch *batch_new(void)
{
	return g_new0(struct batch, 1);
}

void batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	if (batch->has_secrets)
		sodium_memzero(batch->bytes, batch->size);
	g_free(batch->bytes);
	g_clear_error(&batch->error);
	g_free(batch);
}

bool batch_is_empty(const struct batch *batch)
{
	return batch->len == 0;
}

/* ---- packing ---- */

/* Not realloc: it may leave a copy of a secret behind. */
static void batch_grow(struct batch *batch, size_t size)
{
	size_t doubled = MAX(batch->size * 2, BATCH_BYTES_MIN);
	size_t new_size = MAX(doubled, size);
	uint8_t *bytes = g_malloc(new_size);
	if (batch->len > 0)
		memcpy(bytes, batch->bytes, batch->len);
	if (batch->has_secrets)
		sodium_memzero(batch->bytes, batch->size);
	g_free(batch->bytes);
	batch->bytes = bytes;
	batch->size = new_size;
}

static void put(struct batch *batch, const void *bytes, size_t len)
{
	if (batch->size - batch->len < len)
		batch_grow(batch, batch->len + len);
	memcpy(batch->bytes + batch->len, bytes, len);
	batch->len += len;
}

static void put_byte(struct batch *batch, unsigned byte)
{
	uint8_t narrow = (uint8_t)byte;
	put(batch, &narrow, 1);
}

static void put_statement(
	struct batch *batch, enum write_statement statement, unsigned n_parameters)
{
	put_byte(batch, statement);
	put_byte(batch, n_parameters);
}

static void put_integer(struct batch *batch, int64_t value)
{
	put_byte(batch, PARAMETER_INTEGER);
	put(batch, &value, sizeof value);
}

static void put_instant(struct batch *batch, int64_t at)
{
	if (at == INSTANT_NONE)
		put_byte(batch, PARAMETER_NULL);
	else
		put_integer(batch, at);
}

/* NULL where it is what most rows have. */
static void put_unless(struct batch *batch, int64_t value, int64_t usual)
{
	if (value == usual)
		put_byte(batch, PARAMETER_NULL);
	else
		put_integer(batch, value);
}

static void put_bytes(struct batch *batch, enum parameter_kind kind, const void *bytes, size_t len)
{
	put_byte(batch, kind);
	put(batch, &len, sizeof len);
	put(batch, bytes, len);
}

static void put_text(struct batch *batch, const char *text)
{
	if (text == NULL)
		put_byte(batch, PARAMETER_NULL);
	else
		put_bytes(batch, PARAMETER_TEXT, text, strlen(text));
}

static void put_secret(struct batch *batch, const char *text)
{
	batch->has_secrets = true;
	put_bytes(batch, PARAMETER_SECRET, text, strlen(text));
}

static void put_task_key(struct batch *batch, const struct task_key *task)
{
	put_integer(batch, task->run);
	put_text(batch, task->task_id);
	put_integer(batch, task->map_index);
}

/* ---- unpacking ---- */

struct batch_cursor batch_cursor(const struct batch *batch)
{
	return (struct batch_cursor){.at = batch->bytes, .end = batch->bytes + batch->len};
}

static void take(struct batch_cursor *cursor, void *bytes, size_t len)
{
	g_assert((size_t)(cursor->end - cursor->at) >= len);
	memcpy(bytes, cursor->at, len);
	cursor->at += len;
}

bool batch_next(
	struct batch_cursor *cursor, enum write_statement *statement, unsigned *n_parameters)
{
	uint8_t head[2];
	if (cursor->at == cursor->end)
		return false;
	take(cursor, head, sizeof head);
	*statement = (enum write_statement)head[0];
	*n_parameters = head[1];
	return true;
}

struct parameter batch_parameter(struct batch_cursor *cursor)
{
	struct parameter parameter = {.kind = PARAMETER_NULL};
	uint8_t kind;
	take(cursor, &kind, 1);
	parameter.kind = (enum parameter_kind)kind;
	switch (parameter.kind) {
	case PARAMETER_NULL:
		break;
	case PARAMETER_INTEGER:
		take(cursor, &parameter.integer, sizeof parameter.integer);
		break;
	case PARAMETER_TEXT:
	case PARAMETER_BLOB:
	case PARAMETER_SECRET:
		take(cursor, &parameter.len, sizeof parameter.len);
		g_assert((size_t)(cursor->end - cursor->at) >= parameter.len);
		parameter.bytes = (const char *)cursor->at;
		cursor->at += parameter.len;
		break;
	}
	return parameter;
}

/* ---- rows ---- */

void batch_dag(struct batch *batch, const struct dag_record *dag)
{
	put_statement(batch, WRITE_DAG, 10);
	put_text(batch, dag->dag_id);
	put_text(batch, dag->file);
	put_text(batch, dag->version);
	put_integer(batch, dag->is_paused);
	put_integer(batch, dag->is_stale);
	put_instant(batch, dag->first_seen_at);
	put_instant(batch, dag->active_since);
	put_instant(batch, dag->last_slot);
	put_integer(batch, dag->n_failed_runs);
	put_text(batch, dag->pause_reason);
}

void batch_missed(struct batch *batch, const struct missed_record *missed)
{
	put_statement(batch, WRITE_MISSED, 6);
	put_text(batch, missed->dag_id);
	put_instant(batch, missed->first_slot);
	put_instant(batch, missed->last_slot);
	put_integer(batch, missed->n);
	put_text(batch, missed->reason);
	put_instant(batch, missed->at);
}

void batch_dag_delete(struct batch *batch, const char *dag_id)
{
	for (unsigned statement = FORGET_DAG_XCOMS; statement <= FORGET_DAG; statement++) {
		put_statement(batch, (enum write_statement)statement, 1);
		put_text(batch, dag_id);
	}
}

void batch_run_delete(struct batch *batch, int64_t run)
{
	for (unsigned statement = FORGET_RUN_XCOMS; statement <= FORGET_RUN; statement++) {
		put_statement(batch, (enum write_statement)statement, 1);
		put_integer(batch, run);
	}
}

void batch_old_delete(struct batch *batch, enum old_kind kind, int64_t before)
{
	put_statement(batch, (enum write_statement)(FORGET_OLD_MISSED + (int)kind), 2);
	put_instant(batch, before);
	put_integer(batch, OLD_ROWS_MAX);
}

void batch_version_delete(struct batch *batch, const char *hash, int64_t last_run)
{
	put_statement(batch, FORGET_VERSION, 2);
	put_text(batch, hash);
	put_integer(batch, last_run);
}

void batch_version(struct batch *batch, const char *hash, const char *dag_id, const char *file,
	const char *text)
{
	put_statement(batch, WRITE_VERSION, 4);
	put_text(batch, hash);
	put_text(batch, dag_id);
	put_text(batch, file);
	put_text(batch, text);
}

void batch_run(struct batch *batch, const struct run_record *run)
{
	batch->run_max = MAX(batch->run_max, run->id);
	put_statement(batch, WRITE_RUN, 21);
	put_integer(batch, run->id);
	put_text(batch, run->dag_id);
	put_text(batch, run->run_id);
	put_integer(batch, run->type);
	put_integer(batch, run->state);
	put_instant(batch, run->slot);
	put_instant(batch, run->logical_date);
	put_instant(batch, run->data_interval_start);
	put_instant(batch, run->data_interval_end);
	put_instant(batch, run->run_after);
	put_instant(batch, run->queued_at);
	put_instant(batch, run->started_at);
	put_instant(batch, run->ended_at);
	put_text(batch, run->conf);
	put_text(batch, run->version);
	put_text(batch, run->note);
	put_text(batch, run->triggered_by);
	put_text(batch, run->reason);
	put_unless(batch, run->backfill, 0);
	put_unless(batch, run->clear_number, 0);
	put_instant(batch, run->deadline_at);
}

void batch_task(struct batch *batch, const struct task_record *task)
{
	put_statement(batch, WRITE_TASK, 25);
	put_integer(batch, task->run);
	put_text(batch, task->task_id);
	put_integer(batch, task->map_index);
	put_integer(batch, task->state);
	put_integer(batch, task->try_number);
	put_integer(batch, task->max_tries);
	put_instant(batch, task->scheduled_at);
	put_instant(batch, task->queued_at);
	put_instant(batch, task->started_at);
	put_instant(batch, task->ended_at);
	put_instant(batch, task->retry_at);
	put_integer(batch, task->attempt);
	put_text(batch, task->reason);
	put_unless(batch, task->map_length, -1);
	put_text(batch, task->decision);
	put_unless(batch, task->wait, WAIT_NONE);
	put_instant(batch, task->wait_until);
	put_text(batch, task->wait_dag);
	put_text(batch, task->wait_run);
	put_instant(batch, task->wait_since);
	put_unless(batch, task->wish, WISH_NONE);
	put_text(batch, task->note);
	put_unless(batch, task->group_tries, 0);
	put_text(batch, task->map_label);
	put_text(batch, task->calls);
}

void batch_task_delete(struct batch *batch, const struct task_key *task)
{
	put_statement(batch, FORGET_TASK, 3);
	put_task_key(batch, task);
}

void batch_attempt(struct batch *batch, const struct attempt_record *attempt)
{
	batch->attempt_max = MAX(batch->attempt_max, attempt->id);
	put_statement(batch, WRITE_ATTEMPT, 20);
	put_integer(batch, attempt->id);
	put_integer(batch, attempt->run);
	put_text(batch, attempt->task_id);
	put_integer(batch, attempt->map_index);
	put_integer(batch, attempt->try_number);
	put_integer(batch, attempt->state);
	put_bytes(batch, PARAMETER_BLOB, attempt->token, sizeof attempt->token);
	put_text(batch, attempt->boot_id);
	put_integer(batch, attempt->pid);
	put_instant(batch, attempt->launched_at);
	put_instant(batch, attempt->started_at);
	put_instant(batch, attempt->ended_at);
	put_integer(batch, attempt->exit_code);
	put_integer(batch, attempt->signal);
	put_text(batch, attempt->reason);
	put_unless(batch, attempt->usage.user_us, -1);
	put_unless(batch, attempt->usage.system_us, -1);
	put_unless(batch, attempt->usage.memory_bytes, -1);
	put_unless(batch, attempt->usage.read_bytes, -1);
	put_unless(batch, attempt->usage.written_bytes, -1);
}

void batch_backfill(struct batch *batch, const struct backfill_record *backfill)
{
	batch->backfill_max = MAX(batch->backfill_max, backfill->id);
	put_statement(batch, WRITE_BACKFILL, 12);
	put_integer(batch, backfill->id);
	put_text(batch, backfill->dag_id);
	put_instant(batch, backfill->from_date);
	put_instant(batch, backfill->to_date);
	put_text(batch, backfill->conf);
	put_integer(batch, backfill->is_paused);
	put_integer(batch, backfill->reprocess);
	put_integer(batch, backfill->max_active_runs);
	put_integer(batch, backfill->is_backwards);
	put_instant(batch, backfill->created_at);
	put_instant(batch, backfill->updated_at);
	put_instant(batch, backfill->completed_at);
}

void batch_pool(struct batch *batch, const struct pool_record *pool)
{
	put_statement(batch, WRITE_POOL, 4);
	put_text(batch, pool->name);
	put_integer(batch, pool->slots);
	put_text(batch, pool->description);
	put_integer(batch, pool->include_deferred);
}

void batch_pool_delete(struct batch *batch, const char *name)
{
	put_statement(batch, FORGET_POOL, 1);
	put_text(batch, name);
}

void batch_asset(struct batch *batch, const char *name, int64_t at)
{
	put_statement(batch, WRITE_ASSET, 2);
	put_text(batch, name);
	put_instant(batch, at);
}

void batch_asset_event(struct batch *batch, const struct asset_event_record *event)
{
	batch->asset_event_max = MAX(batch->asset_event_max, event->id);
	put_statement(batch, WRITE_ASSET_EVENT, 8);
	put_integer(batch, event->id);
	put_text(batch, event->asset);
	put_instant(batch, event->at);
	put_text(batch, event->dag_id);
	put_text(batch, event->run_id);
	put_text(batch, event->task_id);
	put_integer(batch, event->map_index);
	put_text(batch, event->extra);
}

void batch_asset_heard(struct batch *batch, const char *dag_id, int64_t event)
{
	put_statement(batch, WRITE_ASSET_HEARD, 2);
	put_text(batch, dag_id);
	put_integer(batch, event);
}

void batch_run_assets(struct batch *batch, int64_t run, const char *dag_id)
{
	put_statement(batch, WRITE_RUN_ASSETS, 2);
	put_integer(batch, run);
	put_text(batch, dag_id);
	batch_assets_forget(batch, dag_id, NULL);
}

void batch_assets_forget(struct batch *batch, const char *dag_id, const char *asset)
{
	put_statement(batch, asset ? FORGET_ASSET_HEARD : FORGET_ASSETS_HEARD, asset ? 2 : 1);
	put_text(batch, dag_id);
	if (asset)
		put_text(batch, asset);
}

void batch_xcom(
	struct batch *batch, const struct task_key *task, const char *key, const char *value)
{
	put_statement(batch, WRITE_XCOM, 6);
	put_task_key(batch, task);
	put_text(batch, key);
	put_text(batch, value);
	put_instant(batch, g_get_real_time());
}

void batch_try_end(struct batch *batch, const struct attempt_record *attempt)
{
	put_statement(batch, WRITE_TRY_END, 4);
	put_integer(batch, attempt->id);
	put_integer(batch, attempt->state);
	put_instant(batch, attempt->ended_at);
	put_text(batch, attempt->reason);
}

void batch_looks_delete(struct batch *batch, const struct attempt_record *attempt)
{
	put_statement(batch, FORGET_LOOKS, 6);
	put_integer(batch, attempt->run);
	put_text(batch, attempt->task_id);
	put_integer(batch, attempt->map_index);
	put_integer(batch, attempt->try_number);
	put_integer(batch, ATTEMPT_UP_FOR_RESCHEDULE);
	put_integer(batch, attempt->id);
}

void batch_xcom_delete(struct batch *batch, const struct task_key *task)
{
	put_statement(batch, FORGET_XCOMS, 3);
	put_task_key(batch, task);
}

void batch_rendered(struct batch *batch, const struct task_key *task, const char *fields)
{
	put_statement(batch, WRITE_RENDERED, 4);
	put_task_key(batch, task);
	put_text(batch, fields);
}

/* ---- variables and connections ---- */

void batch_variable(struct batch *batch, const struct variable *variable)
{
	put_statement(batch, WRITE_VARIABLE, 3);
	put_text(batch, variable->key);
	put_text(batch, variable->description);
	put_secret(batch, variable->value);
}

void batch_variable_delete(struct batch *batch, const char *key)
{
	put_statement(batch, FORGET_VARIABLE, 1);
	put_text(batch, key);
}

void batch_connection(struct batch *batch, const struct connection *connection)
{
	char *value = connection_pack(connection);
	put_statement(batch, WRITE_CONNECTION, 4);
	put_text(batch, connection->conn_id);
	put_text(batch, connection->conn_type);
	put_text(batch, connection->description);
	put_secret(batch, value);
	vault_forget(value);
}

void batch_connection_delete(struct batch *batch, const char *conn_id)
{
	put_statement(batch, FORGET_CONNECTION, 1);
	put_text(batch, conn_id);
}
