/* SPDX-License-Identifier: MIT */
/*
 * A stream begins with what is the case, and gives logs from their beginning. So after a cut it is
 * simply read again: states that were shown last and as many lines of each log as were shown are
 * left out.
 */
#include "cli/follow.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/print.h"
#include "lib/base/error.h"

enum { AWAY_MAX_MS = 60000, PAUSE_MIN_MS = 50, PAUSE_MAX_MS = 2000 };

struct log_place {
	guint64 n_shown; /* lines, in all connections */
	guint64 n_seen;  /* in this one */
};

struct follower {
	const struct follow_options *options;
	GHashTable *states; /* "task map" -> "state try" shown last; the run's under "" */
	GHashTable *logs;   /* "task map try" -> struct log_place, both owned */
	char *run_state;    /* once it has ended */
	bool has_heard;     /* something, since the last connection was made */
};

static const char *text_in(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));
	return text ? text : "";
}

static int number_in(const json_t *event, const char *key)
{
	return (int)json_integer_value(json_object_get(event, key));
}

/* `task`, or `task[3]` where it is mapped. */
static char *task_name(const json_t *event)
{
	int map_index = number_in(event, "map_index");
	return map_index < 0 || !json_object_get(event, "map_index")
		? g_strdup(text_in(event, "task_id"))
		: g_strdup_printf("%s[%d]", text_in(event, "task_id"), map_index);
}

/* ---- states ---- */

static char *clock_text(const json_t *event)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text_in(event, "at"), utc);
	g_autoptr(GDateTime) local = at ? g_date_time_to_local(at) : g_date_time_new_now_local();
	return g_date_time_format(local, "%H:%M:%S");
}

static char *with_colour(const char *state)
{
	const char *escape = output_is_coloured() ? state_colour(state) : NULL;
	return escape ? g_strdup_printf("%s%s\033[0m", escape, state) : g_strdup(state);
}

/* `[time] name: state (reason), try 2 of 4`. */
static void show_state(const char *name, const json_t *event)
{
	int try_number = number_in(event, "try_number"), max_tries = number_in(event, "max_tries");
	const char *reason = text_in(event, "reason");
	g_autofree char *clock = clock_text(event), *state = with_colour(text_in(event, "state"));
	g_autoptr(GString) line = g_string_new(NULL);
	g_string_append_printf(line, "[%s] %s: %s", clock, name, state);
	if (*reason) {
		g_autofree char *shown = text_one_line(reason);
		g_string_append_printf(line, " (%s)", shown);
	}
	if (try_number > 1)
		g_string_append_printf(
			line, ", try %d of %d", try_number, MAX(max_tries + 1, try_number));
	puts(line->str);
}

/* Whether this is news: not what was shown last. */
static bool state_is_new(struct follower *follower, const char *name, const json_t *event)
{
	g_autofree char *now =
		g_strdup_printf("%s %d", text_in(event, "state"), number_in(event, "try_number"));
	if (g_strcmp0(g_hash_table_lookup(follower->states, name), now) == 0)
		return false;
	g_hash_table_replace(follower->states, g_strdup(name), g_steal_pointer(&now));
	return true;
}

static void show_json(const json_t *event)
{
	g_autofree char *text = json_text(event, JSON_COMPACT);
	puts(text);
}

/* Nothing has happened yet to a task in these. */
static bool is_waiting(const char *state)
{
	return g_str_equal(state, "none") || g_str_equal(state, "scheduled");
}

static void on_task(struct follower *follower, const json_t *event)
{
	g_autofree char *name = task_name(event);
	if (!state_is_new(follower, name, event))
		return;
	if (follower->options->show == FOLLOW_JSON)
		show_json(event);
	else if (follower->options->show == FOLLOW_PEOPLE && !is_waiting(text_in(event, "state")))
		show_state(name, event);
}

static void on_run(struct follower *follower, const json_t *event)
{
	const char *state = text_in(event, "state");
	g_autofree char *name = g_strdup_printf("run %s", text_in(event, "dag_run_id"));
	if (g_str_equal(state, "success") || g_str_equal(state, "failed")) {
		g_free(follower->run_state);
		follower->run_state = g_strdup(state);
	}
	if (!state_is_new(follower, "", event))
		return;
	if (follower->options->show == FOLLOW_JSON)
		show_json(event);
	else if (follower->options->show == FOLLOW_PEOPLE)
		show_state(name, event);
}

/* ---- logs ---- */

static struct log_place *log_place(struct follower *follower, const json_t *event)
{
	g_autofree char *name = task_name(event);
	g_autofree char *key = g_strdup_printf("%s %d", name, number_in(event, "try_number"));
	struct log_place *place = g_hash_table_lookup(follower->logs, key);
	if (!place) {
		place = g_new0(struct log_place, 1);
		g_hash_table_insert(follower->logs, g_steal_pointer(&key), place);
	}
	return place;
}

static void show_line(const struct follower *follower, const json_t *event, const char *line)
{
	if (follower->options->show == FOLLOW_LOG) {
		print_line(line);
		return;
	}
	g_autofree char *name = task_name(event);
	g_autofree char *text = g_strdup_printf("%s | %s", name, line);
	print_line(text);
}

