/* SPDX-License-Identifier: MIT */
/* When slots get their runs: where more are due than one step makes runs for, and where the rules
 * of a time zone change. */
#include <unistd.h>

#include <glib/gstdio.h>

#include "lib/base/instant.h"
#include "lib/engine/engine.h"
#include "tests/unit/operator_fixture.h"

#define BEGINS_AT (INT64_C(1767225600) * SECOND_US) /* 2026-01-01 */

/* Its runs end within the step that makes them, so nothing holds the next one back. */
#define TEXT                        \
	"dag_id: d\n"               \
	"schedule: \"* * * * *\"\n" \
	"start_date: 2025-12-31\n"  \
	"catchup: true\n"           \
	"tasks:\n"                  \
	"  - {task_id: a, operator: empty}\n"

static struct operators *operators;

/* How many runs the step makes. */
static unsigned step(struct engine *engine, struct event event)
{
	struct effects effects;
	unsigned n = 0;
	effects_init(&effects);
	g_assert_true(engine_step(engine, &event, &effects, NULL));
	engine_check(engine);
	for (unsigned i = 0; i < effects.list->len; i++) {
		const struct effect *effect = &g_array_index(effects.list, struct effect, i);
		n += effect->kind == EFFECT_SAVE_RUN && effect->run->state == RUN_SUCCESS;
	}
	effects_clear(&effects);
	engine_release(engine);
	return n;
}

static struct engine *engine_behind(struct dag *dag)
{
	struct engine *engine = engine_new(&(struct engine_options){.next_run = 1, .n_workers = 1});
	step(engine, (struct event){.kind = EVENT_RECOVERED, .at = BEGINS_AT});
	g_assert_cmpuint(
		step(engine,
			(struct event){.kind = EVENT_DAG_LOADED, .at = BEGINS_AT, .loaded = dag}),
		==, 250);
	return engine;
}

static void what_is_due_goes_on_with_the_next_step(void)
{
	dag_auto struct dag *dag = fixture_dag(operators, TEXT);
	struct engine *engine = engine_behind(dag);
	int64_t next = engine_wake_at(engine);
	g_assert_cmpint(next, ==, BEGINS_AT + 1);
	g_assert_cmpuint(step(engine, (struct event){.kind = EVENT_TICK, .at = next}), ==, 250);
	engine_free(engine);
}

static void it_goes_on_though_the_clock_was_set_back(void)
{
	dag_auto struct dag *dag = fixture_dag(operators, TEXT);
	struct engine *engine = engine_behind(dag);
	int64_t back = BEGINS_AT - HOUR_US;
	step(engine, (struct event){.kind = EVENT_TICK, .at = back});
	g_assert_cmpint(engine_wake_at(engine), ==, back + 1);
	g_assert_cmpuint(step(engine, (struct event){.kind = EVENT_TICK, .at = back + 1}), ==, 250);
	engine_free(engine);
}

/* ---- new rules of a time zone ---- */

#define DAILY                                               \
	"dag_id: d\n"                                       \
	"schedule: {cron: \"0 3 * * *\", timezone: Here}\n" \
	"tasks:\n"                                          \
	"  - {task_id: a, operator: empty}\n"

/* Time zones of the test's own: "Here" alone, so many hours east of UTC. */
static void here_set(const char *folder, const char *like)
{
	g_autofree char *from = g_build_filename("/usr/share/zoneinfo", like, NULL);
	g_autofree char *to = g_build_filename(folder, "Here", NULL), *rules = NULL;
	size_t size;
	g_assert_true(g_file_get_contents(from, &rules, &size, NULL));
	g_assert_true(g_file_set_contents(to, rules, (gssize)size, NULL));
}

static unsigned n_zones_changed(void)
{
	g_autoptr(GPtrArray) changed = zones_reread();
	return changed->len;
}

static char *here_begin(void)
{
	char *folder = g_dir_make_tmp("dagd-zones-XXXXXX", NULL);
	g_setenv("TZDIR", folder, true);
	here_set(folder, "Etc/GMT-3");
	n_zones_changed(); /* an earlier test has known it already */
	return folder;
}

static void here_end(char *folder)
{
	g_autofree char *path = g_build_filename(folder, "Here", NULL);
	g_unsetenv("TZDIR");
	g_unlink(path);
	g_rmdir(folder);
	g_free(folder);
}

static struct engine *engine_with(struct dag *dag, int64_t at)
{
	struct engine *engine = engine_new(&(struct engine_options){.next_run = 1, .n_workers = 1});
	step(engine, (struct event){.kind = EVENT_RECOVERED, .at = at});
	g_assert_cmpuint(
		step(engine, (struct event){.kind = EVENT_DAG_LOADED, .at = at, .loaded = dag}), ==,
		0);
	return engine;
}

