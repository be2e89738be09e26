/* SPDX-License-Identifier: MIT */
#include "daemon/render/render.h"

#include <string.h>

#include "daemon/render/addresses.h"
#include "daemon/render/argument.h"
#include "daemon/render/document.h"
#include "daemon/render/mask.h"
#include "daemon/render/path.h"
#include "daemon/render/scope.h"
#include "daemon/render/weight.h"
#include "lib/base/ident.h"
#include "lib/base/instant.h"

struct rendering {
	const struct render_request *request;
	struct rendered *out;
	struct scope *scope;
	const struct template_object *root;
	GPtrArray *shell_env; /* what templates in a script refer to */
	json_t *arguments;    /* by name, as the operator gets them */
	size_t weight;        /* of what templates gave so far */
};

static json_t *value_render(struct rendering *rendering, const struct value *value, GError **error);

static bool items_render(
	struct rendering *rendering, const struct value *value, json_t *out, GError **error)
{
	for (size_t i = 0; i < value->n; i++) {
		json_t *item = value_render(rendering, &value->items[i], error);
		if (!item)
			return false;
		if (value->is_map)
			json_object_set_new(out, value->keys[i], item);
		else
			json_array_append_new(out, item);
	}
	return true;
}

static json_t *value_render(struct rendering *rendering, const struct value *value, GError **error)
{
	if (value->constant)
		return json_incref(value->constant);
	if (value->template)
		return template_weigh(value->template, rendering->root, &rendering->weight, error);
	json_t *out = value->is_map ? json_object() : json_array();
	if (items_render(rendering, value, out, error))
		return out;
	json_decref(out);
	return NULL;
}

/* Of a word of the command line: every user of the machine can read it. */
static bool word_may_be_seen(const struct rendering *rendering, const char *word, GError **error)
{
	if (!text_holds_secret(word, rendering->out->masks))
		return true;
	g_set_error(error, LIB_ERROR, 0,
		"a secret would stand in the command line of the task, which every user of the "
		"machine can read: give it in env, or without \"| unsafe\"");
	return false;
}

/* The script with references to variables; what is shown of it has the values in their places. */
static json_t *shell_render(
	struct rendering *rendering, const struct value *value, json_t **shown, GError **error)
{
	struct place place;
	g_autoptr(GPtrArray) inlined = g_ptr_array_new_with_free_func(g_free);
	struct shell_values values = {rendering->shell_env, inlined};
	g_autofree char *script =
		template_render_shell(value->template, rendering->root, &values, &place, error);
	if (!script) {
		g_prefix_error(error, "%s:%u:%u: ", place.file, place.line, place.column);
		return NULL;
	}
	for (guint i = 0; i < inlined->len; i++)
		if (!word_may_be_seen(rendering, inlined->pdata[i], error))
			return NULL;
	*shown = template_render(value->template, rendering->root, NULL);
	return json_string(script);
}

/* Takes `rendered` over; `shown` is what is shown of it, NULL: itself. */
static bool argument_put(struct rendering *rendering, const struct parameter *parameter,
	json_t *rendered, json_t *shown, GError **error)
{
	bool is_script = shown != NULL;
	/* Of a connection only its id is shown. */
	if (!shown)
		shown = json_incref(rendered);
	rendered = argument_fit(rendering->scope, parameter, rendered, error);
	if (parameter->type != PARAMETER_CONNECTION && !is_script && rendered) {
		json_decref(shown);
		shown = json_incref(rendered);
	}
	if (parameter->secret && !json_is_null(shown)) {
		json_decref(shown);
		shown = json_string("***");
	}
	json_object_set_new(rendering->out->shown, parameter->name, shown);
	if (parameter->type != PARAMETER_CONNECTION)
		mask_add_sensitive(rendering->out->masks, rendered);
	if (rendered)
		json_object_set_new(rendering->arguments, parameter->name, rendered);
	return rendered != NULL;
}

/* Whether no template in it has become more than its author wanted. */
static bool value_is_data(const struct rendering *rendering, const struct parameter *parameter,
	const struct value *value, const json_t *rendered, GError **error)
{
	const struct template_object *scope = rendering->root;
	return (!parameter->is_document || document_check(value, scope, rendered, error))
		&& (!parameter->is_path || path_check(value, scope, rendered, error))
		&& (!parameter->is_addresses || addresses_check(value, scope, rendered, error));
}

