/* SPDX-License-Identifier: MIT */
/* What the disk does not give of the store is not taken for missing by a task that wants it. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/render/render.h"
#include "tests/unit/operator_fixture.h"
#include "tests/unit/store_home.h"

/* 0: reading works. SQLite calls this instead of libc's. */
static int read_error;

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset)
{
	errno = read_error;
	return read_error ? -1 : (ssize_t)syscall(SYS_pread64, fd, bytes, size, offset);
}

#define TEXT                                                                \
	"dag_id: restore\n"                                                 \
	"tasks:\n"                                                          \
	"  - {task_id: one, operator: probe}\n"                             \
	"  - {task_id: many, operator: probe, expand: {integer: [1, 2]}}\n" \
	"  - task_id: wants\n"                                              \
	"    operator: probe\n"                                             \
	"    dependencies: [one, many]\n"                                   \
	"    any: \"{{ %s }}\"\n"

static void history_commit(struct home *home)
{
	struct batch *batch = batch_new();
	struct run_record before = run_of(1, "before", RUN_SUCCESS);
	before.started_at = SECOND_US;
	batch_run(batch, &before);
	batch_xcom(batch, &(struct task_key){2, "one", -1}, "return_value", "\"a\"");
	batch_xcom(batch, &(struct task_key){2, "many", 0}, "return_value", "5");
	batch_xcom(batch, &(struct task_key){2, "many", 1}, "return_value", "6");
	home_commit(home, batch);
}

/* What the argument becomes, as JSON, or the error; g_free. */
static char *rendered_text(struct home *home, const struct dag *dag)
{
	struct sources none = {NULL};
	struct run_record run = run_of(2, "now", RUN_RUNNING);
	char *env[] = {NULL};
	GError *error = NULL;
	struct rendered rendered;
	struct render_request request = {.dag = dag,
		.task = dag_task(dag, "wants"),
		.run = &run,
		.map_index = -1,
		.try_number = 1,
		.reader = store_reader(home->store),
		.sources = &none,
		.base_env = env};
	if (!render_task(&request, &rendered, &error)) {
		char *told = g_strdup(error->message);
		g_error_free(error);
		return told;
	}
	g_autofree char *json = json_dumps(
		json_object_get(rendered.arguments, "any"), JSON_ENCODE_ANY | JSON_COMPACT);
	rendered_clear(&rendered);
	return g_strdup(json);
}

static void what_is_not_read_is_not_missing(void)
{
	static const struct {
		const char *template, *value;
	} rows[] = {
		{"tasks.one.output", "\"a\""},
		{"tasks.many.output", "[5,6]"},
		{"ti.xcom_pull(task_ids='one') or 'nothing'", "\"a\""},
		{"prev_start_date_success is none", "false"},
	};
	struct home home;
	struct operators *operators = fixture_operators();
	home_init(&home, NULL);
	home_open(&home);
	history_commit(&home);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf(TEXT, rows[i].template);
		dag_auto struct dag *dag = fixture_dag(operators, text);
		home_close(&home);
		home_open(&home); /* with nothing in memory */
		read_error = EIO;
		g_autofree char *told = rendered_text(&home, dag);
		read_error = 0;
		g_assert_true(g_str_has_prefix(told, "the disk does not give what is in \""));
		g_autofree char *value = rendered_text(&home, dag);
		g_assert_cmpstr(value, ==, rows[i].value);
	}
	home_remove(&home);
	operators_free(operators);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/unread/what_is_not_read_is_not_missing", what_is_not_read_is_not_missing);
	return g_test_run();
}
