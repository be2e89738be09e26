/* SPDX-License-Identifier: MIT */
#include "lib/dag/manifest.h"

#include <string.h>

#include "lib/base/ident.h"
#include "lib/dag/flow.h"
#include "lib/dag/reading.h"
#include "lib/dag/task.h"
#include "lib/dag/value.h"

/* The manifest while it is read: what refers to other keys is kept as nodes until all are there. */
struct manifest {
	struct operator made;
	const struct node *aliases, *parameters, *run, *cwd_parameter, *skip_code_parameter,
		*value_parameter, *one_of, *tests_connections;
	unsigned arguments, output, flow;
};

static const char *const argument_words[] = {"none", "stdin", NULL};
static const char *const output_words[] = {"file", "last_line", NULL};
static const char *const flow_words[] = {"none", "branch", "short_circuit", "latest_only",
	"trigger_dag", "wait", "wait_time", "wait_task", "approval", NULL};
G_STATIC_ASSERT(G_N_ELEMENTS(flow_words) == FLOW_APPROVAL + 2);
static const char *const type_words[] = {"text", "shell", "integer", "number", "boolean",
	"duration", "size", "list", "map", "any", "connection", NULL};
G_STATIC_ASSERT(G_N_ELEMENTS(type_words) == PARAMETER_CONNECTION + 2);

#define FIELD(name) offsetof(struct manifest, name)
static const struct key manifest_keys[] = {
	{"name", read_text, FIELD(made.name)},
	{"summary", read_text, FIELD(made.summary)},
	{"description", read_text, FIELD(made.description)},
	{"aliases", read_node, FIELD(aliases)},
	{"parameters", read_node, FIELD(parameters)},
	{"run", read_node, FIELD(run)},
	{"arguments", read_word, FIELD(arguments), .words = argument_words},
	{"cwd_parameter", read_node, FIELD(cwd_parameter)},
	{"skip_code_parameter", read_node, FIELD(skip_code_parameter)},
	{"value_parameter", read_node, FIELD(value_parameter)},
	{"one_of", read_node, FIELD(one_of)},
	{"flow", read_word, FIELD(flow), .words = flow_words},
	{"destroys_data", read_boolean, FIELD(made.destroys_data)},
	{"output", read_word, FIELD(output), .words = output_words},
	{"tests_connections", read_node, FIELD(tests_connections)},
	{"examples", read_text, FIELD(made.examples)},
};
#undef FIELD
static const struct key_set manifest_set = {
	"a manifest", manifest_keys, G_N_ELEMENTS(manifest_keys), NULL};

struct parameter_draft {
	struct parameter parameter;
	unsigned type;
	const struct node *default_value, *choices;
};

#define FIELD(name) offsetof(struct parameter_draft, name)
static const struct key parameter_keys[] = {
	{"type", read_word, FIELD(type), .words = type_words},
	{"required", read_boolean, FIELD(parameter.required)},
	{"secret", read_boolean, FIELD(parameter.secret)},
	{"constant", read_boolean, FIELD(parameter.is_constant)},
	{"not_empty", read_boolean, FIELD(parameter.not_empty)},
	{"path", read_boolean, FIELD(parameter.is_path)},
	{"document", read_boolean, FIELD(parameter.is_document)},
	{"addresses", read_boolean, FIELD(parameter.is_addresses)},
	{"values_in", read_text, FIELD(parameter.values_in)},
	{"default", read_node, FIELD(default_value)},
	{"choices", read_node, FIELD(choices)},
	{"summary", read_text, FIELD(parameter.summary)},
};
#undef FIELD
static const struct key_set parameter_set = {
	"a parameter", parameter_keys, G_N_ELEMENTS(parameter_keys), NULL};

const char *parameter_type_name(enum parameter_type type)
{
	return type_words[type];
}

const char *flow_name(enum flow flow)
{
	return flow_words[flow];
}