static bool argument_render(
	struct rendering *rendering, const struct argument *argument, GError **error)
{
	const struct parameter *parameter = argument->parameter;
	const struct value *value = &argument->value;
	json_t *shown = NULL;
	bool is_script = parameter->type == PARAMETER_SHELL && value->template;
	json_t *rendered = is_script ? shell_render(rendering, value, &shown, error)
				     : value_render(rendering, value, error);
	if (rendered && !value_is_data(rendering, parameter, value, rendered, error))
		g_clear_pointer(&rendered, json_decref);
	if (!rendered) {
		g_prefix_error(error, "%s cannot be rendered: ", parameter->name);
		json_decref(shown);
		return false;
	}
	return argument_put(rendering, parameter, rendered, shown, error);
}

/* What the instance is mapped to goes before what all instances are given. A value of a group's
 * mapping is no argument: templates read it. */
static json_t *mapped_argument(const struct rendering *rendering, const struct parameter *parameter)
{
	const struct task *task = rendering->request->task;
	bool is_own = task->mapping && task->mapped_group < 0;
	return is_own ? json_object_get(rendering->scope->mapped, parameter->name) : NULL;
}

/* What only lacks an answer does not keep the rest from asking, too: all are asked at once. */
static bool goes_on(const struct rendering *rendering, GError **error)
{
	struct answers *answers = rendering->request->answers;
	if (!answers || !answers_are_wanted(answers))
		return false;
	g_clear_error(error);
	return true;
}

static bool arguments_render(struct rendering *rendering, GError **error)
{
	const struct task *task = rendering->request->task;
	const struct operator* which = task->operator;
	const struct argument *argument = task->arguments, *end = argument + task->n_arguments;
	for (size_t i = 0; i < which->n_parameters; i++) {
		const struct parameter *parameter = &which->parameters[i];
		json_t *mapped = mapped_argument(rendering, parameter);
		bool is_given = argument < end && argument->parameter == parameter;
		bool ok = true;
		if (mapped)
			ok = argument_put(rendering, parameter, json_incref(mapped), NULL, error);
		else if (is_given)
			ok = argument_render(rendering, argument, error);
		argument += is_given;
		if (!ok && !goes_on(rendering, error))
			return false;
	}
	return true;
}

/* ---- the environment ---- */

/* A later one of the same name wins; takes the entry over. */
static void env_put(GPtrArray *env, char *entry)
{
	size_t len = strcspn(entry, "=") + 1;
	for (guint i = 0; i < env->len; i++) {
		if (strncmp(env->pdata[i], entry, len) != 0)
			continue;
		g_free(env->pdata[i]);
		env->pdata[i] = entry;
		return;
	}
	g_ptr_array_add(env, entry);
}

static void env_context(GPtrArray *env, const char *name, const char *value)
{
	g_ptr_array_add(env, g_strdup_printf("AIRFLOW_CTX_%s=%s", name, value));
	g_ptr_array_add(env, g_strdup_printf("DAGD_%s=%s", name, value));
}

/* Its value may be a secret by its name; a path or an address where one is found is none. */
static void env_look(struct rendering *rendering, const char *name, const char *value)
{
	struct mask_words *masks = rendering->out->masks;
	mask_add_urls(masks, value);
	if (name_is_sensitive(name) && !g_str_has_suffix(name, "_FILE")
		&& !g_str_has_suffix(name, "_URI"))
		mask_add(masks, value);
}

static void env_base(struct rendering *rendering)
{
	const struct render_request *request = rendering->request;
	GPtrArray *env = rendering->out->env;
	int64_t logical = request->run->logical_date;
	g_autofree char *iso =
		instant_iso(logical == INSTANT_NONE ? request->run->run_after : logical);
	g_autofree char *try_number = g_strdup_printf("%u", rendering->scope->try_number);
	for (char **entry = request->base_env; *entry; entry++) {
		g_autofree char *name = g_strndup(*entry, strcspn(*entry, "="));
		env_look(rendering, name, *entry + strlen(name) + 1);
		g_ptr_array_add(env, g_strdup(*entry));
	}
	env_context(env, "DAG_ID", request->run->dag_id);
	env_context(env, "TASK_ID", rendering->scope->task->task_id);
	if (request->task->is_callback)
		g_ptr_array_add(env,
			g_strconcat("DAGD_CALLBACK=", callback_names[request->task->callback_kind],
				NULL));
	env_context(env, "DAG_RUN_ID", request->run->run_id);
	env_context(env, "LOGICAL_DATE", iso);
	env_context(env, "TRY_NUMBER", try_number);
	env_context(env, "DAG_OWNER", request->task->owner ? request->task->owner : "");
}

