/* SPDX-License-Identifier: MIT */
/* Old runs and their logs are removed while the client is told how far it is. */
#include "daemon/api/clean.h"

#include "daemon/api/lines.h"
#include "daemon/api/reply.h"
#include "daemon/cleaner.h"
#include "daemon/store/clean.h"

/* ---- what would be removed ---- */

struct survey {
	struct request *request;
	int64_t before;
	struct old_counts counts;
	GError *error;
};

static void survey_free(void *data)
{
	struct survey *survey = data;
	g_clear_error(&survey->error);
	g_free(survey);
}

static void survey_read(struct reader *reader, void *data)
{
	struct survey *survey = data;
	reader_old_counts(reader, survey->before, &survey->counts, &survey->error);
}

static void on_surveyed(void *data)
{
	struct survey *survey = data;
	const struct old_counts *counts = &survey->counts;
	int64_t n_rows = 0;
	if (survey->error) {
		request_fail(survey->request, survey->error);
		return;
	}
	for (int kind = 0; kind < N_OLD_KINDS; kind++)
		n_rows += counts->n[kind];
	request_answer(survey->request, 200,
		json_pack("{s:I, s:I, s:I}", "dag_runs", (json_int_t)counts->n_runs,
			"task_instances", (json_int_t)counts->n_tasks, "other_rows",
			(json_int_t)n_rows));
}

static void survey_begin(struct request *request, struct daemon *daemon, int64_t before)
{
	struct survey *survey = g_new0(struct survey, 1);
	*survey = (struct survey){.request = request, .before = before};
	request_set_data(request, survey, survey_free);
	store_read(daemon->store, survey_read, on_surveyed, survey);
}

/* ---- doing it ---- */

struct cleaning {
	struct cleaner *cleaner;
	struct stream *stream;
};

/* A line of its own; `error` NULL: all is well so far. */
static void line_push(
	struct cleaning *cleaning, const struct clean_sums *sums, bool is_done, const GError *error)
{
	json_t *line = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "dag_runs",
		(json_int_t)sums->n_runs, "task_instances", (json_int_t)sums->n_tasks, "other_rows",
		(json_int_t)sums->n_rows, "dag_versions", (json_int_t)sums->n_versions, "logs",
		(json_int_t)sums->logs.n_files, "log_bytes", (json_int_t)sums->logs.n_bytes, "done",
		(int)is_done);
	if (error)
		json_object_set_new(line, "error", json_string(error->message));
	stream_push_line(cleaning->stream, line);
}

static void on_progress(void *data, const struct clean_sums *sums)
{
	struct cleaning *cleaning = data;
	/* Who reads slowly misses some of it. */
	if (stream_pending(cleaning->stream) == 0)
		line_push(cleaning, sums, false, NULL);
}

static void on_end(void *data, const struct clean_sums *sums, const GError *error)
{
	struct cleaning *cleaning = data;
	line_push(cleaning, sums, !error, error);
	stream_end(cleaning->stream);
	g_free(cleaning);
}

static void on_gone(void *data)
{
	struct cleaning *cleaning = data;
	cleaner_leave(cleaning->cleaner);
	g_free(cleaning);
}

static void cleaning_begin(struct request *request, struct daemon *daemon, int64_t before)
{
	struct clean_wish wish = {.runs_before = before, .logs_before = INSTANT_NONE};
	struct cleaning *cleaning = g_new0(struct cleaning, 1);
	struct clean_listener listener = {on_progress, on_end, cleaning};
	cleaning->cleaner = daemon->cleaner;
	if (!cleaner_begin(daemon->cleaner, &wish, &listener)) {
		g_free(cleaning);
		request_refuse(request, 409, "old runs are being removed already; try again later");
		return;
	}
	cleaning->stream = request_stream(request, "application/x-ndjson", on_gone, cleaning);
}

void clean(struct request *request, void *data)
{
	static const char *const known[] = {"clean_before_timestamp", "dry_run", NULL};
	int64_t before;
	bool is_dry;
	const json_t *body = request_body(request);
	if (!body || !body_has_only(request, body, known)
		|| !body_instant(request, body, "clean_before_timestamp", &before)
		|| !body_boolean(request, body, "dry_run", false, &is_dry))
		return;
	if (before == INSTANT_NONE)
		request_refuse_field(request,
			&(struct field){"body", "clean_before_timestamp", "missing", NULL},
			"clean_before_timestamp is missing: runs that ended before it are removed");
	else if (is_dry)
		survey_begin(request, data, before);
	else
		cleaning_begin(request, data, before);
}
