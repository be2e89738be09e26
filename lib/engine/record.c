/* SPDX-License-Identifier: MIT */
#include "lib/engine/record.h"

#include <glib.h>

void dag_record_clear(struct dag_record *record)
{
	g_clear_pointer(&record->dag_id, g_free);
	g_clear_pointer(&record->file, g_free);
	g_clear_pointer(&record->version, g_free);
	g_clear_pointer(&record->pause_reason, g_free);
}

void run_record_clear(struct run_record *record)
{
	g_clear_pointer(&record->dag_id, g_free);
	g_clear_pointer(&record->run_id, g_free);
	g_clear_pointer(&record->conf, g_free);
	g_clear_pointer(&record->version, g_free);
	g_clear_pointer(&record->note, g_free);
	g_clear_pointer(&record->triggered_by, g_free);
	g_clear_pointer(&record->reason, g_free);
}

void task_record_clear(struct task_record *record)
{
	g_clear_pointer(&record->task_id, g_free);
	g_clear_pointer(&record->reason, g_free);
	g_clear_pointer(&record->map_label, g_free);
	g_clear_pointer(&record->decision, g_free);
	g_clear_pointer(&record->wait_dag, g_free);
	g_clear_pointer(&record->wait_run, g_free);
	g_clear_pointer(&record->note, g_free);
	g_clear_pointer(&record->calls, g_free);
}

void attempt_record_clear(struct attempt_record *record)
{
	g_clear_pointer(&record->task_id, g_free);
	g_clear_pointer(&record->boot_id, g_free);
	g_clear_pointer(&record->reason, g_free);
}

void missed_record_clear(struct missed_record *record)
{
	g_clear_pointer(&record->dag_id, g_free);
	g_clear_pointer(&record->reason, g_free);
}

void pool_record_clear(struct pool_record *record)
{
	g_clear_pointer(&record->name, g_free);
	g_clear_pointer(&record->description, g_free);
}

void asset_event_record_clear(struct asset_event_record *record)
{
	g_clear_pointer(&record->asset, g_free);
	g_clear_pointer(&record->dag_id, g_free);
	g_clear_pointer(&record->run_id, g_free);
	g_clear_pointer(&record->task_id, g_free);
	g_clear_pointer(&record->extra, g_free);
}

void backfill_record_clear(struct backfill_record *record)
{
	g_clear_pointer(&record->dag_id, g_free);
	g_clear_pointer(&record->conf, g_free);
}

struct dag_record dag_record_copy(const struct dag_record *record)
{
	struct dag_record copy = *record;
	copy.dag_id = g_strdup(record->dag_id);
	copy.file = g_strdup(record->file);
	copy.version = g_strdup(record->version);
	copy.pause_reason = g_strdup(record->pause_reason);
	return copy;
}

struct run_record run_record_copy(const struct run_record *record)
{
	struct run_record copy = *record;
	copy.dag_id = g_strdup(record->dag_id);
	copy.run_id = g_strdup(record->run_id);
	copy.conf = g_strdup(record->conf);
	copy.version = g_strdup(record->version);
	copy.note = g_strdup(record->note);
	copy.triggered_by = g_strdup(record->triggered_by);
	copy.reason = g_strdup(record->reason);
	return copy;
}

struct task_record task_record_copy(const struct task_record *record)
{
	struct task_record copy = *record;
	copy.task_id = g_strdup(record->task_id);
	copy.reason = g_strdup(record->reason);
	copy.map_label = g_strdup(record->map_label);
	copy.decision = g_strdup(record->decision);
	copy.wait_dag = g_strdup(record->wait_dag);
	copy.wait_run = g_strdup(record->wait_run);
	copy.note = g_strdup(record->note);
	copy.calls = g_strdup(record->calls);
	return copy;
}

struct attempt_record attempt_record_copy(const struct attempt_record *record)
{
	struct attempt_record copy = *record;
	copy.task_id = g_strdup(record->task_id);
	copy.boot_id = g_strdup(record->boot_id);
	copy.reason = g_strdup(record->reason);
	return copy;
}

struct missed_record missed_record_copy(const struct missed_record *record)
{
	struct missed_record copy = *record;
	copy.dag_id = g_strdup(record->dag_id);
	copy.reason = g_strdup(record->reason);
	return copy;
}

struct pool_record pool_record_copy(const struct pool_record *record)
{
	struct pool_record copy = *record;
	copy.name = g_strdup(record->name);
	copy.description = g_strdup(record->description);
	return copy;
}

struct asset_event_record asset_event_record_copy(const struct asset_event_record *record)
{
	struct asset_event_record copy = *record;
	copy.asset = g_strdup(record->asset);
	copy.dag_id = g_strdup(record->dag_id);
	copy.run_id = g_strdup(record->run_id);
	copy.task_id = g_strdup(record->task_id);
	copy.extra = g_strdup(record->extra);
	return copy;
}

struct backfill_record backfill_record_copy(const struct backfill_record *record)
{
	struct backfill_record copy = *record;
	copy.dag_id = g_strdup(record->dag_id);
	copy.conf = g_strdup(record->conf);
	return copy;
}