/* Takes the value over. */
static void env_set(struct rendering *rendering, const char *name, json_t *value)
{
	json_object_set(json_object_get(rendering->out->shown, "env"), name, value);
	g_autofree char *text = json_is_string(value)
		? g_strdup(json_string_value(value))
		: json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(value);
	env_look(rendering, name, text);
	env_put(rendering->out->env, g_strconcat(name, "=", text, NULL));
}

static void env_mapped(struct rendering *rendering)
{
	const struct task *task = rendering->request->task;
	bool is_own = task->mapping && task->mapped_group < 0;
	const char *name;
	json_t *value;
	if (is_own)
		json_object_foreach(json_object_get(rendering->scope->mapped, "env"), name, value)
			env_set(rendering, name, json_incref(value));
}

static bool env_render(struct rendering *rendering, GError **error)
{
	const struct task *task = rendering->request->task;
	json_object_set_new(rendering->out->shown, "env", json_object());
	for (size_t i = 0; i < task->n_env; i++) {
		const struct env_entry *entry = &task->env[i];
		json_t *value = value_render(rendering, &entry->value, error);
		if (!value) {
			g_prefix_error(error, "env: %s cannot be rendered: ", entry->name);
			if (!goes_on(rendering, error))
				return false;
			continue;
		}
		env_set(rendering, entry->name, value);
	}
	env_mapped(rendering);
	for (guint i = 0; i < rendering->shell_env->len; i++)
		env_put(rendering->out->env, g_steal_pointer(&rendering->shell_env->pdata[i]));
	g_ptr_array_set_size(rendering->shell_env, 0);
	return true;
}

/* ---- the command line ---- */

static char *word_render(const struct rendering *rendering, const char *word)
{
	if (g_str_has_prefix(word, "./"))
		return g_build_filename(rendering->request->task->operator->folder, word + 2, NULL);
	size_t len = strlen(word);
	if (word[0] != '{' || word[len - 1] != '}')
		return g_strdup(word);
	g_autofree char *name = g_strndup(word + 1, len - 2);
	const json_t *value = json_object_get(rendering->arguments, name);
	return value && !json_is_null(value) ? template_text(value) : NULL;
}

static bool names_path(const struct task *task)
{
	for (size_t i = 0; i < task->n_env; i++)
		if (g_str_equal(task->env[i].name, "PATH"))
			return true;
	return false;
}

/*
 * A script that is one plain command needs no shell: `bash -c 'date'` and `date` do the same, and
 * the second is twice as fast. Not when the program is not found: bash says it better.
 */
static char **words_without_shell(struct rendering *rendering)
{
	const struct operator* operator= rendering->request->task->operator;
	const struct task *task = rendering->request->task;
	if (g_strv_length((char **)operator->run) != 3 || !g_str_equal(operator->run[1], "-c")
		|| task->n_arguments == 0 || task->arguments[0].parameter->type != PARAMETER_SHELL
		|| task->arguments[0].value.template || names_path(task))
		return NULL;
	g_autofree char *script = word_render(rendering, operator->run[2]);
	char **words = script ? shell_plain_words(script) : NULL;
	g_autofree char *program = words ? g_find_program_in_path(words[0]) : NULL;
	if (words && !program)
		g_clear_pointer(&words, g_strfreev);
	return words;
}

/* What the author wrote as it stands is no secret. */
static bool words_may_be_seen(const struct rendering *rendering, GError **error)
{
	const struct task *task = rendering->request->task;
	for (const char *const *word = task->operator->run; *word; word++) {
		g_autofree char *text = word_render(rendering, *word);
		bool is_parameter = text && (*word)[0] == '{';
		for (size_t i = 0; is_parameter && i < task->n_arguments; i++) {
			const struct argument *argument = &task->arguments[i];
			size_t size = strlen(argument->parameter->name);
			if (argument->parameter->type != PARAMETER_SHELL
				&& strncmp(*word + 1, argument->parameter->name, size) == 0
				&& (*word)[size + 1] == '}' && !argument->value.constant
				&& !word_may_be_seen(rendering, text, error)) {
				g_prefix_error(error, "%s: ", argument->parameter->name);
				return false;
			}
		}
	}
	return true;
}

static void argv_render(struct rendering *rendering)
{
	const struct operator* operator= rendering->request->task->operator;
	GPtrArray *argv = rendering->out->argv;
	char **words = words_without_shell(rendering);
	for (char **word = words; word && *word; word++)
		g_ptr_array_add(argv, *word);
	for (const char *const *word = operator->run; !words && *word; word++) {
		char *text = word_render(rendering, *word);
		if (text)
			g_ptr_array_add(argv, text);
	}
	g_free(words); /* the words themselves are in argv now */
	g_ptr_array_add(argv, NULL);
}

