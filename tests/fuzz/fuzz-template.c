/* SPDX-License-Identifier: MIT */
/*
 * Whatever the text is: either there is a mistake, whose place is inside the text, or there is a
 * template that renders to JSON or to one sentence, as a text and as a shell script.
 */
#include <stdint.h>
#include <string.h>

#include "lib/base/instant.h"
#include "lib/template/template.h"

static const char names[] =
	"{\"n\": 7, \"s\": \"h\u00e9 'x' $(y)\", \"l\": [3, 1.5, \"b\", null, [true]],"
	" \"d\": {\"a\": 1, \"b\": {\"c\": \"-x\"}}}";

static bool scope_get(const struct template_object *scope, const char *name,
	struct template_value *out, GError **error)
{
	json_t *found = json_object_get(scope->data, name);

	if (strcmp(name, "at") == 0)
		*out = (struct template_value){.kind = VALUE_INSTANT, .at = 1795664096123456};
	else if (strcmp(name, "hour") == 0)
		*out = (struct template_value){.kind = VALUE_DURATION, .at = HOUR_US};
	else if (found)
		*out = (struct template_value){.json = json_incref(found)};
	else
		return false;
	return true;
}

static void check_place(struct place place, const char *text)
{
	unsigned n_lines = 1;
	size_t widest = 0;
	for (const char *at = text;; at++) {
		size_t len = strcspn(at, "\n");
		widest = MAX(widest, len);
		at += len;
		if (!*at)
			break;
		n_lines++;
	}
	g_assert_cmpuint(place.line, >=, 1);
	g_assert_cmpuint(place.line, <=, n_lines);
	g_assert_cmpuint(place.column, >=, 1);
	g_assert_cmpuint(place.column, <=, widest + 1);
}

static void check_error(const GError *error, struct place place, const char *text)
{
	g_assert_nonnull(error);
	g_assert_cmpuint(strlen(error->message), >, 0);
	check_place(place, text);
}

static void visit(void *data, const struct template_use *use)
{
	g_assert_cmpuint(use->n, >=, 1);
	check_place(use->place, data);
}

static void check_rendering(
	const struct template *template, const struct template_object *scope, const char *text)
{
	g_autoptr(GError) error = NULL;
	struct place failed_at;
	json_t *json = template_render_at(template, scope, &failed_at, &error);

	if (json)
		g_assert_no_error(error);
	else
		check_error(error, failed_at, text);
	json_decref(json);
}

static void check_shell(
	const struct template *template, const struct template_object *scope, const char *text)
{
	g_autoptr(GPtrArray) env = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	struct place failed_at;
	g_autoptr(GPtrArray) inlined = g_ptr_array_new_with_free_func(g_free);
	struct shell_values values = {env, inlined};
	g_autofree char *script =
		template_render_shell(template, scope, &values, &failed_at, &error);

	if (!script)
		check_error(error, failed_at, text);
	for (guint i = 0; script && i < env->len; i++) {
		/* Each variable is referred to. */
		g_autofree char *name = g_strndup(env->pdata[i], strcspn(env->pdata[i], "="));
		g_autofree char *reference = g_strdup_printf("${%s}", name);
		g_assert_nonnull(strstr(script, reference));
	}
	g_auto(GStrv) words = script ? shell_plain_words(script) : NULL;
	g_assert_true(!words || words[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *text = g_strndup((const char *)data, len);
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct template *template =
		template_parse(arena, text, (struct place){"t.yaml", 1, 1}, problems);

	g_assert_true((template == NULL) == (problems->n_errors > 0));
	if (template) {
		struct template_object scope = {
			.data = json_loads(names, 0, NULL), .get = scope_get};
		template_walk(template, visit, text);
		check_rendering(template, &scope, text);
		check_shell(template, &scope, text);
		template_check_shell(template, problems);
		json_decref(scope.data);
	}
	for (guint i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		check_place((struct place){problem->file, problem->line, problem->column}, text);
	}
	problems_free(problems);
	arena_free(arena);
	return 0;
}
