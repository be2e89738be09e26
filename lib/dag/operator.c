/* SPDX-License-Identifier: MIT */
#include "lib/dag/operator.h"

#include <errno.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/dag/manifest.h"

struct operators {
	struct arena *arena;
	GHashTable *by_name; /* names and aliases to struct operator */
	GPtrArray *names;    /* NULL-terminated */
	GHashTable *testers; /* conn_types to struct operator */
	GPtrArray *tested;   /* the conn_types; NULL-terminated */
	bool is_incomplete;
};

const struct parameter *operator_parameter(const struct operator* which, const char *name)
{
	for (size_t i = 0; i < which->n_parameters; i++)
		if (strcmp(which->parameters[i].name, name) == 0)
			return &which->parameters[i];
	return NULL;
}

static bool name_is_free(const struct operators *operators, const char *name, const char *file,
	struct problems *problems)
{
	const struct operator* other = g_hash_table_lookup(operators->by_name, name);
	if (!other)
		return true;
	return problem_add(problems, (struct place){file, 0, 0},
		"\"%s\" is already a name of the operator in %s", name, other->folder);
}

static bool type_is_free(const struct operators *operators, const char *conn_type, const char *file,
	struct problems *problems)
{
	const struct operator* other = g_hash_table_lookup(operators->testers, conn_type);
	if (!other)
		return true;
	return problem_add(problems, (struct place){file, 0, 0},
		"connections of type \"%s\" are tested by the operator in %s already", conn_type,
		other->folder);
}

static bool is_new(const struct operators *operators, const struct operator* which,
	const char *file, struct problems *problems)
{
	bool ok = name_is_free(operators, which->name, file, problems);
	for (const char *const *alias = which->aliases; ok && *alias; alias++)
		ok = name_is_free(operators, *alias, file, problems);
	for (const char *const *type = which->tests_connections; ok && *type; type++)
		ok = type_is_free(operators, *type, file, problems);
	return ok;
}

static void operators_add(struct operators *operators, struct operator* which, const char *file,
	struct problems *problems)
{
	if (!is_new(operators, which, file, problems))
		return;
	g_hash_table_insert(operators->by_name, (char *)which->name, which);
	for (const char *const *alias = which->aliases; *alias; alias++)
		g_hash_table_insert(operators->by_name, (char *)*alias, which);
	g_ptr_array_add(operators->names, (char *)which->name);
	for (const char *const *type = which->tests_connections; *type; type++)
		if (g_hash_table_insert(operators->testers, (char *)*type, which))
			g_ptr_array_add(operators->tested, (char *)*type);
}

static bool is_passing(const GError *error)
{
	static const int codes[] = {
		G_FILE_ERROR_MFILE, G_FILE_ERROR_NFILE, G_FILE_ERROR_NOMEM, G_FILE_ERROR_IO};
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if (g_error_matches(error, G_FILE_ERROR, codes[i]))
			return true;
	return false;
}

