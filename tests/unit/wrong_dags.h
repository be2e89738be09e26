/* SPDX-License-Identifier: MIT */
/* DAG files with mistakes, and all that is said about each of them. */
#pragma once

#include "tests/unit/operator_fixture.h"

struct wrong {
	const char *text;
	const char *problems; /* `line:column: message | hint`, a line each */
};

struct wrong_table {
	const char *name;
	const struct wrong *rows;
	size_t n;
	const struct operators *operators; /* set by wrong_tables_add() */
};

static inline void all_is_told_at_its_place(const void *data)
{
	const struct wrong_table *table = data;
	for (size_t i = 0; i < table->n; i++) {
		const struct wrong *row = &table->rows[i];
		struct problems *problems = problems_new();
		GPtrArray *dags = dag_load("f.yaml", row->text, strlen(row->text),
			&(struct dag_context){.operators = table->operators}, problems);
		g_autofree char *told = fixture_problems(problems);
		if (g_strcmp0(told, row->problems) != 0) {
			g_test_message("%s\ntold:\n%s\nexpected:\n%s", row->text, told,
				row->problems);
			g_test_fail();
		}
		g_ptr_array_unref(dags);
		problems_free(problems);
	}
}

static inline void wrong_tables_add(
	struct wrong_table *tables, size_t n, const struct operators *operators)
{
	for (size_t i = 0; i < n; i++) {
		tables[i].operators = operators;
		g_test_add_data_func(tables[i].name, &tables[i], all_is_told_at_its_place);
	}
}
