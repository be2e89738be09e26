/* SPDX-License-Identifier: MIT */
#include "daemon/render/answers.h"

#include <string.h>

/* A program is run for each. */
enum { ANSWERS_MAX = 100 };

struct answers {
	GPtrArray *list; /* of struct answer; NULL: none */
};

static void answer_free(void *data)
{
	struct answer *answer = data;
	if (answer->text)
		explicit_bzero(answer->text, strlen(answer->text));
	g_free(answer->text);
	g_free(answer->name);
	g_free(answer);
}

struct answers *answers_new(void)
{
	return g_new0(struct answers, 1);
}

void answers_free(struct answers *answers)
{
	if (!answers)
		return;
	g_clear_pointer(&answers->list, g_ptr_array_unref);
	g_free(answers);
}

static struct answer *answer_find(
	const struct answers *answers, enum secret_kind kind, const char *name)
{
	for (unsigned i = 0; answers->list && i < answers->list->len; i++) {
		struct answer *answer = answers->list->pdata[i];
		if (answer->kind == kind && g_str_equal(answer->name, name))
			return answer;
	}
	return NULL;
}

bool answers_are_used(const struct answers *answers)
{
	return answers->list;
}

GPtrArray *answers_wanted(const struct answers *answers)
{
	GPtrArray *wanted = g_ptr_array_new();
	for (unsigned i = 0; answers->list && i < answers->list->len; i++) {
		struct answer *answer = answers->list->pdata[i];
		if (!answer->is_known)
			g_ptr_array_add(wanted, answer);
	}
	return wanted;
}

bool answers_are_wanted(const struct answers *answers)
{
	g_autoptr(GPtrArray) wanted = answers_wanted(answers);
	return wanted->len > 0;
}

const struct answer *answers_get(
	const struct answers *answers, enum secret_kind kind, const char *name)
{
	return answer_find(answers, kind, name);
}

bool answers_want(struct answers *answers, enum secret_kind kind, const char *name)
{
	if (!answers->list)
		answers->list = g_ptr_array_new_with_free_func(answer_free);
	if (answer_find(answers, kind, name))
		return true;
	if (answers->list->len == ANSWERS_MAX)
		return false;
	struct answer *answer = g_new0(struct answer, 1);
	*answer = (struct answer){.kind = kind, .name = g_strdup(name)};
	g_ptr_array_add(answers->list, answer);
	return true;
}

void answers_put(struct answers *answers, enum secret_kind kind, const char *name, const char *text)
{
	struct answer *answer = answer_find(answers, kind, name);
	if (!answer || answer->is_known)
		return;
	answer->is_known = true;
	answer->text = g_strdup(text);
}
