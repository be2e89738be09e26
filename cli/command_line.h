/* SPDX-License-Identifier: MIT */
/* From words to a command with its arguments and options, or a sentence that says what is wrong. */
#pragma once

#include "cli/command.h"

struct address;

struct given {
	const struct option *option;
	const char *value; /* NULL where the option takes none */
};

struct invocation {
	const struct noun *noun;       /* NULL: none was named */
	const struct command *command; /* NULL: the verb is missing */
	GPtrArray *arguments;          /* of const char *, borrowed from the words */
	GArray *options;               /* of struct given, in the order written */
	enum output output;
	bool wants_help;
	const struct address *address; /* of the daemon; set by the caller */
};

/*
 * Options may stand anywhere, `--` ends them; `--name=value`, `-nVALUE` and `-xyz` work. `words`
 * ends with NULL, is without the program's name, and must live as long as the invocation. NULL: the
 * error says what is wrong and what was perhaps meant. A noun or verb that is missing is no error
 * here.
 */
struct invocation *command_line_parse(
	const struct noun *nouns, const char *const *words, GError **error);
void invocation_free(struct invocation *invocation);
#define invocation_auto __attribute__((cleanup(invocation_freep)))
static inline void invocation_freep(struct invocation **invocation)
{
	invocation_free(*invocation);
}

/* NULL when there is none. */
const char *invocation_argument(const struct invocation *invocation, unsigned i);
/* The value written last; NULL when the option was not given. */
const char *invocation_option(const struct invocation *invocation, const char *name);
bool invocation_has(const struct invocation *invocation, const char *name);
/* *number is left as it is when the option was not given. False: an error that names the range. */
bool invocation_integer(const struct invocation *invocation, const char *name, int64_t minimum,
	int64_t maximum, int64_t *number, GError **error);

/* `dagctl dags list`, for usage lines. */
char *invocation_name(const struct invocation *invocation);
