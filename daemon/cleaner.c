/* SPDX-License-Identifier: MIT */
/*
 * One step after the other:
 *
 *     the thread        removes the logs that the step before put aside, finds what is next
 *     the loop          gives an event for each run, or a batch of rows: one transaction
 *     once it is durable, puts the logs of those runs aside
 *
 * So rows go before logs. A crash in between leaves logs without a run, which the last stage finds.
 * While the database cannot be written, old logs go first: that makes room.
 */
#include "daemon/cleaner.h"

#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/store/clean.h"
#include "lib/base/instant.h"

/* So many runs are looked up by the loop at once. */
enum { ORPHANS_PER_STEP = 50 };

enum stage {
	STAGE_IDLE,
	STAGE_AGED_LOGS,
	STAGE_RUNS,
	STAGE_ROWS,
	STAGE_VERSIONS,
	STAGE_ORPHANS, /* logs without a run */
	STAGE_END,
};

/* A run whose deletion was given to the engine. */
struct leaving {
	struct cleaner *cleaner;
	struct old_run run;
};

struct cleaner {
	struct daemon *daemon;
	uv_work_t work;
	bool is_working, is_stopped, has_aside;
	enum stage working_stage; /* for which the thread works */
	struct log_sum swept;     /* by the thread */

	/* Of the cleaning under way. */
	enum stage stage;
	struct clean_wish wish;
	struct clean_listener listener;
	struct clean_sums sums, given; /* removed; and given to the writer */
	struct reader *reader;         /* the thread's */
	GError *error;

	/* What the thread has found. */
	int64_t last_run; /* looked at */
	GArray *runs;     /* of struct old_run */
	enum old_kind kind;
	int64_t n_rows;
	char **versions;
	unsigned n_saved; /* how many versions had been saved before */
	GArray *orphans;  /* of struct log_owner */

	unsigned n_leaving;
};

/* ---- the thread ---- */

/* Keeps those of which there is no run. */
static void orphans_choose(struct cleaner *cleaner, GArray *owners)
{
	struct run_record run;
	cleaner->orphans = owners;
	for (unsigned i = 0; i < owners->len && !cleaner->error; i++) {
		const struct log_owner *owner = &g_array_index(owners, struct log_owner, i);
		if (!reader_run(
			    cleaner->reader, owner->dag_id, owner->run_id, &run, &cleaner->error))
			continue;
		run_record_clear(&run);
		g_array_remove_index_fast(owners, i--);
	}
}

/* The logs of runs that go on stay, however long they are silent. */
static void logs_age(struct cleaner *cleaner, struct log_folder *folder, int64_t before)
{
	g_autoptr(GArray) live = reader_live_runs(cleaner->reader, &cleaner->error);
	g_autoptr(GHashTable) spared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned i = 0; live && i < live->len; i++) {
		const struct old_run *run = &g_array_index(live, struct old_run, i);
		g_hash_table_add(spared, log_owner_name(run->dag_id, run->run_id));
	}
	if (live && folder)
		log_folder_age(folder, before, spared, &cleaner->is_stopped, &cleaner->swept);
}

/* `folder` NULL: there are no logs. */
static void next_find(struct cleaner *cleaner, struct log_folder *folder)
{
	int64_t before = cleaner->wish.runs_before;
	switch (cleaner->working_stage) {
	case STAGE_AGED_LOGS:
		logs_age(cleaner, folder, cleaner->wish.logs_before);
		return;
	case STAGE_RUNS:
		cleaner->runs = reader_old_runs(
			cleaner->reader, before, &cleaner->last_run, &cleaner->error);
		return;
	case STAGE_ROWS:
		reader_old_count(
			cleaner->reader, cleaner->kind, before, &cleaner->n_rows, &cleaner->error);
		return;
	case STAGE_VERSIONS:
		cleaner->versions = reader_unused_versions(
			cleaner->reader, &cleaner->last_run, &cleaner->error);
		return;
	case STAGE_ORPHANS:
		if (!cleaner->orphans && folder)
			orphans_choose(cleaner, log_folder_owners(folder, before));
		return;
	case STAGE_IDLE:
	case STAGE_END:
		return;
	}
}

