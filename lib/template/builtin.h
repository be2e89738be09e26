/* SPDX-License-Identifier: MIT */
/* Filters, tests, methods and global functions: rows of tables that say name, parameters and
 * function. */
#pragma once

#include "lib/template/template.h"

struct render;

/* One call of a row: its arguments, bound to the row's parameters. */
struct call {
	struct render *render;
	const struct builtin *builtin;
	const struct template_value *subject; /* of a global function: NULL */
	/* By position of the parameters; VALUE_UNDEFINED where none was given. Of "*": as passed.
	 */
	size_t n;
	const struct template_value *arguments;
	json_t *keywords; /* of "*": those passed by name, else NULL */
	struct template_value *out;
};

struct builtin {
	const char *name;
	const char *parameters; /* names between blanks, optional ones end in `?`; "*": any */
	bool (*run)(struct call *call); /* false: the reason is in call->render */
	bool takes_undefined;           /* the subject may be undefined */
};

/* How many parameters a row may have. */
#define BUILTIN_PARAMETERS_MAX 10

enum builtin_kind {
	BUILTIN_FILTER,
	BUILTIN_TEST,
	BUILTIN_GLOBAL,
	BUILTIN_TEXT_METHOD,
	BUILTIN_LIST_METHOD,
	BUILTIN_DICT_METHOD,
	BUILTIN_INSTANT_METHOD,
	BUILTIN_DURATION_METHOD,
};

/* NULL when there is none. */
const struct builtin *builtin_find(enum builtin_kind kind, const char *name);
/* Names of one kind, NULL-terminated; g_free the array alone. */
const char **builtin_names(enum builtin_kind kind);
/* What is wrong with so many arguments and these names ("has no argument ..."), or NULL. g_free. */
char *builtin_mismatch(const struct builtin *builtin, size_t n_positional,
	const char *const *keywords, size_t n_keywords);
/* The position of a parameter, -1 when there is none of that name. */
int builtin_position(const struct builtin *builtin, const char *name);

/* The tables, each ended by a row without a name. */
extern const struct builtin text_filters[], list_filters[], each_filters[], number_filters[];
extern const struct builtin instant_filters[];
extern const struct builtin value_tests[], global_functions[];
extern const struct builtin text_methods[], list_methods[], dict_methods[];
extern const struct builtin instant_methods[], duration_methods[];
