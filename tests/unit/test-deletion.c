/* SPDX-License-Identifier: MIT */
/* A run that is to be deleted was found in the store, and by now another one may have its name. */
#include "lib/engine/engine.h"
#include "tests/unit/operator_fixture.h"

#define TEXT          \
	"dag_id: d\n" \
	"tasks:\n"    \
	"  - {task_id: a, operator: bash, bash_command: x}\n"

static struct operators *operators;

/* Whether the engine takes the event; `error` says why not. */
static bool step(struct engine *engine, struct event event, GError **error)
{
	struct effects effects;
	effects_init(&effects);
	bool is_taken = engine_step(engine, &event, &effects, error);
	engine_check(engine);
	effects_clear(&effects);
	engine_release(engine);
	return is_taken;
}

static void a_later_run_of_the_same_name_is_left_alone(void)
{
	dag_auto struct dag *dag = fixture_dag(operators, TEXT);
	g_autoptr(GError) error = NULL;
	struct engine *engine = engine_new(&(struct engine_options){.next_run = 9, .n_workers = 1});
	step(engine, (struct event){.kind = EVENT_RECOVERED}, NULL);
	step(engine, (struct event){.kind = EVENT_DAG_LOADED, .loaded = dag}, NULL);
	step(engine, (struct event){.kind = EVENT_RUN_TRIGGERED, .dag_id = "d", .run_id = "r"},
		NULL);
	struct event event = {
		.kind = EVENT_RUN_DELETED, .dag_id = "d", .run_id = "r", .deleted = 5};
	g_assert_false(step(engine, event, &error));
	g_assert_error(error, ENGINE_REFUSAL, REFUSAL_UNKNOWN);
	g_assert_cmpint(engine_run(engine, "d", "r")->id, ==, 9);
	engine_free(engine);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	g_test_add_func("/deletion/a_later_run_of_the_same_name_is_left_alone",
		a_later_run_of_the_same_name_is_left_alone);
	int failed = g_test_run();
	operators_free(operators);
	return failed;
}