static void on_work(uv_work_t *work)
{
	struct cleaner *cleaner = work->data;
	struct log_folder *folder = log_folder_open(cleaner->daemon->home.logs, NULL);
	if (folder)
		log_folder_empty(folder, &cleaner->is_stopped, &cleaner->swept);
	if (!cleaner->error)
		next_find(cleaner, folder);
	log_folder_close(folder);
}

/* ---- one step on the loop ---- */

static void on_worked(uv_work_t *work, int status);

static void work_begin(struct cleaner *cleaner)
{
	cleaner->is_working = true;
	cleaner->has_aside = false;
	cleaner->working_stage = cleaner->stage;
	uv_queue_work(cleaner->daemon->loop, &cleaner->work, on_work, on_worked);
}

static void clean_end(struct cleaner *cleaner)
{
	struct clean_listener listener = cleaner->listener;
	struct clean_sums sums = cleaner->sums;
	g_autoptr(GError) error = g_steal_pointer(&cleaner->error);
	store_reader_close(g_steal_pointer(&cleaner->reader));
	g_clear_pointer(&cleaner->runs, g_array_unref);
	g_clear_pointer(&cleaner->orphans, g_array_unref);
	g_clear_pointer(&cleaner->versions, g_strfreev);
	cleaner->listener = (struct clean_listener){NULL};
	cleaner->stage = STAGE_IDLE;
	if (sums.n_runs || sums.n_rows || sums.n_versions || sums.logs.n_files)
		journal(JOURNAL_INFO,
			"removed %" G_GINT64_FORMAT " runs with %" G_GINT64_FORMAT
			" task instances, %" G_GINT64_FORMAT " logs (%" G_GINT64_FORMAT " bytes)",
			sums.n_runs, sums.n_tasks, sums.logs.n_files, sums.logs.n_bytes);
	if (listener.on_end)
		listener.on_end(listener.data, &sums, error);
	if (cleaner->has_aside && !cleaner->is_stopped)
		work_begin(cleaner);
}

/* The next step of this stage. */
static void step_next(struct cleaner *cleaner)
{
	if (cleaner->listener.on_progress)
		cleaner->listener.on_progress(cleaner->listener.data, &cleaner->sums);
	if (cleaner->error || cleaner->is_stopped || !cleaner->listener.on_end)
		clean_end(cleaner);
	else
		work_begin(cleaner);
}

static void stage_next(struct cleaner *cleaner)
{
	cleaner->stage++;
	step_next(cleaner);
}

/* Looked up first: a new run of this name may have begun. */
static void logs_put_aside(struct cleaner *cleaner, const char *dag_id, const char *run_id)
{
	struct daemon *daemon = cleaner->daemon;
	struct run_record run;
	g_autoptr(GError) error = NULL;
	if (engine_run(daemon->engine, dag_id, run_id))
		return;
	if (reader_run(daemon->reader, dag_id, run_id, &run, &error)) {
		run_record_clear(&run);
		return;
	}
	if (error)
		return; /* the next cleaning finds them */
	struct log_folder *folder = log_folder_open(daemon->home.logs, NULL);
	if (folder && log_folder_put_aside(folder, dag_id, run_id))
		cleaner->has_aside = true;
	log_folder_close(folder);
}

static void leaving_end(struct cleaner *cleaner)
{
	if (--cleaner->n_leaving == 0 && !cleaner->is_stopped)
		step_next(cleaner);
}