static void operator_load(struct operators *operators, const char *folder, const char *name,
	struct problems *problems)
{
	g_autofree char *own = g_build_filename(folder, name, NULL);
	g_autofree char *file = g_build_filename(own, "operator.yaml", NULL);
	g_autofree char *text = NULL;
	gsize len;
	g_autoptr(GError) error = NULL;
	/* Other folders stand here, too, such as what a compiler leaves behind. */
	if (!g_file_test(file, G_FILE_TEST_EXISTS))
		return;
	if (!g_file_get_contents(file, &text, &len, &error)) {
		operators->is_incomplete |= is_passing(error);
		problem_add(problems, (struct place){file, 0, 0}, "the manifest cannot be read: %s",
			error->message);
		return;
	}
	struct operator* which = manifest_read(operators->arena, own, file, text, len, problems);
	if (which)
		operators_add(operators, which, file, problems);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void folder_load(struct operators *operators, const char *folder, struct problems *problems)
{
	g_autofree char *absolute = g_canonicalize_filename(folder, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(absolute, 0, &error);
	if (!dir) {
		operators->is_incomplete |= is_passing(error);
		if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			problem_add(problems, (struct place){folder, 0, 0}, "%s", error->message);
		return;
	}
	/* Sorted, so that the order of problems does not depend on the file system. */
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	for (const char *name; (name = g_dir_read_name(dir));)
		if (name[0] != '.' && name[0] != '_')
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		operator_load(operators, absolute, names->pdata[i], problems);
}

struct operators *operators_load(const char *const *folders, struct problems *problems)
{
	struct operators *operators = g_new0(struct operators, 1);
	operators->arena = arena_new();
	operators->by_name = g_hash_table_new(g_str_hash, g_str_equal);
	operators->names = g_ptr_array_new();
	operators->testers = g_hash_table_new(g_str_hash, g_str_equal);
	operators->tested = g_ptr_array_new();
	for (; *folders; folders++)
		folder_load(operators, *folders, problems);
	g_ptr_array_sort(operators->names, compare_names);
	g_ptr_array_add(operators->names, NULL);
	g_ptr_array_sort(operators->tested, compare_names);
	g_ptr_array_add(operators->tested, NULL);
	return operators;
}

void operators_free(struct operators *operators)
{
	if (!operators)
		return;
	g_hash_table_unref(operators->by_name);
	g_ptr_array_unref(operators->names);
	g_hash_table_unref(operators->testers);
	g_ptr_array_unref(operators->tested);
	arena_free(operators->arena);
	g_free(operators);
}

bool operators_are_complete(const struct operators *operators)
{
	return !operators->is_incomplete;
}

const struct operator* operators_get(const struct operators *operators, const char *name)
{
	return g_hash_table_lookup(operators->by_name, name);
}

const char *const *operators_names(const struct operators *operators)
{
	return (const char *const *)operators->names->pdata;
}

const struct operator* operators_tester(const struct operators *operators, const char *conn_type)
{
	return g_hash_table_lookup(operators->testers, conn_type);
}

const char *const *operators_tested_types(const struct operators *operators)
{
	return (const char *const *)operators->tested->pdata;
}

static json_t *texts_json(const char *const *texts)
{
	json_t *list = json_array();
	for (; texts && *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

static json_t *parameter_json(const struct parameter *parameter)
{
	json_t *json = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:s?, s:s}", "name",
		parameter->name, "type", parameter_type_name(parameter->type), "required",
		parameter->required, "secret", parameter->secret, "constant",
		parameter->is_constant, "not_empty", parameter->not_empty, "path",
		parameter->is_path, "document", parameter->is_document, "addresses",
		parameter->is_addresses, "values_in", parameter->values_in, "summary",
		parameter->summary);
	if (parameter->default_value)
		json_object_set(json, "default", parameter->default_value);
	if (parameter->choices)
		json_object_set_new(json, "choices", texts_json(parameter->choices));
	return json;
}

json_t *operator_json(const struct operator* which)
{
	json_t *parameters = json_array();
	for (size_t i = 0; i < which->n_parameters; i++)
		json_array_append_new(parameters, parameter_json(&which->parameters[i]));
	return json_pack("{s:s, s:s, s:s?, s:s, s:o, s:o, s:o, s:s?, s:s?, s:s?, s:o, s:s, s:s, "
			 "s:b, s:s, s:o, s:s?}",
		"name", which->name, "summary", which->summary, "description", which->description,
		"folder", which->folder, "aliases", texts_json(which->aliases), "parameters",
		parameters, "run", texts_json(which->run), "cwd_parameter", which->cwd_parameter,
		"skip_code_parameter", which->skip_code_parameter, "value_parameter",
		which->value_parameter, "one_of", texts_json(which->one_of), "flow",
		flow_name(which->flow), "arguments", which->arguments_on_stdin ? "stdin" : "none",
		"destroys_data", which->destroys_data, "output",
		which->output == OUTPUT_FILE ? "file" : "last_line", "tests_connections",
		texts_json(which->tests_connections), "examples", which->examples);
}
