/* SPDX-License-Identifier: MIT */
#include "daemon/store/batch.h"

#include "daemon/store/clean.h"
#include "daemon/store/pack.h"
#include "daemon/store/secret.h"
#include "daemon/store/vault.h"

void batch_dag(struct batch *batch, const struct dag_record *dag)
{
	pack_statement(batch, WRITE_DAG, 10);
	pack_text(batch, dag->dag_id);
	pack_text(batch, dag->file);
	pack_text(batch, dag->version);
	pack_integer(batch, dag->is_paused);
	pack_integer(batch, dag->is_stale);
	pack_instant(batch, dag->first_seen_at);
	pack_instant(batch, dag->active_since);
	pack_instant(batch, dag->last_slot);
	pack_integer(batch, dag->n_failed_runs);
	pack_text(batch, dag->pause_reason);
}

void batch_missed(struct batch *batch, const struct missed_record *missed)
{
	pack_statement(batch, WRITE_MISSED, 6);
	pack_text(batch, missed->dag_id);
	pack_instant(batch, missed->first_slot);
	pack_instant(batch, missed->last_slot);
	pack_integer(batch, missed->n);
	pack_text(batch, missed->reason);
	pack_instant(batch, missed->at);
}

void batch_dag_delete(struct batch *batch, const char *dag_id)
{
	for (unsigned statement = FORGET_DAG_XCOMS; statement <= FORGET_DAG; statement++) {
		pack_statement(batch, (enum write_statement)statement, 1);
		pack_text(batch, dag_id);
	}
}

void batch_run_delete(struct batch *batch, int64_t run)
{
	for (unsigned statement = FORGET_RUN_XCOMS; statement <= FORGET_RUN; statement++) {
		pack_statement(batch, (enum write_statement)statement, 1);
		pack_integer(batch, run);
	}
}

void batch_old_delete(struct batch *batch, enum old_kind kind, int64_t before)
{
	pack_statement(batch, (enum write_statement)(FORGET_OLD_MISSED + (int)kind), 2);
	pack_instant(batch, before);
	pack_integer(batch, OLD_ROWS_MAX);
}

void batch_version_delete(struct batch *batch, const char *hash, int64_t last_run)
{
	pack_statement(batch, FORGET_VERSION, 2);
	pack_text(batch, hash);
	pack_integer(batch, last_run);
}

void batch_version(struct batch *batch, const char *hash, const char *dag_id, const char *file,
	const char *text)
{
	pack_statement(batch, WRITE_VERSION, 4);
	pack_text(batch, hash);
	pack_text(batch, dag_id);
	pack_text(batch, file);
	pack_text(batch, text);
}

void batch_run(struct batch *batch, const struct run_record *run)
{
	batch->run_max = MAX(batch->run_max, run->id);
	pack_statement(batch, WRITE_RUN, 21);
	pack_integer(batch, run->id);
	pack_text(batch, run->dag_id);
	pack_text(batch, run->run_id);
	pack_integer(batch, run->type);
	pack_integer(batch, run->state);
	pack_instant(batch, run->slot);
	pack_instant(batch, run->logical_date);
	pack_instant(batch, run->data_interval_start);
	pack_instant(batch, run->data_interval_end);
	pack_instant(batch, run->run_after);
	pack_instant(batch, run->queued_at);
	pack_instant(batch, run->started_at);
	pack_instant(batch, run->ended_at);
	pack_text(batch, run->conf);
	pack_text(batch, run->version);
	pack_text(batch, run->note);
	pack_text(batch, run->triggered_by);
	pack_text(batch, run->reason);
	pack_unless(batch, run->backfill, 0);
	pack_unless(batch, run->clear_number, 0);
	pack_instant(batch, run->deadline_at);
}