/* One that the engine wants to keep is left alone. */
static void on_left(void *data, const GError *error)
{
	struct leaving *leaving = data;
	struct cleaner *cleaner = leaving->cleaner;
	if (!error) {
		cleaner->sums.n_runs++;
		cleaner->sums.n_tasks += leaving->run.n_tasks;
		logs_put_aside(cleaner, leaving->run.dag_id, leaving->run.run_id);
	} else if (error->domain != ENGINE_REFUSAL && !cleaner->error) {
		cleaner->error = g_error_copy(error);
	}
	g_free(leaving->run.dag_id);
	g_free(leaving->run.run_id);
	g_free(leaving);
	leaving_end(cleaner);
}

static void runs_delete(struct cleaner *cleaner)
{
	g_autoptr(GArray) runs = g_steal_pointer(&cleaner->runs);
	cleaner->n_leaving = runs->len + 1;
	for (unsigned i = 0; i < runs->len; i++) {
		const struct old_run *run = &g_array_index(runs, struct old_run, i);
		struct leaving *leaving = g_new(struct leaving, 1);
		*leaving = (struct leaving){cleaner,
			{run->id, g_strdup(run->dag_id), g_strdup(run->run_id), run->n_tasks}};
		turn_add(cleaner->daemon->turn,
			(struct event){.kind = EVENT_RUN_DELETED,
				.dag_id = run->dag_id,
				.run_id = run->run_id,
				.deleted = run->id},
			on_left, leaving);
	}
	leaving_end(cleaner);
}

static void on_committed(void *data, const GError *error)
{
	struct cleaner *cleaner = data;
	if (!error) {
		cleaner->sums.n_rows += cleaner->given.n_rows;
		cleaner->sums.n_versions += cleaner->given.n_versions;
	} else if (!cleaner->error) {
		cleaner->error = g_error_copy(error);
	}
	if (!cleaner->is_stopped)
		step_next(cleaner);
}

static void rows_delete(struct cleaner *cleaner)
{
	struct batch *batch = batch_new();
	batch_old_delete(batch, cleaner->kind, cleaner->wish.runs_before);
	cleaner->given = (struct clean_sums){.n_rows = MIN(cleaner->n_rows, OLD_ROWS_MAX)};
	store_commit(cleaner->daemon->store, batch, on_committed, cleaner);
}

/* When a DAG has changed meanwhile, its runs may use what was unused: the next time will do. */
static void versions_delete(struct cleaner *cleaner)
{
	g_auto(GStrv) versions = g_steal_pointer(&cleaner->versions);
	cleaner->stage++;
	if (!*versions || turn_n_versions(cleaner->daemon->turn) != cleaner->n_saved) {
		step_next(cleaner);
		return;
	}
	struct batch *batch = batch_new();
	for (char **hash = versions; *hash; hash++)
		batch_version_delete(batch, *hash, cleaner->last_run);
	cleaner->given = (struct clean_sums){.n_versions = g_strv_length(versions)};
	store_commit(cleaner->daemon->store, batch, on_committed, cleaner);
}

static void orphans_put_aside(struct cleaner *cleaner)
{
	for (unsigned n = 0; cleaner->orphans->len > 0 && n < ORPHANS_PER_STEP; n++) {
		unsigned last = cleaner->orphans->len - 1;
		const struct log_owner *owner =
			&g_array_index(cleaner->orphans, struct log_owner, last);
		logs_put_aside(cleaner, owner->dag_id, owner->run_id);
		g_array_set_size(cleaner->orphans, last);
	}
}

static void runs_step(struct cleaner *cleaner)
{
	if (cleaner->runs && cleaner->runs->len > 0)
		runs_delete(cleaner);
	else
		stage_next(cleaner);
}

static void rows_step(struct cleaner *cleaner)
{
	if (cleaner->n_rows > 0) {
		rows_delete(cleaner);
		return;
	}
	cleaner->n_saved = turn_n_versions(cleaner->daemon->turn);
	if (++cleaner->kind < N_OLD_KINDS)
		step_next(cleaner);
	else
		stage_next(cleaner);
}