/* A list of texts, NULL-terminated, or NULL after a problem. */
static const char **texts_read(struct reading *reading, const char *what, const struct node *list)
{
	if (list->kind != NODE_LIST) {
		problem_add(reading->problems, list->place, "%s: expected a list, found %s", what,
			node_kind_name(list));
		return NULL;
	}
	const char **texts = arena_array(reading->arena, list->n + 1, sizeof(*texts));
	bool ok = true;
	for (size_t i = 0; i < list->n; i++) {
		const char *text = "";
		ok &= node_text(list->items[i], what, &text, reading->problems);
		texts[i] = arena_strdup(reading->arena, text);
	}
	return ok ? texts : NULL;
}

static bool default_read(
	struct reading *reading, struct parameter_draft *draft, const struct node *node)
{
	struct value value;
	if (!node)
		return true;
	if (draft->parameter.required)
		return problem_add(reading->problems, node->place,
			"a required parameter has no use for a default");
	if (!argument_read(reading, &draft->parameter, node, &value))
		return false;
	if (!value.constant)
		return problem_add(reading->problems, node->place, "a default is a constant value");
	draft->parameter.default_value = value.constant;
	return true;
}

static bool parameter_read(struct reading *reading, const struct node *name, const struct node *map,
	struct parameter *parameter)
{
	struct parameter_draft draft = {
		.parameter.name = arena_strdup(reading->arena, name->text), .type = G_MAXUINT};
	g_autoptr(GError) error = NULL;
	if (!ident_check("parameter", name->text, &error))
		return problem_add(reading->problems, name->place, "%s", error->message);
	if (task_key_is_known(name->text))
		return problem_add(reading->problems, name->place,
			"\"%s\" is a key of every task, so no parameter can have this name",
			name->text);
	if (map->kind != NODE_MAP)
		return problem_add(reading->problems, map->place,
			"%s: expected a map of type, summary ..., found %s", name->text,
			node_kind_name(map));
	bool ok = keys_read(reading, &parameter_set, map, &draft, NULL, NULL, NULL);
	if (draft.type == G_MAXUINT && ok)
		ok = problem_add(reading->problems, name->place, "\"%s\" has no type", name->text);
	if (!draft.parameter.summary && ok)
		ok = problem_add(
			reading->problems, name->place, "\"%s\" has no summary", name->text);
	if (!ok)
		return false;
	draft.parameter.type = draft.type;
	if (draft.choices) {
		if (draft.parameter.type != PARAMETER_TEXT)
			return problem_add(reading->problems, draft.choices->place,
				"only a text can have choices");
		draft.parameter.choices = texts_read(reading, "choices", draft.choices);
		if (!draft.parameter.choices)
			return false;
	}
	ok = default_read(reading, &draft, draft.default_value);
	*parameter = draft.parameter;
	return ok;
}

static bool parameters_read(struct reading *reading, struct operator* which, const struct node *map)
{
	if (node_is_null(map))
		return true;
	if (map->kind != NODE_MAP)
		return problem_add(reading->problems, map->place,
			"parameters: expected a map, found %s", node_kind_name(map));
	which->n_parameters = map->n;
	which->parameters = arena_array(reading->arena, map->n, sizeof(*which->parameters));
	bool ok = true;
	for (size_t i = 0; i < map->n; i++)
		ok &= parameter_read(
			reading, map->pairs[i].key, map->pairs[i].value, &which->parameters[i]);
	return ok;
}

/* The parameter that another key names; NULL after a problem. */
static const struct parameter *parameter_named(
	struct reading *reading, const struct operator* which, const char *name, struct place place)
{
	const struct parameter *parameter = operator_parameter(which, name);
	if (parameter)
		return parameter;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < which->n_parameters; i++)
		g_ptr_array_add(names, (char *)which->parameters[i].name);
	g_ptr_array_add(names, NULL);
	g_autofree char *message = g_strdup_printf("there is no parameter \"%s\"", name);
	reading_refuse(reading, place, name, (const char *const *)names->pdata, message);
	return NULL;
}

/* `type` or `other` is what it must be. */
struct reference {
	enum parameter_type type, other;
};

