/* SPDX-License-Identifier: MIT */
#include "daemon/report.h"

#include <string.h>

#include "daemon/clock.h"
#include "daemon/flow.h"
#include "daemon/journal.h"
#include "daemon/launch.h"
#include "lib/base/error.h"
#include "lib/base/instant.h"

/* Of the last line of a log, so much is shown as the reason of a failure. */
enum { REASON_MAX = 400 };

static char *text_valid(const char *text, size_t max)
{
	return text ? g_utf8_make_valid(text, (gssize)strnlen(text, max)) : NULL;
}

static struct report *report_new(enum report_kind kind, int64_t attempt, const char *reason)
{
	struct report *report = g_new0(struct report, 1);
	report->kind = kind;
	report->attempt = attempt;
	report->reason = text_valid(reason, G_MAXSSIZE);
	return report;
}

/* NULL: it is larger than a frame may be. */
static struct report *report_of_result(const struct wire_result *result)
{
	struct report *report = report_new(REPORT_ENDED, result->attempt, NULL);
	if (wire_put_result(&report->frame, result))
		return report;
	report_free(report);
	return NULL;
}

/* It came in a frame, or is of dagd's own sentences. */
struct report *report_new_ended(const struct wire_result *result)
{
	struct report *report = report_of_result(result);
	g_assert(report);
	return report;
}

struct report *report_new_own(
	const struct attempt_record *attempt, json_t *output, json_t *arguments)
{
	g_autofree char *text = output ? json_dumps(output, JSON_COMPACT) : NULL;
	int64_t now = clock_now();
	struct wire_result result = {
		.attempt = attempt->id,
		.started_at = now,
		.ended_at = now,
		.output = text,
		.output_size = text ? strlen(text) : 0,
		.usage = WIRE_USAGE_NONE,
	};
	memcpy(result.token, attempt->token, sizeof result.token);
	struct report *report = report_of_result(&result);
	if (report)
		report->arguments = json_incref(arguments);
	json_decref(output);
	return report;
}

struct report *report_new_lost(int64_t attempt, const char *reason)
{
	return report_new(REPORT_LOST, attempt, reason);
}

struct report *report_new_taken_back(int64_t attempt, const char *reason)
{
	return report_new(REPORT_TAKEN_BACK, attempt, reason);
}

void report_free(struct report *report)
{
	if (!report)
		return;
	wire_buffer_clear(&report->frame);
	g_free(report->reason);
	json_decref(report->arguments);
	g_free(report);
}

/* The result points into the reader, which the caller clears after it. */
static void result_read(
	const struct report *report, struct wire_reader *reader, struct wire_result *result)
{
	struct wire_frame frame;
	for (size_t done = 0, room; done < report->frame.size;) {
		void *to = wire_reader_room(reader, &room);
		size_t n = MIN(room, report->frame.size - done);
		memcpy(to, report->frame.data + done, n);
		wire_reader_add(reader, n);
		done += n;
	}
	g_assert(wire_reader_next(reader, &frame) == WIRE_FRAME && wire_get_result(&frame, result));
}

static char *too_large(const struct daemon *daemon, const char *key, size_t size)
{
	return g_strdup_printf(
		"the XCom value \"%s\" has %zu bytes; at most %" G_GINT64_FORMAT
		" are allowed (core.max_xcom_size): leave large data in a file and pass its name",
		key, size, daemon->config.max_xcom_bytes);
}

/* The values that the attempt left, as JSON by key; NULL: none. Sets *why when they are not valid.
 */