void batch_task(struct batch *batch, const struct task_record *task)
{
	pack_statement(batch, WRITE_TASK, 25);
	pack_integer(batch, task->run);
	pack_text(batch, task->task_id);
	pack_integer(batch, task->map_index);
	pack_integer(batch, task->state);
	pack_integer(batch, task->try_number);
	pack_integer(batch, task->max_tries);
	pack_instant(batch, task->scheduled_at);
	pack_instant(batch, task->queued_at);
	pack_instant(batch, task->started_at);
	pack_instant(batch, task->ended_at);
	pack_instant(batch, task->retry_at);
	pack_integer(batch, task->attempt);
	pack_text(batch, task->reason);
	pack_unless(batch, task->map_length, -1);
	pack_text(batch, task->decision);
	pack_unless(batch, task->wait, WAIT_NONE);
	pack_instant(batch, task->wait_until);
	pack_text(batch, task->wait_dag);
	pack_text(batch, task->wait_run);
	pack_instant(batch, task->wait_since);
	pack_unless(batch, task->wish, WISH_NONE);
	pack_text(batch, task->note);
	pack_unless(batch, task->group_tries, 0);
	pack_text(batch, task->map_label);
	pack_text(batch, task->calls);
}

void batch_task_delete(struct batch *batch, const struct task_key *task)
{
	pack_statement(batch, FORGET_TASK, 3);
	pack_task_key(batch, task);
}

void batch_attempt(struct batch *batch, const struct attempt_record *attempt)
{
	batch->attempt_max = MAX(batch->attempt_max, attempt->id);
	pack_statement(batch, WRITE_ATTEMPT, 20);
	pack_integer(batch, attempt->id);
	pack_integer(batch, attempt->run);
	pack_text(batch, attempt->task_id);
	pack_integer(batch, attempt->map_index);
	pack_integer(batch, attempt->try_number);
	pack_integer(batch, attempt->state);
	pack_bytes(batch, PARAMETER_BLOB, attempt->token, sizeof attempt->token);
	pack_text(batch, attempt->boot_id);
	pack_integer(batch, attempt->pid);
	pack_instant(batch, attempt->launched_at);
	pack_instant(batch, attempt->started_at);
	pack_instant(batch, attempt->ended_at);
	pack_integer(batch, attempt->exit_code);
	pack_integer(batch, attempt->signal);
	pack_text(batch, attempt->reason);
	pack_unless(batch, attempt->usage.user_us, -1);
	pack_unless(batch, attempt->usage.system_us, -1);
	pack_unless(batch, attempt->usage.memory_bytes, -1);
	pack_unless(batch, attempt->usage.read_bytes, -1);
	pack_unless(batch, attempt->usage.written_bytes, -1);
}

void batch_backfill(struct batch *batch, const struct backfill_record *backfill)
{
	batch->backfill_max = MAX(batch->backfill_max, backfill->id);
	pack_statement(batch, WRITE_BACKFILL, 12);
	pack_integer(batch, backfill->id);
	pack_text(batch, backfill->dag_id);
	pack_instant(batch, backfill->from_date);
	pack_instant(batch, backfill->to_date);
	pack_text(batch, backfill->conf);
	pack_integer(batch, backfill->is_paused);
	pack_integer(batch, backfill->reprocess);
	pack_integer(batch, backfill->max_active_runs);
	pack_integer(batch, backfill->is_backwards);
	pack_instant(batch, backfill->created_at);
	pack_instant(batch, backfill->updated_at);
	pack_instant(batch, backfill->completed_at);
}

void batch_pool(struct batch *batch, const struct pool_record *pool)
{
	pack_statement(batch, WRITE_POOL, 4);
	pack_text(batch, pool->name);
	pack_integer(batch, pool->slots);
	pack_text(batch, pool->description);
	pack_integer(batch, pool->include_deferred);
}

void batch_pool_delete(struct batch *batch, const char *name)
{
	pack_statement(batch, FORGET_POOL, 1);
	pack_text(batch, name);
}

void batch_asset(struct batch *batch, const char *name, int64_t at)
{
	pack_statement(batch, WRITE_ASSET, 2);
	pack_text(batch, name);
	pack_instant(batch, at);
}

