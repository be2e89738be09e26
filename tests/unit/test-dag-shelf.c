/* SPDX-License-Identifier: MIT */
/* DAGs that are read again from their text when their tasks are wanted. */
#include "lib/dag/shelf.h"
#include "tests/unit/operator_fixture.h"

#define TASKS                                                                                \
	"tasks:\n"                                                                           \
	"  - {task_id: one, operator: bash, bash_command: date, owner: ann, outlets: [a]}\n" \
	"  - {task_id: two, operator: bash, bash_command: date, owner: bob}\n"               \
	"  - {task_id: three, operator: empty, owner: bob}\n"                                \
	"  - {task_id: four, operator: empty, owner: bob}\n"                                 \
	"dependencies: one >> two\n"

static struct operators *operators;

static struct dag_shelf *shelf_new(size_t n_tasks_max)
{
	return dag_shelf_new(&(struct dag_context){.operators = operators}, n_tasks_max);
}

/* Four tasks each, so that a shelf for one keeps the DAG that was wanted last and no other. */
static struct dag *shelve(struct dag_shelf *shelf, const char *dag_id)
{
	g_autofree char *text =
		g_strdup_printf("dag_id: %s\nschedule: 0 3 * * *\ntags: [x]\n" TASKS, dag_id);
	dag_auto struct dag *dag = fixture_dag(operators, text);
	return dag_shelve(shelf, dag);
}

static void what_a_dag_says_of_itself_stays_without_its_tasks(void)
{
	struct dag_shelf *shelf = shelf_new(1);
	dag_auto struct dag *head = shelve(shelf, "first"), *other = shelve(shelf, "other");
	g_assert_null(head->whole);
	g_assert_null(head->tasks);
	g_assert_cmpuint(head->n_tasks, ==, 4);
	g_assert_cmpstr(head->dag_id, ==, "first");
	g_assert_cmpstr(head->tags[0], ==, "x");
	g_assert_cmpstr(head->owners[0], ==, "ann");
	g_assert_cmpstr(head->owners[1], ==, "bob");
	g_assert_null(head->owners[2]);
	g_assert_cmpuint(head->outlets.n, ==, 1);
	g_assert_cmpstr(schedule_text(head->schedule), ==, "0 3 * * *");
	g_assert_nonnull(other->whole);
	dag_shelf_free(shelf);
}

static void a_task_that_is_wanted_is_read_from_the_text(void)
{
	struct dag_shelf *shelf = shelf_new(1);
	dag_auto struct dag *head = shelve(shelf, "first"), *other = shelve(shelf, "other");
	dag_auto struct dag *whole = dag_whole(head);
	g_assert_cmpstr(whole->hash, ==, head->hash);
	g_assert_cmpstr(dag_task(whole, "two")->owner, ==, "bob");
	g_assert_cmpuint(dag_task(whole, "two")->place.line, ==, 6);
	g_assert_true(head->whole == whole);
	g_assert_null(other->whole);
	dag_shelf_free(shelf);
}

static void a_dag_in_use_is_not_read_again(void)
{
	struct dag_shelf *shelf = shelf_new(1);
	dag_auto struct dag *head = shelve(shelf, "first");
	dag_auto struct dag *used = dag_whole(head);
	G_GNUC_UNUSED dag_auto struct dag *other = shelve(shelf, "other");
	dag_auto struct dag *again = dag_whole(head);
	g_assert_true(again == used);
	dag_shelf_free(shelf);
}

static void a_run_keeps_its_tasks_when_dag_and_shelf_are_gone(void)
{
	struct dag_shelf *shelf = shelf_new(1);
	struct dag *head = shelve(shelf, "first"), *other = shelve(shelf, "other");
	dag_auto struct dag *whole = dag_whole(head);
	dag_unref(head);
	dag_unref(other);
	dag_shelf_free(shelf);
	g_assert_cmpstr(whole->dag_id, ==, "first");
	g_assert_cmpstr(whole->tasks[0].place.file, ==, "folder/stem.yaml");
}

static void places_are_those_of_the_file(void)
{
	static const struct {
		const char *before;
		unsigned line;
	} rows[] = {{"", 3}, {"---\n", 4}, {"\n# a comment\n---\n", 6}, {"# a comment\n", 4}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct dag_shelf *shelf = shelf_new(1);
		g_autofree char *text = g_strconcat(rows[i].before, "dag_id: first\n" TASKS, NULL);
		dag_auto struct dag *dag = fixture_dag(operators, text);
		dag_auto struct dag *head = dag_shelve(shelf, dag);
		g_clear_pointer(&dag, dag_unref);
		G_GNUC_UNUSED dag_auto struct dag *other = shelve(shelf, "other");
		g_assert_null(head->whole);
		dag = dag_whole(head);
		g_assert_cmpuint(dag->tasks[0].place.line, ==, rows[i].line);
		dag_shelf_free(shelf);
	}
}

static void a_dag_beside_others_in_its_file_stays_whole(void)
{
	struct dag_shelf *shelf = shelf_new(1);
	struct problems *problems = problems_new();
	static const char text[] = "dag_id: a\n" TASKS "---\ndag_id: b\n" TASKS;
	g_autoptr(GPtrArray) dags = dag_load("two.yaml", text, strlen(text),
		&(struct dag_context){.operators = operators}, problems);
	g_assert_cmpuint(dags->len, ==, 2);
	for (unsigned i = 0; i < dags->len; i++) {
		dag_auto struct dag *kept = dag_shelve(shelf, dags->pdata[i]);
		g_assert_true(kept == dags->pdata[i]);
	}
	problems_free(problems);
	dag_shelf_free(shelf);
}

static void a_dag_shelved_apart_has_no_tasks_until_they_are_wanted(void)
{
	struct dag_shelf *shelf = shelf_new(4);
	dag_auto struct dag *head =
		dag_shelve_apart(shelf, fixture_dag(operators, "dag_id: first\n" TASKS));
	g_assert_null(head->tasks);
	g_assert_null(head->whole);
	dag_auto struct dag *same = dag_shelve(shelf, head);
	g_assert_true(same == head);
	dag_auto struct dag *whole = dag_whole(head);
	g_assert_cmpstr(dag_task(whole, "two")->owner, ==, "bob");
	g_assert_true(head->whole == whole);
	dag_shelf_free(shelf);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
#define TEST(name) g_test_add_func("/dag-shelf/" #name, name)
	TEST(what_a_dag_says_of_itself_stays_without_its_tasks);
	TEST(a_task_that_is_wanted_is_read_from_the_text);
	TEST(a_dag_in_use_is_not_read_again);
	TEST(a_run_keeps_its_tasks_when_dag_and_shelf_are_gone);
	TEST(places_are_those_of_the_file);
	TEST(a_dag_beside_others_in_its_file_stays_whole);
	TEST(a_dag_shelved_apart_has_no_tasks_until_they_are_wanted);
#undef TEST
	int failed = g_test_run();
	operators_free(operators);
	return failed;
}
