/* SPDX-License-Identifier: MIT */
/*
 * Whatever the bytes are: every problem and every node stands at a place of the text, the tree
 * keeps its limits, and the text of one document alone gives the same values as it does in its
 * file.
 */
#include <stdint.h>
#include <string.h>

#include "lib/yaml/yaml.h"

enum { DEPTH_MAX = 64, NODES_MAX = 1000 * 1000 };

/* How long each line of the text is, in characters. */
static GArray *measure_lines(const char *text, size_t len)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(unsigned));
	unsigned n = 0;
	const char *at = text, *end = text + len;
	for (; at < end; at++) {
		bool ends_line = *at == '\n' || (*at == '\r' && !(at + 1 < end && at[1] == '\n'));
		n += ((unsigned char)*at & 0xc0) != 0x80;
		if (!ends_line)
			continue;
		g_array_append_val(lines, n);
		n = 0;
	}
	return g_array_append_val(lines, n);
}

static void check_place(const GArray *lines, unsigned line, unsigned column)
{
	g_assert_cmpuint(line, >=, 1);
	g_assert_cmpuint(line, <=, lines->len);
	g_assert_cmpuint(column, >=, 1);
	g_assert_cmpuint(column, <=, g_array_index(lines, unsigned, line - 1) + 1);
}

static void check_problems(const struct problems *problems, const GArray *lines, const char *text)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		check_place(lines, problem->line, problem->column);
		g_assert_true(g_utf8_validate(problem->message, -1, NULL));
		g_assert_null(strchr(problem->message, '\n'));
		if (i < 3) /* the text is searched for the line each time */
			g_free(problem_text(problem, text));
	}
}

static void check_node(const struct node *node, const GArray *lines, unsigned depth, unsigned *n)
{
	g_assert_cmpuint(++*n, <=, NODES_MAX);
	check_place(lines, node->place.line, node->place.column);
	if (node->kind == NODE_SCALAR) {
		g_assert_true(g_utf8_validate(node->text, -1, NULL));
		return;
	}
	g_assert_cmpuint(depth, <=, DEPTH_MAX);
	for (size_t i = 0; i < node->n; i++) {
		if (node->kind == NODE_LIST) {
			check_node(node->items[i], lines, depth + 1, n);
			continue;
		}
		check_node(node->pairs[i].key, lines, depth + 1, n);
		check_node(node->pairs[i].value, lines, depth + 1, n);
		g_assert_true(node_get(node, node->pairs[i].key->text) == node->pairs[i].value);
	}
}

static json_t *json_of(const struct node *node)
{
	struct problems *problems = problems_new();
	json_t *json = node_json(node, problems);
	g_assert_true((json == NULL) == (problems->n_errors > 0));
	problems_free(problems);
	return json;
}

/* The document once more, from its own text. */
static void check_document(const struct node *root, const char *text, size_t len)
{
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct yaml_documents documents;
	g_assert_true(yaml_parse(arena, "again", text, len, &documents, problems));
	g_assert_cmpuint(documents.n, <=, 1);
	json_auto_t *in_file = json_of(root);
	json_auto_t *alone = json_of(documents.n ? documents.roots[0] : NULL);
	g_assert_true((in_file == NULL) == (alone == NULL));
	g_assert_true(!alone || json_equal(in_file, alone));
	problems_free(problems);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	memcpy(text, data, len);
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct yaml_documents documents;
	bool ok = yaml_parse(arena, "fuzz", text, len, &documents, problems);
	g_assert_true(ok == (problems->n_errors == 0));
	g_autoptr(GArray) lines = measure_lines(text, len);
	check_problems(problems, lines, text);
	size_t end = 0;
	unsigned n = 0;
	for (size_t i = 0; i < documents.n; i++) {
		g_assert_cmpuint(documents.starts[i], >=, end);
		g_assert_cmpuint(documents.ends[i], >=, documents.starts[i]);
		end = documents.ends[i];
		if (documents.roots[i])
			check_node(documents.roots[i], lines, 1, &n);
		if (ok && documents.n <= 10)
			check_document(documents.roots[i], text + documents.starts[i],
				end - documents.starts[i]);
	}
	g_assert_cmpuint(end, <=, len);
	problems_free(problems);
	arena_free(arena);
	return 0;
}
