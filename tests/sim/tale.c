/* SPDX-License-Identifier: MIT */
#include "tests/sim/tale.h"

#include <string.h>

#include "lib/base/instant.h"
#include "tests/sim/sim.h"
#include "tests/story/story.h"

#define PENDING " -- pending"

struct tale *tale_new(void)
{
	struct tale *tale = g_new0(struct tale, 1);
	tale->head = g_string_new(NULL);
	tale->lines = g_string_new(NULL);
	return tale;
}

void tale_free(struct tale *tale)
{
	g_string_free(tale->head, TRUE);
	g_string_free(tale->lines, TRUE);
	g_free(tale->ending);
	g_free(tale);
}

static void line_add(struct tale *tale, int64_t at, const char *what)
{
	g_autofree char *time = story_time_text(at, SIM_BEGINS_AT);
	g_string_append_printf(tale->lines, "%s %s\n", time, what);
}

/* A step, whose effects wait for their commit. */
static void step_add(struct tale *tale, int64_t at, const char *what)
{
	line_add(tale, at, what);
	tale->pending_at = tale->lines->len - 1;
	g_string_insert(tale->lines, (gssize)tale->pending_at, PENDING);
}

void tale_begin(struct sim *sim)
{
	struct tale *tale = sim->tale;
	if (!tale)
		return;
	tale->clock = sim->clock;
	tale->n_workers = sim->options.n_workers;
	g_string_append_printf(tale->head,
		"story: seed %u of the simulation\nworkers: %u\ntells: everything\n", sim->seed,
		sim->options.n_workers);
	/* A story begins with an engine that has recovered. */
	line_add(tale, sim->clock, "dies");
}

/* The text of a DAG is told when it is loaded for the first time. */
static void version_tell(struct sim *sim, const struct dag *dag)
{
	g_autofree char *name = version_name(sim, dag);
	g_autofree char *heading = g_strdup_printf("dag %s:\n", name);
	if (strstr(sim->tale->head->str, heading))
		return;
	g_string_append(sim->tale->head, heading);
	for (int i = 0; i < SIM_DAGS; i++)
		for (int k = 0; k < SIM_VERSIONS; k++) {
			if (sim->versions[i][k].dag != dag)
				continue;
			g_auto(GStrv) lines = g_strsplit(sim->versions[i][k].text, "\n", -1);
			for (char **line = lines; *line; line++)
				if (**line)
					g_string_append_printf(sim->tale->head, "  %s\n", *line);
		}
}

/* Time passes when the engine is woken, or while it is dead. */
static void tick_tell(struct sim *sim)
{
	struct tale *tale = sim->tale;
	g_autofree char *to = story_time_text(sim->clock, SIM_BEGINS_AT);
	g_autofree char *back = g_strconcat("clock is set to ", to, NULL);
	g_autofree char *workers = g_strdup_printf("workers %u", sim->options.n_workers);
	if (sim->options.n_workers != tale->n_workers)
		step_add(tale, sim->clock, workers);
	else if (sim->clock < tale->clock)
		step_add(tale, tale->clock, back);
	else
		step_add(tale, sim->clock, "tick");
	tale->n_workers = sim->options.n_workers;
	tale->clock = sim->clock;
}

void tale_event(struct sim *sim, const struct event *event)
{
	struct tale *tale = sim->tale;
	if (!tale)
		return;
	if (event->kind == EVENT_DAG_LOADED)
		version_tell(sim, event->loaded);
	if (event->kind == EVENT_DAG_LOADED && tale->is_starting)
		return;
	if (event->kind == EVENT_TICK) {
		tick_tell(sim);
		return;
	}
	g_autofree char *words = event_tell(sim, event);
	if (*words == '#')
		g_string_append_printf(tale->lines, "%s\n", words);
	else
		step_add(tale, sim->clock, words);
	tale->clock = sim->clock;
}

void tale_commit(struct sim *sim)
{
	struct tale *tale = sim->tale;
	if (tale && tale->pending_at)
		g_string_erase(tale->lines, (gssize)tale->pending_at, strlen(PENDING));
	if (tale)
		tale->pending_at = 0;
}

void tale_die(struct sim *sim)
{
	if (sim->tale)
		line_add(sim->tale, sim->clock, "dies");
	if (sim->tale)
		sim->tale->pending_at = 0;
}

void tale_start(struct sim *sim, bool in_vain)
{
	struct tale *tale = sim->tale;
	if (!tale)
		return;
	step_add(tale, sim->clock, in_vain ? "starts in vain" : "starts");
	tale->clock = sim->clock;
	tale->is_starting = tale->has_started; /* the first one finds no files */
	tale->has_started = true;
}

void tale_started(struct sim *sim)
{
	if (sim->tale)
		sim->tale->is_starting = false;
}

void tale_end(struct sim *sim)
{
	if (sim->tale)
		sim->tale->ending = memory_text(sim->memory);
}

/* ---- how it all stands ---- */

char *memory_text(const struct memory *memory)
{
	GString *text = g_string_new(NULL);
	const GPtrArray *runs = memory_runs(memory), *tasks = memory_tasks(memory);
	const GPtrArray *attempts = memory_attempts(memory);
	for (unsigned i = 0; i < runs->len; i++) {
		const struct run_record *run = runs->pdata[i];
		g_string_append_printf(text, "%d %s %s %s\n", (int)run->id, run->dag_id,
			run->run_id, run_state_name(run->state));
	}
	for (unsigned i = 0; i < tasks->len; i++) {
		const struct task_record *task = tasks->pdata[i];
		g_string_append_printf(text, "%d %s[%d] %s (%s) try %u\n", (int)task->run,
			task->task_id, task->map_index, task_state_name(task->state),
			task->reason ? task->reason : "", task->try_number);
	}
	for (unsigned i = 0; i < attempts->len; i++) {
		const struct attempt_record *attempt = attempts->pdata[i];
		g_string_append_printf(text, "attempt %d of %d %s[%d]: %d\n", (int)attempt->id,
			(int)attempt->run, attempt->task_id, attempt->map_index,
			(int)attempt->state);
	}
	return g_string_free(text, FALSE);
}
