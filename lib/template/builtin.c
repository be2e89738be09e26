/* SPDX-License-Identifier: MIT */
/* Finding a row of the tables and binding arguments to its parameters. */
#include <stdlib.h>
#include <string.h>

#include "lib/template/render.h"

static const struct builtin *const filter_tables[] = {
	text_filters, list_filters, each_filters, number_filters, instant_filters, NULL};
static const struct builtin *const test_tables[] = {value_tests, NULL};
static const struct builtin *const global_tables[] = {global_functions, NULL};
static const struct builtin *const text_tables[] = {text_methods, NULL};
static const struct builtin *const list_tables[] = {list_methods, NULL};
static const struct builtin *const dict_tables[] = {dict_methods, NULL};
static const struct builtin *const instant_tables[] = {instant_methods, NULL};
static const struct builtin *const duration_tables[] = {duration_methods, NULL};

static const struct builtin *const *const tables[] = {
	[BUILTIN_FILTER] = filter_tables,
	[BUILTIN_TEST] = test_tables,
	[BUILTIN_GLOBAL] = global_tables,
	[BUILTIN_TEXT_METHOD] = text_tables,
	[BUILTIN_LIST_METHOD] = list_tables,
	[BUILTIN_DICT_METHOD] = dict_tables,
	[BUILTIN_INSTANT_METHOD] = instant_tables,
	[BUILTIN_DURATION_METHOD] = duration_tables,
};

const struct builtin *builtin_find(enum builtin_kind kind, const char *name)
{
	for (const struct builtin *const *table = tables[kind]; *table; table++) {
		for (const struct builtin *row = *table; row->name; row++) {
			if (strcmp(row->name, name) == 0)
				return row;
		}
	}
	return NULL;
}

const char **builtin_names(enum builtin_kind kind)
{
	GPtrArray *names = g_ptr_array_new();
	for (const struct builtin *const *table = tables[kind]; *table; table++) {
		for (const struct builtin *row = *table; row->name; row++)
			g_ptr_array_add(names, (char *)row->name);
	}
	g_ptr_array_add(names, NULL);
	return (const char **)g_ptr_array_free(names, FALSE);
}

bool template_has_method(const char *name)
{
	for (enum builtin_kind kind = BUILTIN_TEXT_METHOD; kind <= BUILTIN_DURATION_METHOD;
		kind++) {
		if (builtin_find(kind, name))
			return true;
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void *methods_collect(void *unused)
{
	GPtrArray *all = g_ptr_array_new();
	for (enum builtin_kind kind = BUILTIN_TEXT_METHOD; kind <= BUILTIN_DURATION_METHOD;
		kind++) {
		g_autofree const char **names = builtin_names(kind);
		for (size_t i = 0; names[i]; i++) {
			if (!g_ptr_array_find_with_equal_func(all, names[i], g_str_equal, NULL))
				g_ptr_array_add(all, (char *)names[i]);
		}
	}
	g_ptr_array_sort(all, compare_names);
	g_ptr_array_add(all, NULL);
	return g_ptr_array_free(all, FALSE);
}

const char *const *template_methods(void)
{
	static GOnce once = G_ONCE_INIT;
	return g_once(&once, methods_collect, NULL);
}

/* The parameter at *at, which moves behind it; its length without the `?`, 0 at the end. */
static size_t parameter_next(const char **at, const char **name, bool *is_optional)
{
	*at += strspn(*at, " ");
	*name = *at;
	size_t len = strcspn(*at, " ");
	*at += len;
	*is_optional = len > 0 && (*name)[len - 1] == '?';
	return len - *is_optional;
}

int builtin_position(const struct builtin *builtin, const char *name)
{
	const char *at = builtin->parameters, *parameter;
	bool is_optional;
	size_t len;

	for (int i = 0; (len = parameter_next(&at, &parameter, &is_optional)) > 0; i++) {
		if (strlen(name) == len && memcmp(parameter, name, len) == 0)
			return i;
	}
	return -1;
}

char *builtin_mismatch(const struct builtin *builtin, size_t n_positional,
	const char *const *keywords, size_t n_keywords)
{
	const char *at = builtin->parameters, *parameter;
	bool is_given[BUILTIN_PARAMETERS_MAX] = {false}, is_optional;
	size_t len, n = 0;

	if (strcmp(builtin->parameters, "*") == 0)
		return NULL;
	while (parameter_next(&at, &parameter, &is_optional) > 0)
		n++;
	g_assert(n <= BUILTIN_PARAMETERS_MAX);
	if (n_positional > n && n == 0)
		return g_strdup("takes no arguments");
	if (n_positional > n)
		return g_strdup_printf("takes at most %zu argument%s", n, n == 1 ? "" : "s");
	for (size_t i = 0; i < n_positional; i++)
		is_given[i] = true;
	for (size_t i = 0; i < n_keywords; i++) {
		int position = builtin_position(builtin, keywords[i]);
		if (position < 0)
			return g_strdup_printf("has no argument \"%s\"", keywords[i]);
		if (is_given[position])
			return g_strdup_printf("is given its argument \"%s\" twice", keywords[i]);
		is_given[position] = true;
	}
	at = builtin->parameters;
	for (size_t i = 0; (len = parameter_next(&at, &parameter, &is_optional)) > 0; i++) {
		if (!is_optional && !is_given[i])
			return g_strdup_printf("wants the argument \"%.*s\"", (int)len, parameter);
	}
	return NULL;
}

static bool run_any(struct call *call, const char *const *keywords,
	const struct template_value *keyword_values, size_t n_keywords)
{
	bool ok = true;
	call->keywords = json_object();
	for (size_t i = 0; i < n_keywords && ok; i++)
		ok = json_object_set_new(call->keywords, keywords[i],
			     value_json(call->render, &keyword_values[i]))
			== 0;
	ok = ok && call->builtin->run(call);
	json_decref(call->keywords);
	return ok;
}

bool builtin_run(struct render *render, const struct builtin *builtin,
	const struct template_value *subject, const struct template_value *arguments, size_t n,
	const char *const *keywords, const struct template_value *keyword_values, size_t n_keywords,
	struct template_value *out)
{
	struct template_value bound[BUILTIN_PARAMETERS_MAX];
	struct call call = {.render = render,
		.builtin = builtin,
		.subject = subject,
		.n = n,
		.arguments = arguments,
		.out = out};

	if (strcmp(builtin->parameters, "*") == 0)
		return run_any(&call, keywords, keyword_values, n_keywords);
	g_autofree char *why = builtin_mismatch(builtin, n, keywords, n_keywords);
	if (why)
		return render_fail(render, "\"%s\" %s", builtin->name, why);
	for (size_t i = 0; i < BUILTIN_PARAMETERS_MAX; i++)
		bound[i] = i < n ? arguments[i] : (struct template_value){.kind = VALUE_UNDEFINED};
	for (size_t i = 0; i < n_keywords; i++)
		bound[builtin_position(builtin, keywords[i])] = keyword_values[i];
	call.n = BUILTIN_PARAMETERS_MAX;
	call.arguments = bound;
	return builtin->run(&call);
}