static bool try_is_wanted(const struct follower *follower, const json_t *event)
{
	unsigned try_number = (unsigned)number_in(event, "try_number");
	const struct follow_options *options = follower->options;
	return try_number >= options->try_minimum
		&& (!options->try_maximum || try_number <= options->try_maximum);
}

/* The text is of whole lines; the last one may lack its end when no more will come. */
static void on_log(struct follower *follower, const json_t *event)
{
	struct log_place *place = log_place(follower, event);
	const char *text = text_in(event, "text");
	if (!try_is_wanted(follower, event))
		return;
	g_autoptr(GString) fresh = g_string_new(NULL);
	while (*text) {
		size_t len = strcspn(text, "\n");
		g_autofree char *line = g_strndup(text, len);
		text += len + (text[len] == '\n');
		if (++place->n_seen <= place->n_shown)
			continue;
		place->n_shown = place->n_seen;
		g_string_append_printf(fresh, "%s\n", line);
		if (follower->options->show != FOLLOW_JSON)
			show_line(follower, event, line);
	}
	if (follower->options->show != FOLLOW_JSON || fresh->len == 0)
		return;
	json_auto_t *rest = json_copy((json_t *)event);
	json_object_set_new(rest, "text", json_string(fresh->str));
	show_json(rest);
}

/* ---- the stream ---- */

static bool is_shown(const struct follower *follower, const json_t *event)
{
	const struct follow_options *options = follower->options;
	return options->show != FOLLOW_NOTHING
		&& (!options->map_index || *options->map_index == number_in(event, "map_index"));
}

static bool on_line(void *data, const char *line)
{
	struct follower *follower = data;
	json_auto_t *event = json_loads(line, JSON_ALLOW_NUL, NULL);
	const char *kind = text_in(event, "event");
	follower->has_heard = true;
	if (g_str_equal(kind, "run"))
		on_run(follower, event);
	else if (g_str_equal(kind, "task"))
		on_task(follower, event);
	else if (g_str_equal(kind, "log") && is_shown(follower, event))
		on_log(follower, event);
	fflush(stdout);
	return true;
}

static char *stream_path(const struct follow_options *options)
{
	g_autofree char *path =
		path_of(OWN_API "/dags/%s/dagRuns/%s/stream", options->dag_id, options->run_id);
	g_autofree char *only =
		options->task_id ? path_of("&task_id=%s", options->task_id) : g_strdup("");
	return g_strdup_printf(
		"%s?logs=%s%s", path, options->show == FOLLOW_NOTHING ? "false" : "true", only);
}

static void logs_rewind(struct follower *follower)
{
	GHashTableIter places;
	void *place;
	g_hash_table_iter_init(&places, follower->logs);
	while (g_hash_table_iter_next(&places, NULL, &place))
		((struct log_place *)place)->n_seen = 0;
}

static bool is_interrupted(const struct follow_options *options)
{
	return options->is_interrupted && *options->is_interrupted;
}

/* One connection. True: it came to the end of what was asked for. */
static bool stream_read(struct follower *follower, GError **error)
{
	g_autofree char *path = stream_path(follower->options);
	struct ask_stream stream = {.path = path,
		.on_line = on_line,
		.data = follower,
		.is_interrupted = follower->options->is_interrupted};
	logs_rewind(follower);
	follower->has_heard = false;
	return ask_stream(follower->options->address, &stream, error)
		&& (follower->run_state || (follower->options->task_id && follower->has_heard));
}

/* What is said, once, when the daemon goes and when it is back. */
static void tell_away(bool *is_away, const struct follower *follower)
{
	if (!*is_away && !follower->options->is_private)
		say("the daemon went away; run \"%s\" goes on, waiting for the daemon to be back",
			follower->options->run_id);
	*is_away = true;
}

/* The run is known to be there: whoever does not answer now is away, not missing. */
static int read_to_the_end(struct follower *follower)
{
	gint64 pause_ms = PAUSE_MIN_MS, away_since = g_get_monotonic_time();
	bool is_away = false;
	for (;;) {
		g_autoptr(GError) error = NULL;
		if (stream_read(follower, &error))
			return g_strcmp0(follower->run_state, "failed") == 0 ? EXIT_REFUSED
									     : EXIT_OK;
		if (is_interrupted(follower->options))
			return EXIT_REFUSED;
		if (error && error->code != EXIT_NO_DAEMON)
			return refuse(error);
		if (error && follower->options->is_private) {
			say("the private dagd ended before the run did");
			return EXIT_REFUSED;
		}
		if (follower->has_heard) {
			away_since = g_get_monotonic_time();
			pause_ms = PAUSE_MIN_MS;
			is_away = false;
		}
		tell_away(&is_away, follower);
		if (error
			&& g_get_monotonic_time() - away_since
				> AWAY_MAX_MS * G_TIME_SPAN_MILLISECOND)
			return refuse(error);
		g_usleep((gulong)pause_ms * G_TIME_SPAN_MILLISECOND);
		pause_ms = MIN(pause_ms * 2, PAUSE_MAX_MS);
	}
}

int follow(const struct follow_options *options)
{
	struct follower follower = {
		.options = options,
		.states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.logs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
	int code = read_to_the_end(&follower);
	g_hash_table_destroy(follower.states);
	g_hash_table_destroy(follower.logs);
	g_free(follower.run_state);
	return code;
}