static json_t *result_values(const struct daemon *daemon, const struct task *task,
	const struct wire_result *result, char **why)
{
	if (result->output_too_large) {
		*why = g_strdup_printf("it wrote more than %" G_GINT64_FORMAT
				       " bytes to DAGD_OUTPUT (core.max_xcom_size)",
			daemon->config.max_xcom_bytes);
		return NULL;
	}
	if (result->output && result->output_size > 0) {
		json_error_t error;
		json_t *values = json_loadb(
			result->output, result->output_size, JSON_REJECT_DUPLICATES, &error);
		if (json_is_object(values))
			return values;
		*why = values
			? g_strdup("what it wrote to DAGD_OUTPUT is no JSON object")
			: g_strdup_printf("what it wrote to DAGD_OUTPUT is no JSON: %.*s (line %d)",
				complaint_size(error.text), error.text, error.line);
		json_decref(values);
		return NULL;
	}
	if (task->operator->output != OUTPUT_LAST_LINE || !result->last_line)
		return NULL;
	g_autofree char *line = text_valid(result->last_line, G_MAXSSIZE);
	return json_pack("{s:s}", "return_value", line);
}

/* Adds them to the batch; NULL, or why they cannot be taken. */
static char *values_add(const struct daemon *daemon, const struct attempt *attempt, json_t *values,
	struct batch *batch)
{
	struct task_key task = {
		attempt->record.run, attempt->record.task_id, attempt->record.map_index};
	const char *key;
	json_t *value;
	if (!attempt->task->do_xcom_push)
		return NULL;
	json_object_foreach(values, key, value)
	{
		size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
		if (size > (size_t)daemon->config.max_xcom_bytes)
			return too_large(daemon, key, size);
	}
	json_object_foreach(values, key, value)
	{
		g_autofree char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		batch_xcom(batch, &task, key, text);
	}
	return NULL;
}

static const char *type_text(const json_t *value)
{
	static const char *const names[] = {[JSON_OBJECT] = "a map",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "text",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "a boolean",
		[JSON_FALSE] = "a boolean",
		[JSON_NULL] = "null"};
	return value ? names[json_typeof(value)] : "missing";
}

/* How many values others are mapped over; -1: none are. Sets *why when it is nothing to be mapped
 * over. */
static int64_t map_length(
	const struct daemon *daemon, const struct task *task, const json_t *values, char **why)
{
	/* Of a mapped task each unit leaves one value. */
	if (!task->feeds_mapping || task->mapping)
		return -1;
	const json_t *value = json_object_get(values, "return_value");
	if (!json_is_array(value) && !json_is_object(value)) {
		*why = g_strdup_printf("its return_value is %s, but other tasks are mapped over "
				       "it: a list or a map was expected (as JSON in the file "
				       "$DAGD_OUTPUT)",
			type_text(value));
		return -1;
	}
	size_t n = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	if (n <= daemon->config.max_map_length)
		return (int64_t)n;
	*why = g_strdup_printf("its return_value, over which other tasks are mapped, has %zu "
			       "values; at most %u are allowed (core.max_map_length)",
		n, daemon->config.max_map_length);
	return -1;
}

/* What a mapped instance calls itself; a template that fails leaves it without a name. */
static char *map_label(
	const struct daemon *daemon, const struct attempt *attempt, const json_t *values)
{
	const struct value *label = &attempt->task->map_index_template;
	if (attempt->record.map_index < 0 || (!label->constant && !label->template))
		return NULL;
	g_autoptr(GError) error = NULL;
	struct render_request request = launch_request(daemon, attempt);
	char *text = render_map_label(&request, values, &error);
	if (!text)
		journal(JOURNAL_WARNING, "%s[%d]: map_index_template: %s", attempt->record.task_id,
			attempt->record.map_index, error->message);
	return text;
}

static void result_note(struct attempt *attempt, const struct wire_result *result)
{
	attempt->record.pid = result->pid;
	attempt->record.started_at = result->started_at;
	attempt->record.ended_at = result->ended_at;
	attempt->record.exit_code = result->exit_code;
	attempt->record.signal = result->signal;
	attempt->record.usage = (struct attempt_usage){
		.user_us = result->usage.user_us,
		.system_us = result->usage.system_us,
		.memory_bytes = result->usage.memory_bytes,
		.read_bytes = result->usage.read_bytes,
		.written_bytes = result->usage.written_bytes,
	};
}