/* The parameter that the text names; NULL after a problem. */
static const struct parameter *parameter_meant(
	struct reading *reading, const struct operator* which, const struct node *node)
{
	const char *name;
	if (!node_text(node, "the name of a parameter", &name, reading->problems))
		return NULL;
	return parameter_named(reading, which, name, node->place);
}

static bool reference_read(struct reading *reading, const struct operator* which,
	const struct node *node, struct reference wanted, const char **out)
{
	if (node_is_null(node))
		return true;
	const struct parameter *parameter = parameter_meant(reading, which, node);
	if (!parameter)
		return false;
	if (parameter->type != wanted.type && parameter->type != wanted.other)
		return problem_add(reading->problems, node->place,
			"expected a parameter of type %s, but \"%s\" is of type %s",
			parameter_type_name(wanted.type), parameter->name,
			parameter_type_name(parameter->type));
	*out = parameter->name;
	return true;
}

static bool value_parameter_read(
	struct reading *reading, struct operator* which, const struct node *node)
{
	if (node_is_null(node))
		return true;
	const struct parameter *parameter = parameter_meant(reading, which, node);
	if (!parameter)
		return false;
	which->value_parameter = parameter->name;
	if (parameter->secret || parameter->type == PARAMETER_CONNECTION)
		return problem_add(reading->problems, node->place,
			"\"%s\" cannot be a result: it is %s", parameter->name,
			parameter->secret ? "secret" : "a connection");
	return true;
}

static bool one_of_read(struct reading *reading, struct operator* which, const struct node *list)
{
	if (node_is_null(list))
		return true;
	which->one_of = texts_read(reading, "one_of", list);
	bool ok = which->one_of != NULL;
	for (size_t i = 0; ok && i < list->n; i++)
		ok = parameter_meant(reading, which, list->items[i]) != NULL;
	return ok;
}

static bool word_is_showable(enum parameter_type type)
{
	switch (type) {
	case PARAMETER_TEXT:
	case PARAMETER_SHELL:
	case PARAMETER_INTEGER:
	case PARAMETER_NUMBER:
	case PARAMETER_BOOLEAN:
	case PARAMETER_DURATION:
	case PARAMETER_SIZE:
		return true;
	case PARAMETER_LIST:
	case PARAMETER_MAP:
	case PARAMETER_ANY:
	case PARAMETER_CONNECTION:
		return false;
	}
	g_assert_not_reached();
}

static bool run_word_read(struct reading *reading, const struct operator* which,
	const struct node *node, const char **word)
{
	const char *text;
	if (node->kind == NODE_MAP && node->n == 1) {
		problem_add(reading->problems, node->place, "a word of \"run\" is a map");
		problem_hint(reading->problems,
			"a parameter's value is written \"{%s}\", in quotes",
			node->pairs[0].key->text);
		return false;
	}
	if (!node_text(node, "run", &text, reading->problems))
		return false;
	*word = arena_strdup(reading->arena, text);
	if (g_str_has_prefix(text, "./")) {
		g_autofree char *path = g_build_filename(which->folder, text, NULL);
		return g_file_test(path, G_FILE_TEST_EXISTS)
			|| problem_add(reading->problems, node->place,
				"there is no file \"%s\" in the operator's folder", text + 2);
	}
	size_t len = strlen(text);
	if (len < 3 || text[0] != '{' || text[len - 1] != '}')
		return true;
	g_autofree char *name = g_strndup(text + 1, len - 2);
	const struct parameter *parameter = parameter_named(reading, which, name, node->place);
	if (!parameter)
		return false;
	if (parameter->secret || !word_is_showable(parameter->type))
		return problem_add(reading->problems, node->place,
			"\"%s\" cannot be a word of a command line: it is %s", name,
			parameter->secret ? "secret" : parameter_type_name(parameter->type));
	return true;
}

static bool run_read(struct reading *reading, struct operator* which, const struct node *list)
{
	if (node_is_null(list))
		return true;
	if (list->kind != NODE_LIST || list->n == 0)
		return problem_add(reading->problems, list->place,
			"run: expected a list of words, found %s",
			list->kind == NODE_LIST ? "an empty one" : node_kind_name(list));
	const char **words = arena_array(reading->arena, list->n + 1, sizeof(*words));
	bool ok = true;
	for (size_t i = 0; i < list->n; i++)
		ok &= run_word_read(reading, which, list->items[i], &words[i]);
	which->run = words;
	return ok;
}

