/* SPDX-License-Identifier: MIT */
/* Statements to text: scopes, loops, limits. */
#include <stdarg.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/template/render.h"

static bool block_render(struct render *render, const struct block *block);

bool render_fail(struct render *render, const char *format, ...)
{
	va_list arguments;
	if (render->error)
		return false;
	va_start(arguments, format);
	render->error = g_error_new_valist(LIB_ERROR, 0, format, arguments);
	va_end(arguments);
	return false;
}

bool render_work(struct render *render, size_t work)
{
	if ((int64_t)MIN(work, INT32_MAX) <= render->work_left) {
		render->work_left -= (int64_t)work;
		return !render->error;
	}
	return render_fail(render, "the template takes more than %d steps", TEMPLATE_STEPS_MAX);
}

/* Innermost first, then what the scope has. False without error: no such name. */
bool variable_get(struct render *render, const char *name, struct template_value *out)
{
	for (unsigned i = render->variables->len; i-- > 0;) {
		struct variable *variable = &g_array_index(render->variables, struct variable, i);
		if (strcmp(variable->name, name) == 0) {
			value_copy(out, &variable->value);
			return render_work(render, 1);
		}
		if (!render_work(render, 1))
			return false;
	}
	g_autoptr(GError) error = NULL;
	if (render->scope && render->scope->get(render->scope, name, out, &error))
		return true;
	if (error)
		render_fail(render, "%s", error->message);
	return false;
}

/* In the innermost scope; takes the value. */
void variable_set(struct render *render, const char *name, struct template_value *value)
{
	for (unsigned i = render->scope_begin; i < render->variables->len; i++) {
		struct variable *variable = &g_array_index(render->variables, struct variable, i);
		if (strcmp(variable->name, name) == 0) {
			template_value_clear(&variable->value);
			variable->value = *value;
			*value = (struct template_value){0};
			return;
		}
	}
	struct variable variable = {name, *value};
	g_array_append_val(render->variables, variable);
	*value = (struct template_value){0};
}

static unsigned scope_enter(struct render *render)
{
	unsigned outer = render->scope_begin;
	render->scope_begin = render->variables->len;
	return outer;
}

static void scope_leave(struct render *render, unsigned outer)
{
	for (unsigned i = render->scope_begin; i < render->variables->len; i++)
		template_value_clear(&g_array_index(render->variables, struct variable, i).value);
	g_array_set_size(render->variables, render->scope_begin);
	render->scope_begin = outer;
}

/* A value that is kept may be built upon in a loop: its depth has a limit, for those who walk it.
 */
enum { VALUE_DEPTH_MAX = 500 };

static bool depth_check(struct render *render, const json_t *json, unsigned depth)
{
	const char *key;
	json_t *item;
	size_t i;

	if (depth > VALUE_DEPTH_MAX)
		return render_fail(render, "the value is nested too deep");
	if (!render_work(render, 1))
		return false;
	json_array_foreach(json, i, item) if (!depth_check(render, item, depth + 1)) return false;
	json_object_foreach(
		(json_t *)json, key, item) if (!depth_check(render, item, depth + 1)) return false;
	return true;
}

static bool value_may_be_kept(struct render *render, const struct template_value *value)
{
	return value->kind != VALUE_JSON || depth_check(render, value->json, 0);
}

/* Gives the value to one name, or its items to several. */
static bool targets_set(
	struct render *render, const struct statement *statement, struct template_value *value)
{
	if (!value_may_be_kept(render, value))
		return false;
	if (statement->n_names == 1) {
		variable_set(render, statement->names[0], value);
		return true;
	}
	json_t *items = value_items(render, value);
	if (!items)
		return false;
	bool fits = json_array_size(items) == statement->n_names;
	if (!fits)
		render_fail(render, "%zu names cannot take %zu values", statement->n_names,
			json_array_size(items));
	for (size_t i = 0; i < statement->n_names && fits; i++) {
		struct template_value item;
		value_set_json(&item, json_incref(json_array_get(items, i)));
		variable_set(render, statement->names[i], &item);
	}
	json_decref(items);
	return fits;
}

/* `loop` inside {% for %}. */
struct loop {
	struct template_object object, cycle;
	json_t *items;
	size_t i;
};

static bool loop_get(const struct template_object *object, const char *name,
	struct template_value *out, GError **error)
{
	const struct loop *loop = object->data;
	size_t n = json_array_size(loop->items), i = loop->i;
	const struct {
		const char *name;
		size_t number;
	} numbers[] = {{"index", i + 1}, {"index0", i}, {"revindex", n - i},
		{"revindex0", n - i - 1}, {"length", n}};