void batch_asset_event(struct batch *batch, const struct asset_event_record *event)
{
	batch->asset_event_max = MAX(batch->asset_event_max, event->id);
	pack_statement(batch, WRITE_ASSET_EVENT, 8);
	pack_integer(batch, event->id);
	pack_text(batch, event->asset);
	pack_instant(batch, event->at);
	pack_text(batch, event->dag_id);
	pack_text(batch, event->run_id);
	pack_text(batch, event->task_id);
	pack_integer(batch, event->map_index);
	pack_text(batch, event->extra);
}

void batch_asset_heard(struct batch *batch, const char *dag_id, int64_t event)
{
	pack_statement(batch, WRITE_ASSET_HEARD, 2);
	pack_text(batch, dag_id);
	pack_integer(batch, event);
}

void batch_run_assets(struct batch *batch, int64_t run, const char *dag_id)
{
	pack_statement(batch, WRITE_RUN_ASSETS, 2);
	pack_integer(batch, run);
	pack_text(batch, dag_id);
	batch_assets_forget(batch, dag_id, NULL);
}

void batch_assets_forget(struct batch *batch, const char *dag_id, const char *asset)
{
	pack_statement(batch, asset ? FORGET_ASSET_HEARD : FORGET_ASSETS_HEARD, asset ? 2 : 1);
	pack_text(batch, dag_id);
	if (asset)
		pack_text(batch, asset);
}

void batch_xcom(
	struct batch *batch, const struct task_key *task, const char *key, const char *value)
{
	pack_statement(batch, WRITE_XCOM, 6);
	pack_task_key(batch, task);
	pack_text(batch, key);
	pack_text(batch, value);
	pack_instant(batch, g_get_real_time());
}

void batch_try_end(struct batch *batch, const struct attempt_record *attempt)
{
	pack_statement(batch, WRITE_TRY_END, 4);
	pack_integer(batch, attempt->id);
	pack_integer(batch, attempt->state);
	pack_instant(batch, attempt->ended_at);
	pack_text(batch, attempt->reason);
}

void batch_looks_delete(struct batch *batch, const struct attempt_record *attempt)
{
	pack_statement(batch, FORGET_LOOKS, 7);
	pack_integer(batch, attempt->run);
	pack_text(batch, attempt->task_id);
	pack_integer(batch, attempt->map_index);
	pack_integer(batch, attempt->try_number);
	pack_integer(batch, ATTEMPT_UP_FOR_RESCHEDULE);
	pack_integer(batch, ATTEMPT_TAKEN_BACK);
	pack_integer(batch, attempt->id);
}

void batch_xcom_delete(struct batch *batch, const struct task_key *task)
{
	pack_statement(batch, FORGET_XCOMS, 3);
	pack_task_key(batch, task);
}

void batch_rendered(struct batch *batch, const struct task_key *task, const char *fields)
{
	pack_statement(batch, WRITE_RENDERED, 4);
	pack_task_key(batch, task);
	pack_text(batch, fields);
}

void batch_variable(struct batch *batch, const struct variable *variable)
{
	pack_statement(batch, WRITE_VARIABLE, 3);
	pack_text(batch, variable->key);
	pack_text(batch, variable->description);
	pack_secret(batch, variable->value);
}

void batch_variable_delete(struct batch *batch, const char *key)
{
	pack_statement(batch, FORGET_VARIABLE, 1);
	pack_text(batch, key);
}

void batch_connection(struct batch *batch, const struct connection *connection)
{
	char *value = connection_pack(connection);
	pack_statement(batch, WRITE_CONNECTION, 4);
	pack_text(batch, connection->conn_id);
	pack_text(batch, connection->conn_type);
	pack_text(batch, connection->description);
	pack_secret(batch, value);
	vault_forget(value);
}

void batch_connection_delete(struct batch *batch, const char *conn_id)
{
	pack_statement(batch, FORGET_CONNECTION, 1);
	pack_text(batch, conn_id);
}
