/* SPDX-License-Identifier: MIT */
#include "lib/dag/shelf.h"

#include <string.h>

/* Less than that is not worth being read again. */
enum { TASKS_MIN = 4 };

struct dag_shelf {
	struct dag_context context;
	size_t n_tasks, n_tasks_max;
	GQueue wholes; /* of struct dag, owned; the one wanted last first */
};

struct dag_shelf *dag_shelf_new(const struct dag_context *context, size_t n_tasks_max)
{
	struct dag_shelf *shelf = g_new0(struct dag_shelf, 1);
	shelf->context = *context;
	shelf->n_tasks_max = n_tasks_max;
	return shelf;
}

static void drop_last(struct dag_shelf *shelf)
{
	struct dag *whole = g_queue_pop_tail(&shelf->wholes);
	shelf->n_tasks -= whole->n_tasks;
	whole->place = NULL;
	dag_unref(whole);
}

void dag_shelf_free(struct dag_shelf *shelf)
{
	if (!shelf)
		return;
	while (shelf->wholes.length > 0)
		drop_last(shelf);
	g_free(shelf);
}

/* The one that is wanted now stays, however large. */
static void want(struct dag_shelf *shelf, struct dag *whole)
{
	if (whole->place) {
		g_queue_unlink(&shelf->wholes, whole->place);
		g_queue_push_head_link(&shelf->wholes, whole->place);
		return;
	}
	g_queue_push_head(&shelf->wholes, dag_ref(whole));
	whole->place = shelf->wholes.head;
	shelf->n_tasks += whole->n_tasks;
	while (shelf->n_tasks > shelf->n_tasks_max && shelf->wholes.length > 1)
		drop_last(shelf);
}

static void join(struct dag *head, struct dag *whole)
{
	head->whole = whole;
	whole->shelved = dag_ref(head);
}

static bool may_be_shelved(const struct dag *dag)
{
	return dag->head && !dag->shelved && dag->text_line > 0 && dag->n_tasks >= TASKS_MIN;
}

struct dag *dag_shelve_apart(struct dag_shelf *shelf, struct dag *dag)
{
	if (!may_be_shelved(dag))
		return dag;
	struct dag *head = dag_ref(dag->head);
	head->shelf = shelf;
	dag_unref(dag);
	return head;
}

struct dag *dag_shelve(struct dag_shelf *shelf, struct dag *dag)
{
	struct dag *head = dag->head;
	if (!may_be_shelved(dag))
		return dag_ref(dag);
	head->shelf = shelf;
	join(head, dag);
	want(shelf, dag);
	return dag_ref(head);
}

/* The text stands on the line it had in its file, so that all places are the same. */
static char *text_in_place(const struct dag *head)
{
	GString *text = g_string_new(NULL);
	bool has_mark = g_str_has_prefix(head->text, "---");
	for (unsigned line = has_mark ? 1 : 2; line < head->text_line; line++)
		g_string_append_c(text, '\n');
	if (!has_mark && head->text_line > 1)
		g_string_append(text, "---\n");
	g_string_append(text, head->text);
	return g_string_free(text, FALSE);
}

/* It has been read before, in the same context: there is no mistake in it. */
static struct dag *read_again(struct dag *head)
{
	struct problems *problems = problems_new();
	g_autofree char *text = text_in_place(head);
	g_autoptr(GPtrArray) dags =
		dag_load(head->file, text, strlen(text), &head->shelf->context, problems);
	problems_free(problems);
	g_assert(dags->len == 1);
	struct dag *whole = dag_ref(dags->pdata[0]);
	g_assert(strcmp(whole->hash, head->hash) == 0);
	join(head, whole);
	return whole;
}

struct dag *dag_whole(const struct dag *dag)
{
	if (!dag->shelf)
		return dag_ref(dag);
	struct dag *head = (struct dag *)dag;
	struct dag *whole = head->whole ? dag_ref(head->whole) : read_again(head);
	want(head->shelf, whole);
	return whole;
}
