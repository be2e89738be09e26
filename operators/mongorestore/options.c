/* SPDX-License-Identifier: MIT */
#include "operators/mongorestore/options.h"

#include "lib/base/instant.h"
#include "operators/program.h"

enum { COLLECTIONS_MAX = 64 };

/* One text or a list of texts, each as OPTION=TEXT; the number of them, or -1 with an error. */
static int names_append(GPtrArray *words, const json_t *arguments, const char *parameter,
	const char *option, GError **error)
{
	const json_t *value = json_object_get(arguments, parameter);
	if (!value || json_is_null(value))
		return 0;
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	for (size_t i = 0; i < n; i++) {
		const char *text =
			json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
		if (!text || !*text) {
			g_set_error(error, LIB_ERROR, 0,
				"%s: neither a text like shop.orders nor a list of such",
				parameter);
			return -1;
		}
		g_ptr_array_add(words, g_strdup_printf("%s=%s", option, text));
	}
	return (int)n;
}

static bool namespaces_append(GPtrArray *words, const json_t *arguments, GError **error)
{
	if (names_append(words, arguments, "ns_include", "--nsInclude", error) < 0)
		return false;
	int from = names_append(words, arguments, "ns_from", "--nsFrom", error);
	if (from < 0)
		return false;
	int to = names_append(words, arguments, "ns_to", "--nsTo", error);
	if (to >= 0 && from != to)
		g_set_error(error, LIB_ERROR, 0,
			"ns_from and ns_to belong together, but there are %d and %d", from, to);
	return from == to;
}

GPtrArray *restore_options(const json_t *arguments, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	gint64 parallel = program_integer(arguments, "num_parallel_collections", 4);
	if (parallel < 1 || parallel > COLLECTIONS_MAX) {
		g_set_error(error, LIB_ERROR, 0,
			"num_parallel_collections: not a number from 1 to %d", COLLECTIONS_MAX);
		return NULL;
	}
	if (program_boolean(arguments, "drop", false))
		g_ptr_array_add(words, g_strdup("--drop"));
	if (program_boolean(arguments, "stop_on_error", false))
		g_ptr_array_add(words, g_strdup("--stopOnError"));
	if (parallel != 4)
		g_ptr_array_add(words,
			g_strdup_printf("--numParallelCollections=%" G_GINT64_FORMAT, parallel));
	if (!namespaces_append(words, arguments, error))
		return NULL;
	return g_steal_pointer(&words);
}

bool restore_is_partial(const json_t *arguments)
{
	const json_t *include = json_object_get(arguments, "ns_include");
	return include && !json_is_null(include)
		&& json_array_size(include) + json_is_string(include) > 0;
}
