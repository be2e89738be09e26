/* SPDX-License-Identifier: MIT */
/* What secrets.command has said to one attempt, or one request, and what it is still to be asked.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

enum secret_kind { SECRET_VARIABLE, SECRET_CONNECTION };

struct answers;

struct answer {
	enum secret_kind kind;
	char *name;
	bool is_known;
	char *text; /* of one that is known; NULL: there is nothing of that name */
};

struct answers *answers_new(void);
/* Overwrites all texts. NULL is fine. */
void answers_free(struct answers *answers);

/* Whether anything has been asked for, or is to be. */
bool answers_are_used(const struct answers *answers);
/* Whether something is still to be asked. */
bool answers_are_wanted(const struct answers *answers);
/* Borrowed; NULL: nobody has asked for it. */
const struct answer *answers_get(
	const struct answers *answers, enum secret_kind kind, const char *name);
/* Asks for it. False: too many have been asked for. */
bool answers_want(struct answers *answers, enum secret_kind kind, const char *name);
/* Copies the text; NULL: there is nothing of that name. */
void answers_put(
	struct answers *answers, enum secret_kind kind, const char *name, const char *text);

/* Those that are still to be asked: of const struct answer *, borrowed; g_ptr_array_unref. */
GPtrArray *answers_wanted(const struct answers *answers);
