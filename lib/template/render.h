/* SPDX-License-Identifier: MIT */
/* What the renderer's files share: the state of one rendering, and values. */
#pragma once

#include <inttypes.h>

#include "lib/template/ast.h"
#include "lib/template/builtin.h"

struct variable {
	const char *name;
	struct template_value value;
};

struct render {
	const struct template_object *scope;
	GArray *variables;    /* of struct variable, innermost last */
	unsigned scope_begin; /* the first variable of the innermost scope */
	struct place place;   /* of what is evaluated; after a failure of what failed */
	int64_t work_left;
	GError *error;
	GString *out;
	/* Puts a value into `out`. A shell script has its own, for all but the text of a {% set %}
	 * block. */
	bool (*emit)(struct render *render, const struct expression *expression,
		const struct template_value *value);
	void *emit_data;
};

#define value_auto __attribute__((cleanup(template_value_clear))) struct template_value

/* One step of TEMPLATE_STEPS_MAX is this much work; a byte that is copied or read is 1. */
#define STEP_WORK 64

/* Always false; the first reason stays. No value may be quoted in it: it can be a secret. */
bool render_fail(struct render *render, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* False when the template has done too much. */
bool render_work(struct render *render, size_t work);
/* Renders a template into a new string; NULL and an error. `render` has scope and emit. */
GString *render_all(const struct template *template, struct render *render, struct place *failed_at,
	GError **error);

/* The value may be undefined; evaluate_defined fails then. */
bool evaluate(
	struct render *render, const struct expression *expression, struct template_value *out);
bool evaluate_defined(
	struct render *render, const struct expression *expression, struct template_value *out);
bool operate(struct render *render, enum sign sign, const struct template_value *left,
	const struct template_value *right, struct template_value *out);
bool compare(struct render *render, enum sign sign, const struct template_value *left,
	const struct template_value *right, bool *out);
/* Filters and tests on a value, with the row's own check of the arguments. */
bool builtin_run(struct render *render, const struct builtin *builtin,
	const struct template_value *subject, const struct template_value *arguments, size_t n,
	const char *const *keywords, const struct template_value *keyword_values, size_t n_keywords,
	struct template_value *out);

/* Names. */
bool variable_get(struct render *render, const char *name, struct template_value *out);
void variable_set(struct render *render, const char *name, struct template_value *value);
bool attribute_get(struct render *render, const struct template_value *subject, const char *name,
	struct template_value *out);
bool item_get(struct render *render, const struct template_value *subject,
	const struct template_value *index, struct template_value *out);

/* Making values; those with `json` take the reference. */
void value_set_json(struct template_value *out, json_t *json);
void value_set_bool(struct template_value *out, bool is_true);
bool value_set_text(
	struct render *render, struct template_value *out, const char *text, size_t len);
bool value_set_instant(struct render *render, struct template_value *out, int64_t wall_us,
	const struct template_value *like);
void value_set_undefined(struct template_value *out, char *sentence);
void value_copy(struct template_value *out, const struct template_value *value);

/* Reading values. Those that return bool fail the rendering when the value is of another kind. */
const char *value_kind_name(const struct template_value *value);
bool value_is_text(const struct template_value *value);
bool value_is_number(const struct template_value *value);
double value_real(const struct template_value *value);
bool value_truth(const struct template_value *value);
/* As JSON (a new reference), instants as ISO text; NULL and a failure for an object. */
json_t *value_json(struct render *render, const struct template_value *value);
/* As {{ }} prints it, appended. */
bool value_print(struct render *render, const struct template_value *value, GString *out);
/* The items of a list, the keys of a map, the characters of a text: a list (a new reference). */
json_t *value_items(struct render *render, const struct template_value *value);
/* Python's ==; and its order, which fails for what has none. */
bool json_same(struct render *render, const json_t *left, const json_t *right);
bool json_order(struct render *render, const json_t *left, const json_t *right, int *order);

/* Prints JSON as Python's str(), or its repr() below a list. False when it is too much. */
bool json_print(struct render *render, const json_t *json, GString *out);
/*
 * JSON text as Jinja2's tojson has it: ASCII, keys in order, `<>&'` escaped so that it is safe in
 * HTML. `indent` -1: on one line.
 */
bool json_dump(struct render *render, const json_t *json, int indent, GString *out);
/* A number as Python writes it: the fewest digits that give it again. */
void real_print(double number, GString *out);

/* What a dotted path (`user.name`, `0.id`) leads to from an item; undefined when it leads nowhere.
 */
bool path_get(struct render *render, const json_t *item, const struct template_value *path,
	struct template_value *out);

/* Arguments of a row by position. False: of another kind, and the rendering has failed. */
bool call_has(const struct call *call, size_t i);
bool call_subject_text(const struct call *call, const char **text);
bool call_text(const struct call *call, size_t i, const char *otherwise, const char **text);
bool call_integer(const struct call *call, size_t i, int64_t otherwise, int64_t *out);
bool call_truth(const struct call *call, size_t i, bool otherwise);

/* A strftime of the wall clock `wall_us`, for a zone so many seconds east. False: a wrong
 * directive. */
bool strftime_format(struct render *render, const char *format, int64_t wall_us, int offset_s,
	const char *zone, GString *out);
/* Pendulum's `YYYY-MM-DD HH:mm:ss`. */
bool token_format(struct render *render, const char *format, int64_t wall_us, int offset_s,
	const char *zone, GString *out);
/* Wall clock of an instant as it is shown. */
int64_t instant_wall(const struct template_value *value);
bool instant_attribute(
	const struct template_value *value, const char *name, struct template_value *out);
bool duration_attribute(
	const struct template_value *value, const char *name, struct template_value *out);
