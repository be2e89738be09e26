/* SPDX-License-Identifier: MIT */
/* A DAG with more slots due than one step makes runs for. */
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	g_test_add_func("/slots/what_is_due_goes_on_with_the_next_step",
		what_is_due_goes_on_with_the_next_step);
	g_test_add_func("/slots/it_goes_on_though_the_clock_was_set_back",
		it_goes_on_though_the_clock_was_set_back);
	int failed = g_test_run();
	operators_free(operators);
	return failed;
}