static void input_render(struct rendering *rendering)
{
	if (!rendering->request->task->operator->arguments_on_stdin)
		return;
	rendering->out->input = json_dumps(rendering->arguments, JSON_COMPACT);
	rendering->out->input_size = strlen(rendering->out->input);
}

static void cwd_render(struct rendering *rendering)
{
	const char *name = rendering->request->task->operator->cwd_parameter;
	const char *cwd =
		name ? json_string_value(json_object_get(rendering->arguments, name)) : NULL;
	rendering->out->cwd = cwd && *cwd ? g_strdup(cwd) : NULL;
}

static bool nothing_is_wanted(const struct rendering *rendering, GError **error)
{
	const struct answers *answers = rendering->request->answers;
	if (!answers || !answers_are_wanted(answers))
		return true;
	g_set_error(error, LIB_ERROR, 0, "secrets.command is to be asked first");
	return false;
}

static bool render_all(struct rendering *rendering, GError **error)
{
	struct rendered *out = rendering->out;
	rendering->root = scope_root(rendering->scope);
	env_base(rendering);
	if (!arguments_render(rendering, error) || !env_render(rendering, error)
		|| !nothing_is_wanted(rendering, error) || !words_may_be_seen(rendering, error))
		return false;
	argv_render(rendering);
	input_render(rendering);
	cwd_render(rendering);
	g_ptr_array_add(out->env, NULL);
	json_t *masked = json_masked(out->shown, out->masks);
	json_decref(out->shown);
	out->shown = masked;
	return true;
}

/* It may quote what a template had for a value. */
static void error_mask(GError **error, struct mask_words *masks)
{
	if (!error || !*error)
		return;
	char *masked = text_masked((*error)->message, masks);
	g_free((*error)->message);
	(*error)->message = masked;
}

bool render_task(const struct render_request *request, struct rendered *rendered, GError **error)
{
	*rendered = (struct rendered){
		.argv = g_ptr_array_new_with_free_func(g_free),
		.env = g_ptr_array_new_with_free_func(g_free),
		.masks = mask_words_new(),
		.unhidden = g_ptr_array_new_with_free_func(g_free),
		.shown = json_object(),
	};
	struct rendering rendering = {
		.request = request,
		.out = rendered,
		.scope = scope_new(request, rendered->masks, error),
		.shell_env = g_ptr_array_new_with_free_func(g_free),
		.arguments = json_object(),
	};
	if (rendering.scope)
		rendering.scope->unhidden = rendered->unhidden;
	bool is_rendered = rendering.scope && render_all(&rendering, error);
	if (rendering.scope) {
		is_rendered &= scope_was_read(rendering.scope, error);
		scope_free(rendering.scope);
	}
	g_ptr_array_unref(rendering.shell_env);
	rendered->arguments = rendering.arguments;
	if (mask_words_are_too_many(rendered->masks)) {
		g_clear_error(error);
		g_set_error(error, LIB_ERROR, 0,
			"the task looks up too many secrets to hide them all in its log: in all "
			"forms in which they show themselves they take more than %u MiB",
			MASK_WORDS_MAX_BYTES >> 20);
		is_rendered = false;
	} else if (!is_rendered) {
		error_mask(error, rendered->masks);
	}
	if (!is_rendered)
		rendered_clear(rendered);
	return is_rendered;
}

char *render_map_label(
	const struct render_request *request, const json_t *own_values, GError **error)
{
	g_autoptr(mask_words) masks = mask_words_new();
	struct scope *scope = scope_new(request, masks, error);
	if (!scope) {
		error_mask(error, masks);
		return NULL;
	}
	scope->own = own_values;
	size_t weight = 0;
	const struct value *label = &request->task->map_index_template;
	json_t *rendered = label->constant
		? json_incref(label->constant)
		: template_weigh(label->template, scope_root(scope), &weight, error);
	if (!scope_was_read(scope, error))
		g_clear_pointer(&rendered, json_decref);
	scope_free(scope);
	error_mask(error, masks);
	if (!rendered)
		return NULL;
	g_autofree char *text = template_text(rendered);
	json_decref(rendered);
	return text_masked(text, masks);
}

void rendered_clear(struct rendered *rendered)
{
	g_ptr_array_unref(rendered->argv);
	g_ptr_array_unref(rendered->env);
	mask_words_free(rendered->masks);
	g_ptr_array_unref(rendered->unhidden);
	g_free(rendered->cwd);
	g_free(rendered->input);
	json_decref(rendered->shown);
	json_decref(rendered->arguments);
	*rendered = (struct rendered){0};
}
