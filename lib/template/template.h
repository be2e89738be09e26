/* SPDX-License-Identifier: MIT */
/*
 * A strict subset of Jinja2: `{{ expression }}`, `{% if/for/set %}`, filters and tests. A text is parsed
 * once, checked when its file is loaded, and rendered for each try of a task. An undefined name is an
 * error, never empty text; a value that is exactly one expression keeps its type.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "lib/base/arena.h"
#include "lib/base/problem.h"

struct template;

/* NULL: there was a mistake, which is in `problems` with its place inside the text. */
struct template *template_parse(
	struct arena *arena, const char *text, struct place place, struct problems *problems);

/* Whether the text holds {{ or {% at all (else it is not worth parsing). */
bool template_is_needed(const char *text);

/*
 * What a template asks for, seen without rendering it: each longest chain of constant names that begins
 * at a free name (`params.db`, `var.value.HOST`, `ti.xcom_pull` ...), and with a call its constant arguments.
 */
struct template_use {
	struct place place;
	size_t n;                 /* names in the chain */
	const char *const *names; /* names[0] is the free name */
	bool is_call;
	/* Arguments of a call by position then by name: JSON when constant, NULL when not. */
	size_t n_arguments, n_keywords;
	json_t *const *arguments;
	const char *const *keywords;
	json_t *const *keyword_values;
	bool has_default; /* `| default(...)` or `is defined` guards it: an undefined last name is fine */
};
typedef void template_visitor(void *data, const struct template_use *use);
void template_walk(const struct template *template, template_visitor *visitor, void *data);

/* A value while rendering: JSON, an instant in a zone, a duration, or an object that answers names and calls. */
enum template_value_kind { VALUE_JSON, VALUE_INSTANT, VALUE_DURATION, VALUE_OBJECT };

struct template_value {
	enum template_value_kind kind;
	json_t *json;   /* VALUE_JSON: owned */
	int64_t at;     /* VALUE_INSTANT: microseconds UTC; VALUE_DURATION: microseconds */
	int offset_s;   /* VALUE_INSTANT: as it is shown */
	const struct template_object *object; /* VALUE_OBJECT: borrowed */
};

void template_value_clear(struct template_value *value);

/* Something with attributes and methods (ti, dag_run, var, conn, macros): borrowed by the renderer. */
struct template_object {
	void *data;
	/* False without error: no such name (undefined). False with error: it exists and could not be had. */
	bool (*get)(const struct template_object *object, const char *name, struct template_value *out,
		GError **error);
	/* NULL: not callable. Arguments are JSON arrays/objects of what was passed. */
	bool (*call)(const struct template_object *object, json_t *arguments, json_t *keywords,
		struct template_value *out, GError **error);
};

/* Limits of one rendering, so that no template can stop the daemon. */
#define TEMPLATE_STEPS_MAX 100000
#define TEMPLATE_OUTPUT_MAX (4 << 20)

/*
 * Renders with `scope` answering the free names. One expression alone gives its own type (instants as ISO
 * text), all else gives text. A new reference, or NULL and an error with line and column in the text.
 */
json_t *template_render(
	const struct template *template, const struct template_object *scope, GError **error);

/*
 * A shell script: author's text stays, each {{ }} becomes a reference, right for the quotes around it, to
 * a variable that is appended to `env` as "NAME=VALUE" (a GPtrArray with g_free). A value over 128 KiB, with a
 * NUL, or inside a quoted here-document is an error. `| unsafe` puts the text itself.
 */
char *template_render_shell(const struct template *template, const struct template_object *scope,
	GPtrArray *env, GError **error);
/* The mistakes and warnings of a shell template that can be seen at load (here-document, unsafe). */
void template_check_shell(const struct template *template, struct problems *problems);
