/* SPDX-License-Identifier: MIT */
/*
 * A strict subset of Jinja2: `{{ expression }}`, `{% if/for/set %}`, filters and tests. A text is
 * parsed once, checked when its file is loaded, and rendered for each try of a task. An undefined
 * name is an error, never empty text; a value that is exactly one expression keeps its type.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "lib/base/arena.h"
#include "lib/base/problem.h"

struct zone;

struct template;

/*
 * Places: `place` is where the text's first character stands in its file (template_place tells it
 * for a YAML scalar); every further line of the text is taken to be one line below, indented alike.
 * That is exact for texts of one line and for literal blocks (`|`); inside folded blocks (`>`) and
 * quoted texts of several lines, which YAML joins, line and column are those of the joined text.
 * NULL: there was a mistake, which is in `problems`.
 */
struct template *template_parse(
	struct arena *arena, const char *text, struct place place, struct problems *problems);

/* Whether the text holds {{ or {% at all (else it is not worth parsing). */
bool template_is_needed(const char *text);

/*
 * Where the text of a YAML scalar begins: after its quote, or for a block scalar on the line below
 * its indicator. `source` is the text of the whole file, for the indentation of a block (NULL:
 * column 1).
 */
struct place template_place(struct place scalar, bool plain, bool block, const char *source);

/*
 * What a template asks for, seen without rendering it: each longest chain of constant names that
 * begins at a free name (`params.db`, `var.value.HOST`, `ti.xcom_pull` ...), and with a call its
 * constant arguments.
 */
struct template_use {
	struct place place;
	size_t n;                 /* names in the chain */
	const char *const *names; /* names[0] is the free name */
	bool is_call;
	/* Arguments of a call by position then by name: JSON when constant, NULL when not. */
	size_t n_arguments, n_keywords;
	json_t *const *arguments; /* borrowed */
	const char *const *keywords;
	json_t *const *keyword_values;
	bool has_default; /* `| default(...)` or `is defined` guards it: an undefined last name is
			     fine */
};
typedef void template_visitor(void *data, const struct template_use *use);
void template_walk(const struct template *template, template_visitor *visitor, void *data);
/* Whether it is one expression and nothing else. */
bool template_is_expression(const struct template *template);

/*
 * A value while rendering: JSON, an instant in a zone, a duration, or an object that answers names
 * and calls. The last two are the renderer's own: nothing (its json is the sentence that says what
 * is missing) and what `namespace()` makes.
 */
enum template_value_kind {
	VALUE_JSON,
	VALUE_INSTANT,
	VALUE_DURATION,
	VALUE_OBJECT,
	VALUE_UNDEFINED,
	VALUE_NAMESPACE,
};

struct template_value {
	enum template_value_kind kind;
	json_t *json;            /* VALUE_JSON: owned */
	int64_t at;              /* VALUE_INSTANT: microseconds UTC; VALUE_DURATION: microseconds */
	int offset_s;            /* VALUE_INSTANT: as it is shown */
	const struct zone *zone; /* VALUE_INSTANT: for calendar arithmetic; NULL: a fixed offset */
	const struct template_object *object; /* VALUE_OBJECT: borrowed */
	bool is_explained; /* VALUE_UNDEFINED: by the object that has no such name */
};

void template_value_clear(struct template_value *value);

/*
 * The text of a JSON value as `{{ value }}` prints it: text as it is, all else as Python's str()
 * does
 * (`True`, `None`, `1.0`, `['a', 1]`). g_free.
 */
char *template_text(const json_t *value);

/* Whether text, lists, maps, instants or durations have a method of this name (`upper`, `get`,
 * `strftime`). */
bool template_has_method(const char *name);
/* The names of all methods, sorted, NULL-terminated; for suggestions. */
const char *const *template_methods(void);

/* Something with attributes and methods (ti, dag_run, var, conn, macros): borrowed by the renderer.
 */
struct template_object {
	void *data;
	/* False without error: no such name (undefined). False with error: it exists and could not
	 * be had. True with VALUE_UNDEFINED: no such name, and its json is the sentence for that.
	 */
	bool (*get)(const struct template_object *object, const char *name,
		struct template_value *out, GError **error);
	/* NULL: not callable. Arguments are JSON arrays/objects of what was passed. */
	bool (*call)(const struct template_object *object, json_t *arguments, json_t *keywords,
		struct template_value *out, GError **error);
};

/* Limits of one rendering, so that no template can stop the daemon. */
#define TEMPLATE_STEPS_MAX 1000000
#define TEMPLATE_OUTPUT_MAX (16 << 20)

/*
 * Renders with `scope` answering the free names. One expression alone gives its own type (instants
 * as ISO text, durations as seconds), all else gives text. A new reference, or NULL and an error.
 * Its sentence begins with `file:line:column: `; with template_render_at the place goes to
 * *failed_at instead.
 */
json_t *template_render(
	const struct template *template, const struct template_object *scope, GError **error);
json_t *template_render_at(const struct template *template, const struct template_object *scope,
	struct place *failed_at, GError **error);

/* The same without its values: a text of the author's own, with a \1 for each value, or NULL. */
char *template_render_own(
	const struct template *template, const struct template_object *scope, GError **error);

/*
 * A shell script (bash): author's text stays, each {{ }} becomes a reference, right for the quotes
 * around it, to a variable that is appended to `values->env` as "NAME=VALUE". A
 * value over 128 KiB or with a NUL is an error, and so is one where bash would read a variable's
 * content as code: arithmetic, subscripts, eval, `bash -c`, the script of sed or awk, a
 * here-document that feeds a shell, the name of a command. There only numbers and dates may stand.
 * `| unsafe` puts the text itself. What became part of the script is appended to `values->inlined`.
 */
struct shell_values {
	GPtrArray *env, *inlined; /* both with g_free */
};
char *template_render_shell(const struct template *template, const struct template_object *scope,
	struct shell_values *values, struct place *failed_at, GError **error);
/* The mistakes and warnings of a shell template that can be seen at load (code, here-document,
 * unsafe). */
void template_check_shell(const struct template *template, struct problems *problems);

/*
 * The words of a script that is one plain command, which can be run without a shell: only
 * [A-Za-z0-9_./:=,@%+-] words separated by blanks, the first one neither an assignment nor a
 * builtin or keyword of bash. NULL when it needs a shell. g_strfreev.
 */
char **shell_plain_words(const char *script);