static void orphans_step(struct cleaner *cleaner)
{
	if (!cleaner->orphans || cleaner->orphans->len == 0) {
		stage_next(cleaner);
		return;
	}
	orphans_put_aside(cleaner);
	step_next(cleaner);
}

/* What the thread worked for, with the sums that it has added to. */
static void work_end(struct cleaner *cleaner)
{
	cleaner->is_working = false;
	cleaner->sums.logs.n_files += cleaner->swept.n_files;
	cleaner->sums.logs.n_bytes += cleaner->swept.n_bytes;
	cleaner->swept = (struct log_sum){0};
}

static void on_worked(uv_work_t *work, int status)
{
	struct cleaner *cleaner = work->data;
	work_end(cleaner);
	if (cleaner->is_stopped)
		return;
	if (cleaner->error) {
		clean_end(cleaner);
		return;
	}
	switch (cleaner->working_stage) {
	case STAGE_IDLE:
		if (cleaner->has_aside || cleaner->stage != STAGE_IDLE)
			work_begin(cleaner);
		return;
	case STAGE_AGED_LOGS:
		cleaner->stage = cleaner->wish.runs_before == INSTANT_NONE ? STAGE_END : STAGE_RUNS;
		step_next(cleaner);
		return;
	case STAGE_RUNS:
		runs_step(cleaner);
		return;
	case STAGE_ROWS:
		rows_step(cleaner);
		return;
	case STAGE_VERSIONS:
		versions_delete(cleaner);
		return;
	case STAGE_ORPHANS:
		orphans_step(cleaner);
		return;
	case STAGE_END:
		clean_end(cleaner);
		return;
	}
}

/* ---- from outside ---- */

struct cleaner *cleaner_open(struct daemon *daemon)
{
	struct cleaner *cleaner = g_new0(struct cleaner, 1);
	cleaner->daemon = daemon;
	cleaner->work.data = cleaner;
	work_begin(cleaner); /* of what an earlier dagd left aside */
	return cleaner;
}

void cleaner_stop(struct cleaner *cleaner)
{
	if (!cleaner)
		return;
	__atomic_store_n(&cleaner->is_stopped, true, __ATOMIC_RELAXED);
	cleaner->listener = (struct clean_listener){NULL};
}

void cleaner_free(struct cleaner *cleaner)
{
	if (!cleaner)
		return;
	g_assert(!cleaner->is_working);
	clean_end(cleaner);
	g_free(cleaner);
}

bool cleaner_begin(struct cleaner *cleaner, const struct clean_wish *wish,
	const struct clean_listener *listener)
{
	if (cleaner->stage != STAGE_IDLE)
		return false;
	cleaner->wish = *wish;
	cleaner->listener = *listener;
	cleaner->sums = (struct clean_sums){0};
	cleaner->last_run = 0;
	cleaner->kind = 0;
	/* An old log of a run that is to go makes room all the same. */
	if (turn_refusal(cleaner->daemon->turn) && wish->runs_before != INSTANT_NONE)
		cleaner->wish.logs_before = MAX(wish->logs_before, wish->runs_before);
	cleaner->stage = cleaner->wish.logs_before == INSTANT_NONE ? STAGE_RUNS : STAGE_AGED_LOGS;
	cleaner->reader = store_reader_open(cleaner->daemon->store, &cleaner->error);
	if (!cleaner->is_working)
		work_begin(cleaner);
	return true;
}

void cleaner_leave(struct cleaner *cleaner)
{
	cleaner->listener = (struct clean_listener){NULL};
}

void cleaner_drop_logs(struct cleaner *cleaner, const char *dag_id, const char *run_id)
{
	logs_put_aside(cleaner, dag_id, run_id);
	if (cleaner->has_aside && cleaner->stage == STAGE_IDLE && !cleaner->is_working
		&& !cleaner->is_stopped)
		work_begin(cleaner);
}