/* The results of a success, into the batch. Sets *why when they cannot be taken. */
static json_t *values_take(struct daemon *daemon, const struct attempt *attempt,
	const struct wire_result *result, struct batch *batch, char **why)
{
	bool did_succeed = result->exit_code == 0 && !result->error && !result->timed_out;
	if (!did_succeed || !attempt->task)
		return NULL;
	json_t *values = result_values(daemon, attempt->task, result, why);
	if (values && !*why)
		*why = values_add(daemon, attempt, values, batch);
	return values;
}

/* What its flow makes of a success; what that says stands in its log. */
static void outcome_make(struct daemon *daemon, const struct attempt *attempt,
	const struct report *report, const json_t *values, struct flow_outcome *outcome)
{
	flow_outcome_make(daemon, attempt, report->arguments, values, outcome);
	const char *line = outcome->end.skipped ? outcome->end.skipped : outcome->line;
	if (outcome->error)
		attempt_log(daemon, attempt, "error: ", outcome->error);
	else if (line)
		attempt_log(daemon, attempt, "", line);
}

static void ended_settle(struct daemon *daemon, struct attempt *attempt,
	const struct report *report, const struct wire_result *result, struct batch *batch,
	void (*on_event)(void *data, struct event *event), void *data)
{
	g_autofree char *why = NULL;
	g_autofree char *last_line = text_valid(result->last_line, REASON_MAX);
	struct flow_outcome outcome = {.exit_code = result->exit_code};
	json_t *values = values_take(daemon, attempt, result, batch, &why);
	bool did_succeed = result->exit_code == 0 && !result->error && !result->timed_out && !why;
	if (did_succeed)
		outcome_make(daemon, attempt, report, values, &outcome);
	int64_t n_values = did_succeed && attempt->task && !outcome.error
		? map_length(daemon, attempt->task, values, &why)
		: -1;
	g_autofree char *label =
		did_succeed && attempt->task && attempt->dag && !why && !outcome.error
		? map_label(daemon, attempt, values)
		: NULL;
	/* Such sentences may hold a file's name, or were cut at so many bytes. */
	const char *first = result->error ? result->error : why ? why : outcome.error;
	g_autofree char *error = text_valid(first, G_MAXSSIZE);
	result_note(attempt, result);
	struct event event = {
		.kind = EVENT_ATTEMPT_ENDED,
		.ended =
			{
				.attempt = result->attempt,
				.exit_code = outcome.exit_code,
				.signal = result->signal,
				.timed_out = result->timed_out,
				.error = error,
				.last_line = outcome.line ? outcome.line : last_line,
				.started_at = result->started_at,
				.ended_at = result->ended_at,
				.map_length = n_values,
				.map_label = label,
				.flow = outcome.is_said ? &outcome.end : NULL,
			},
	};
	on_event(data, &event);
	flow_outcome_clear(&outcome);
	json_decref(values);
}

static void gone_settle(
	const struct report *report, void (*on_event)(void *data, struct event *event), void *data)
{
	struct event event = {
		.kind = report->kind == REPORT_LOST ? EVENT_ATTEMPT_LOST : EVENT_ATTEMPT_TAKEN_BACK,
		.lost = {.attempt = report->attempt, .reason = report->reason},
	};
	on_event(data, &event);
}

bool report_settle(struct daemon *daemon, const struct report *report, struct batch *batch,
	void (*on_event)(void *data, struct event *event), void *data)
{
	struct attempt *attempt = attempts_get(daemon->attempts, report->attempt);
	if (!attempt || attempt->record.state != ATTEMPT_LAUNCHING)
		return false;
	if (report->kind != REPORT_ENDED) {
		gone_settle(report, on_event, data);
		return true;
	}
	struct wire_reader reader = {0};
	struct wire_result result;
	result_read(report, &reader, &result);
	bool is_ours = memcmp(attempt->record.token, result.token, sizeof result.token) == 0;
	if (is_ours)
		ended_settle(daemon, attempt, report, &result, batch, on_event, data);
	else
		journal(JOURNAL_ERROR,
			"a result of attempt %" G_GINT64_FORMAT " with a wrong token was refused",
			report->attempt);
	wire_reader_clear(&reader);
	return is_ours;
}