/* After `run`, which it needs. */
static bool tests_connections_read(
	struct reading *reading, struct operator* which, const struct node *list)
{
	g_autoptr(GError) error = NULL;
	if (node_is_null(list))
		return true;
	if (!which->run[0])
		return problem_add(reading->problems, list->place,
			"tests_connections needs a \"run\" that tests them");
	which->tests_connections = texts_read(reading, "tests_connections", list);
	bool ok = which->tests_connections != NULL;
	for (size_t i = 0; ok && i < list->n; i++)
		ok = ident_check("conn_type", which->tests_connections[i], &error)
			|| problem_add(
				reading->problems, list->items[i]->place, "%s", error->message);
	return ok;
}

static bool manifest_finish(
	struct reading *reading, struct manifest *manifest, const struct node *root)
{
	struct operator* which = & manifest->made;
	g_autofree char *wanted = g_path_get_basename(which->folder);
	static const char *const nothing[] = {NULL};
	g_autoptr(GError) error = NULL;
	if (!which->name || !which->summary)
		return problem_add(reading->problems, root->place, "the manifest has no \"%s\"",
			which->name ? "summary" : "name");
	if (!ident_check("operator", which->name, &error))
		return problem_add(reading->problems, root->place, "%s", error->message);
	if (strcmp(which->name, wanted) != 0)
		return problem_add(reading->problems, root->place,
			"the operator is called \"%s\", its folder \"%s\": both must be the same",
			which->name, wanted);
	which->aliases = nothing;
	if (manifest->aliases)
		which->aliases = texts_read(reading, "aliases", manifest->aliases);
	which->run = nothing;
	which->tests_connections = nothing;
	which->arguments_on_stdin = manifest->arguments == 1;
	which->output = manifest->output == 1 ? OUTPUT_LAST_LINE : OUTPUT_FILE;
	which->flow = (enum flow)manifest->flow;
	bool ok = which->aliases && parameters_read(reading, which, manifest->parameters);
	return ok && value_parameter_read(reading, which, manifest->value_parameter)
		&& one_of_read(reading, which, manifest->one_of)
		&& reference_read(reading, which, manifest->cwd_parameter,
			(struct reference){PARAMETER_TEXT, PARAMETER_TEXT}, &which->cwd_parameter)
		&& reference_read(reading, which, manifest->skip_code_parameter,
			(struct reference){PARAMETER_INTEGER, PARAMETER_ANY},
			&which->skip_code_parameter)
		&& run_read(reading, which, manifest->run)
		&& tests_connections_read(reading, which, manifest->tests_connections)
		&& flow_check(reading, which, root->place) && flow_parameters_add(reading, which);
}

struct operator* manifest_read(struct arena *arena, const char *folder, const char *file,
	const char *text, size_t len, struct problems *problems)
{
	struct yaml_documents documents;
	struct reading reading;
	struct manifest *manifest = arena_alloc(arena, sizeof(*manifest));
	unsigned n_errors = problems->n_errors;
	file = arena_strdup(arena, file);
	text = arena_strndup(arena, text, len);
	if (!yaml_parse(arena, file, text, len, &documents, problems))
		return NULL;
	const struct node *root = documents.n == 1 ? documents.roots[0] : NULL;
	if (!root || root->kind != NODE_MAP) {
		problem_add(problems, (struct place){file, root ? root->place.line : 0, 1},
			"a manifest is one YAML document with a map");
		return NULL;
	}
	reading_open(&reading, arena, file, text, problems);
	manifest->made.folder = arena_strdup(arena, folder);
	keys_read(&reading, &manifest_set, root, manifest, NULL, NULL, NULL);
	if (problems->n_errors == n_errors)
		manifest_finish(&reading, manifest, root);
	return problems->n_errors == n_errors ? &manifest->made : NULL;
}