static unsigned rules_change(struct engine *engine, int64_t at)
{
	g_assert_cmpuint(n_zones_changed(), ==, 1);
	return step(engine, (struct event){.kind = EVENT_ZONES_CHANGED, .at = at});
}

static void the_next_slot_goes_by_the_new_rules(void)
{
	char *folder = here_begin();
	dag_auto struct dag *dag = fixture_dag(operators, DAILY);
	struct engine *engine = engine_with(dag, BEGINS_AT + 3 * HOUR_US);
	g_assert_cmpint(engine_wake_at(engine), ==, BEGINS_AT + DAY_US);
	here_set(folder, "Etc/GMT-2");
	g_assert_cmpuint(rules_change(engine, BEGINS_AT + 4 * HOUR_US), ==, 0);
	g_assert_cmpint(engine_wake_at(engine), ==, BEGINS_AT + DAY_US + HOUR_US);
	engine_free(engine);
	here_end(folder);
}

static void a_time_of_day_that_has_come_is_not_run_again(void)
{
	char *folder = here_begin();
	dag_auto struct dag *dag = fixture_dag(operators, DAILY);
	struct engine *engine = engine_with(dag, BEGINS_AT - HOUR_US);
	g_assert_cmpuint(step(engine, (struct event){.kind = EVENT_TICK, .at = BEGINS_AT}), ==, 1);
	here_set(folder, "Etc/GMT-2"); /* it was 02:00 then, and 03:00 an hour later */
	g_assert_cmpuint(rules_change(engine, BEGINS_AT + 6 * HOUR_US), ==, 0);
	g_assert_cmpint(engine_wake_at(engine), ==, BEGINS_AT + DAY_US + HOUR_US);
	engine_free(engine);
	here_end(folder);
}

static void a_slot_that_should_have_come_already_is_run_at_once(void)
{
	char *folder = here_begin();
	dag_auto struct dag *dag = fixture_dag(operators, DAILY);
	struct engine *engine = engine_with(dag, BEGINS_AT - 2 * HOUR_US);
	here_set(folder, "Etc/GMT-4");
	g_assert_cmpuint(rules_change(engine, BEGINS_AT - HOUR_US / 2), ==, 1);
	g_assert_cmpint(engine_wake_at(engine), ==, BEGINS_AT + DAY_US - HOUR_US);
	engine_free(engine);
	here_end(folder);
}

static void rules_that_are_none_or_the_same_change_nothing(void)
{
	char *folder = here_begin();
	const struct zone *zone = zone_get("Here", NULL);
	g_autofree char *path = g_build_filename(folder, "Here", NULL);
	g_assert_cmpint(zone_offset_s(zone, BEGINS_AT), ==, 3 * 3600);
	here_set(folder, "Etc/GMT-3");
	g_assert_cmpuint(n_zones_changed(), ==, 0);
	g_assert_true(g_file_set_contents(path, "no rules", -1, NULL));
	g_assert_cmpuint(n_zones_changed(), ==, 0);
	here_set(folder, "Europe/Berlin");
	g_assert_cmpint(truncate(path, 700), ==, 0);
	g_assert_cmpuint(n_zones_changed(), ==, 0);
	g_unlink(path);
	g_assert_cmpuint(n_zones_changed(), ==, 0);
	g_assert_cmpint(zone_offset_s(zone, BEGINS_AT), ==, 3 * 3600);
	here_set(folder, "Etc/GMT-4");
	g_assert_cmpuint(n_zones_changed(), ==, 1);
	g_assert_cmpint(zone_offset_s(zone, BEGINS_AT), ==, 4 * 3600);
	here_end(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	g_test_add_func("/slots/what_is_due_goes_on_with_the_next_step",
		what_is_due_goes_on_with_the_next_step);
	g_test_add_func("/slots/it_goes_on_though_the_clock_was_set_back",
		it_goes_on_though_the_clock_was_set_back);
	g_test_add_func(
		"/slots/the_next_slot_goes_by_the_new_rules", the_next_slot_goes_by_the_new_rules);
	g_test_add_func("/slots/a_time_of_day_that_has_come_is_not_run_again",
		a_time_of_day_that_has_come_is_not_run_again);
	g_test_add_func("/slots/a_slot_that_should_have_come_already_is_run_at_once",
		a_slot_that_should_have_come_already_is_run_at_once);
	g_test_add_func("/slots/rules_that_are_none_or_the_same_change_nothing",
		rules_that_are_none_or_the_same_change_nothing);
	int failed = g_test_run();
	operators_free(operators);
	return failed;
}
