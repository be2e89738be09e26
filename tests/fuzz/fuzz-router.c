/* SPDX-License-Identifier: MIT */
/*
 * Whatever the target is: each segment is clean text, written anew with everything escaped it reads
 * the same, and a route that is found is one whose words stand in the path, segment by segment.
 */
#include <stdint.h>
#include <string.h>

#include "daemon/http/router.h"
#include "daemon/http/target.h"

static void handle(struct request *request, void *data)
{
}

static const struct route routes[] = {
	{"GET", "/", handle},
	{"GET", "/d", handle},
	{"GET", "/d/{id}", handle},
	{"POST", "/d/{id}", handle},
	{"GET", "/d/{id}/r/{run}", handle},
	{"POST", "/d/~/r/list", handle},
	{"GET", "/d/{id}/t", handle},
	{"GET", "/d/s", handle},
	{NULL},
};

static void append_escaped(GString *out, const char *text)
{
	for (; *text; text++)
		g_string_append_printf(out, "%%%02X", (unsigned char)*text);
}

static char *write_anew(const struct target *target)
{
	GString *raw = g_string_new(target->segments[0] ? NULL : "/");
	for (const char *const *segment = target->segments; *segment; segment++) {
		g_string_append_c(raw, '/');
		append_escaped(raw, *segment);
	}
	for (size_t i = 0; i < target->n_query; i++) {
		g_string_append_c(raw, i == 0 ? '?' : '&');
		append_escaped(raw, target->query[i].name);
		g_string_append_c(raw, '=');
		append_escaped(raw, target->query[i].value);
	}
	return g_string_free(raw, FALSE);
}

static void check_segments(const struct target *target)
{
	size_t n_slashes = 0, n = 0;
	for (const char *at = target->path; *at; at++)
		n_slashes += *at == '/';
	for (; target->segments[n]; n++) {
		g_assert_true(g_utf8_validate(target->segments[n], -1, NULL));
		g_assert_cmpstr(target->segments[n], !=, ".");
		g_assert_cmpstr(target->segments[n], !=, "..");
	}
	g_assert_cmpuint(n, ==, strcmp(target->path, "/") == 0 ? 0 : n_slashes);
}

static void check_same(const struct target *a, const struct target *b)
{
	g_assert_true(g_strv_equal(a->segments, b->segments));
	g_assert_cmpuint(a->n_query, ==, b->n_query);
	for (size_t i = 0; i < a->n_query; i++) {
		g_assert_cmpstr(a->query[i].name, ==, b->query[i].name);
		g_assert_cmpstr(a->query[i].value, ==, b->query[i].value);
	}
}

static void check_route(const struct target *target, const char *method)
{
	struct router *router = router_new(routes);
	g_autoptr(GString) allow = g_string_new(NULL);
	const struct route *route;
	enum router_result result = router_find(router, method, target->segments, &route, allow);
	g_assert_true((result == ROUTER_FOUND) == (route != NULL));
	g_assert_true(result != ROUTER_NO_METHOD || allow->len > 0);
	if (route) {
		g_auto(GStrv) words = g_strsplit(route->path + 1, "/", -1);
		g_assert_cmpuint(
			g_strv_length(words), ==, g_strv_length((char **)target->segments));
		for (size_t i = 0; words[i]; i++)
			g_assert_true(words[i][0] == '{'
					? target->segments[i][0]
					: strcmp(words[i], target->segments[i]) == 0);
	}
	router_free(router);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	g_autofree char *raw = g_strndup((const char *)data, len);
	struct arena *arena = arena_new();
	struct target target, again;
	const char *why = NULL;
	if (target_parse(&target, arena, raw, &why)) {
		check_segments(&target);
		g_autofree char *anew = write_anew(&target);
		g_assert_true(target_parse(&again, arena, anew, &why));
		check_same(&target, &again);
		check_route(&target, len % 2 ? "GET" : "POST");
	} else {
		g_assert_nonnull(why);
	}
	arena_free(arena);
	return 0;
}