	for (size_t k = 0; k < G_N_ELEMENTS(numbers); k++) {
		if (strcmp(name, numbers[k].name) == 0) {
			value_set_json(out, json_integer((json_int_t)numbers[k].number));
			return true;
		}
	}
	json_t *neighbour = strcmp(name, "previtem") == 0 && i > 0
		? json_array_get(loop->items, i - 1)
		: strcmp(name, "nextitem") == 0 ? json_array_get(loop->items, i + 1)
						: NULL;
	if (neighbour)
		value_set_json(out, json_incref(neighbour));
	else if (strcmp(name, "first") == 0)
		value_set_bool(out, i == 0);
	else if (strcmp(name, "last") == 0)
		value_set_bool(out, i + 1 == n);
	else if (strcmp(name, "cycle") == 0)
		*out = (struct template_value){.kind = VALUE_OBJECT, .object = &loop->cycle};
	else
		return false;
	return true;
}

static bool cycle_get(const struct template_object *object, const char *name,
	struct template_value *out, GError **error)
{
	return false;
}

static bool loop_cycle(const struct template_object *object, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	const struct loop *loop = object->data;
	size_t n = json_array_size(arguments);
	if (n == 0 || json_object_size(keywords) > 0) {
		g_set_error(error, LIB_ERROR, 0, "loop.cycle wants the values to take turns");
		return false;
	}
	value_set_json(out, json_incref(json_array_get(arguments, loop->i % n)));
	return true;
}

static bool item_bind(struct render *render, const struct statement *statement, json_t *item)
{
	value_auto value = {0};
	value_set_json(&value, json_incref(item));
	return render_work(render, STEP_WORK) && targets_set(render, statement, &value);
}

/* What `for ... if` leaves of the list (a new reference). */
static json_t *items_filter(struct render *render, const struct statement *statement, json_t *items)
{
	json_t *kept = json_array(), *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		value_auto holds = {0};
		unsigned outer = scope_enter(render);
		bool ok = item_bind(render, statement, item)
			&& evaluate_defined(render, statement->filter, &holds);
		scope_leave(render, outer);
		if (!ok) {
			json_decref(kept);
			return NULL;
		}
		if (value_truth(&holds))
			json_array_append(kept, item);
	}
	return kept;
}

static bool loop_render(struct render *render, const struct statement *statement, json_t *items)
{
	struct loop loop = {.object = {.data = &loop, .get = loop_get},
		.cycle = {.data = &loop, .get = cycle_get, .call = loop_cycle},
		.items = items};
	bool ok = true;

	for (; loop.i < json_array_size(items) && ok; loop.i++) {
		unsigned outer = scope_enter(render);
		struct template_value value = {.kind = VALUE_OBJECT, .object = &loop.object};
		variable_set(render, "loop", &value);
		ok = item_bind(render, statement, json_array_get(items, loop.i))
			&& block_render(render, statement->body);
		scope_leave(render, outer);
	}
	return ok;
}

static bool render_for(struct render *render, const struct statement *statement)
{
	value_auto value = {0};

	if (!evaluate_defined(render, statement->expression, &value))
		return false;
	json_t *items = value_items(render, &value);
	if (items && statement->filter) {
		json_t *kept = items_filter(render, statement, items);
		json_decref(items);
		items = kept;
	}
	if (!items)
		return false;
	bool ok = json_array_size(items) > 0 ? loop_render(render, statement, items)
		: statement->otherwise       ? block_render(render, statement->otherwise)
					     : true;
	json_decref(items);
	return ok;
}

static bool render_if(struct render *render, const struct statement *statement)
{
	value_auto condition = {0};

	if (!evaluate_defined(render, statement->expression, &condition))
		return false;
	if (value_truth(&condition))
		return block_render(render, statement->body);
	return !statement->otherwise || block_render(render, statement->otherwise);
}

static bool value_emit(struct render *render, const struct expression *expression,
	const struct template_value *value)
{
	return value_print(render, value, render->out);
}

/* The text of `{% set name %}...{% endset %}`: a value, in shell scripts, too. */
static bool block_capture(
	struct render *render, const struct block *block, struct template_value *out)
{
	struct render outer = *render;
	g_autoptr(GString) text = g_string_new(NULL);

	render->out = text;
	render->emit = value_emit;
	unsigned scope = scope_enter(render);
	bool ok = block_render(render, block);
	scope_leave(render, scope);
	render->out = outer.out;
	render->emit = outer.emit;
	return ok && value_set_text(render, out, text->str, text->len);
}

/* `{% set ns.name = value %}`: only a namespace can be changed. */
static bool namespace_set(struct render *render, const struct statement *statement,
	const struct template_value *value)
{
	value_auto target = {0};

	if (!variable_get(render, statement->names[0], &target))
		return render_fail(render, "\"%s\" is not defined", statement->names[0]);
	if (target.kind != VALUE_NAMESPACE)
		return render_fail(render, "only a namespace() can be changed, not %s",
			value_kind_name(&target));
	json_t *json = value_may_be_kept(render, value) ? value_json(render, value) : NULL;
	if (!json)
		return false;
	json_object_set_new(target.json, statement->attribute, json);
	return true;
}

static bool render_set(struct render *render, const struct statement *statement)
{
	value_auto value = {0};
	bool ok = statement->body ? block_capture(render, statement->body, &value)
				  : evaluate_defined(render, statement->expression, &value);
	if (!ok)
		return false;
	render->place = statement->place;
	return statement->attribute ? namespace_set(render, statement, &value)
				    : targets_set(render, statement, &value);
}

static bool render_output(struct render *render, const struct statement *statement)
{
	value_auto value = {0};
	if (!evaluate_defined(render, statement->expression, &value))
		return false;
	render->place = statement->expression->place;
	return render->emit(render, statement->expression, &value);
}

static bool render_text(struct render *render, const struct statement *statement)
{
	if (!render_work(render, statement->len))
		return false;
	if (render->out->len + statement->len > TEMPLATE_OUTPUT_MAX)
		return render_fail(
			render, "the text is longer than %d MiB", TEMPLATE_OUTPUT_MAX >> 20);
	g_string_append_len(render->out, statement->text, (gssize)statement->len);
	return true;
}

static bool statement_render(struct render *render, const struct statement *statement)
{
	render->place = statement->place;
	if (!render_work(render, STEP_WORK / 4))
		return false;
	switch (statement->kind) {
	case STATEMENT_TEXT:
		return render_text(render, statement);
	case STATEMENT_OUTPUT:
		return render_output(render, statement);
	case STATEMENT_IF:
		return render_if(render, statement);
	case STATEMENT_FOR:
		return render_for(render, statement);
	case STATEMENT_SET:
		return render_set(render, statement);
	}
	return false;
}

static bool block_render(struct render *render, const struct block *block)
{
	for (size_t i = 0; i < block->n; i++) {
		if (!statement_render(render, block->statements[i]))
			return false;
	}
	return true;
}

static void render_begin(struct render *render)
{
	render->variables = g_array_new(FALSE, FALSE, sizeof(struct variable));
	render->work_left = (int64_t)TEMPLATE_STEPS_MAX * STEP_WORK;
}

/* Frees what the rendering held, and hands out its error and its place. */
static void render_end(struct render *render, struct place *failed_at, GError **error)
{
	render->scope_begin = 0;
	scope_leave(render, 0);
	g_array_free(render->variables, TRUE);
	if (!render->error)
		return;
	if (failed_at)
		*failed_at = render->place;
	else
		g_prefix_error(&render->error,
			"%s:%u:%u: ", render->place.file ? render->place.file : "template",
			render->place.line, render->place.column);
	g_propagate_error(error, render->error);
}

GString *render_all(const struct template *template, struct render *render, struct place *failed_at,
	GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);

	render_begin(render);
	render->out = out;
	if (!render->emit)
		render->emit = value_emit;
	bool ok = block_render(render, template->body);
	render_end(render, failed_at, error);
	return ok ? g_steal_pointer(&out) : NULL;
}

json_t *template_render_at(const struct template *template, const struct template_object *scope,
	struct place *failed_at, GError **error)
{
	struct render render = {.scope = scope};

	if (!template->is_alone) {
		g_autoptr(GString) text = render_all(template, &render, failed_at, error);
		return text ? json_stringn(text->str, text->len) : NULL;
	}
	render_begin(&render);
	value_auto value = {0};
	json_t *json = NULL;
	const struct expression *expression = template->body->statements[0]->expression;
	render.place = expression->place;
	if (evaluate_defined(&render, expression, &value))
		json = value_json(&render, &value);
	render_end(&render, failed_at, error);
	return json;
}

json_t *template_render(
	const struct template *template, const struct template_object *scope, GError **error)
{
	return template_render_at(template, scope, NULL, error);
}

static bool mark_emit(struct render *render, const struct expression *expression,
	const struct template_value *value)
{
	g_string_append_c(render->out, '\1');
	return true;
}

char *template_render_own(
	const struct template *template, const struct template_object *scope, GError **error)
{
	struct render render = {.scope = scope, .emit = mark_emit};
	GString *text = render_all(template, &render, NULL, error);
	return text ? g_string_free(text, FALSE) : NULL;
}
