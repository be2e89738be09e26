/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "daemon/http/router.h"
#include "daemon/http/target.h"

static void handle(struct request *request, void *data)
{
}

static const struct route routes[] = {
	{"GET", "/", handle},
	{"GET", "/dags", handle},
	{"GET", "/dags/{dag_id}", handle},
	{"PATCH", "/dags/{dag_id}", handle},
	{"DELETE", "/dags/{dag_id}", handle},
	{"GET", "/dags/{dag_id}/runs/{run_id}", handle},
	{"POST", "/dags/~/runs/list", handle},
	{"GET", "/dags/{name}/tasks", handle},
	{"GET", "/dags/stats", handle},
	{NULL},
};

struct lookup {
	const char *method, *target;
	enum router_result result;
	const char *path; /* of the route, or the methods allowed */
};

static const struct lookup lookups[] = {
	{"GET", "/", ROUTER_FOUND, "/"},
	{"GET", "/dags", ROUTER_FOUND, "/dags"},
	{"GET", "/dags?limit=1", ROUTER_FOUND, "/dags"},
	{"HEAD", "/dags", ROUTER_FOUND, "/dags"},
	{"GET", "/%64ags", ROUTER_FOUND, "/dags"},
	{"GET", "/dags/x", ROUTER_FOUND, "/dags/{dag_id}"},
	{"PATCH", "/dags/x", ROUTER_FOUND, "/dags/{dag_id}"},
	{"GET", "/dags/stats", ROUTER_FOUND, "/dags/stats"},
	{"PATCH", "/dags/stats", ROUTER_FOUND, "/dags/{dag_id}"},
	{"GET", "/dags/stats/tasks", ROUTER_FOUND, "/dags/{name}/tasks"},
	{"GET", "/dags/x/runs/y", ROUTER_FOUND, "/dags/{dag_id}/runs/{run_id}"},
	{"POST", "/dags/~/runs/list", ROUTER_FOUND, "/dags/~/runs/list"},
	{"GET", "/dags/~/runs/list", ROUTER_FOUND, "/dags/{dag_id}/runs/{run_id}"},
	{"GET", "/dags/x%2Fruns%2Fy", ROUTER_FOUND, "/dags/{dag_id}"},
	{"GET", "/dags%2Fx", ROUTER_NO_PATH, ""},
	{"GET", "/dags/", ROUTER_NO_PATH, ""},
	{"GET", "//dags", ROUTER_NO_PATH, ""},
	{"GET", "/dags//runs/y", ROUTER_NO_PATH, ""},
	{"GET", "/Dags", ROUTER_NO_PATH, ""},
	{"GET", "/dags;x", ROUTER_NO_PATH, ""},
	{"GET", "/dags/x/tasks/", ROUTER_NO_PATH, ""},
	{"PUT", "/dags/x", ROUTER_NO_METHOD, "GET, HEAD, PATCH, DELETE"},
	{"get", "/dags", ROUTER_NO_METHOD, "GET, HEAD"},
	{"PUT", "/dags/~/runs/list", ROUTER_NO_METHOD, "POST, GET, HEAD"},
	{"HEAD", "/dags/~/runs/list", ROUTER_FOUND, "/dags/{dag_id}/runs/{run_id}"},
};

static void test_lookups(void)
{
	struct router *router = router_new(routes);
	for (size_t i = 0; i < G_N_ELEMENTS(lookups); i++) {
		const struct lookup *lookup = &lookups[i];
		g_test_message("%s %s", lookup->method, lookup->target);
		struct arena *arena = arena_new();
		g_autoptr(GString) allow = g_string_new("left over");
		struct target target;
		const char *why = NULL;
		const struct route *route;
		g_assert_true(target_parse(&target, arena, lookup->target, &why));
		g_assert_cmpint(router_find(router, lookup->method, target.segments, &route, allow),
			==, lookup->result);
		g_assert_cmpstr(lookup->result == ROUTER_FOUND ? route->path : allow->str, ==,
			lookup->path);
		arena_free(arena);
	}
	router_free(router);
}

static void test_names(void)
{
	static const struct route route = {
		"GET", "/dags/{dag_id}/runs/{dag}/dag_id/{dag_id_2}", handle};
	g_assert_cmpint(route_segment(&route, "dag_id"), ==, 1);
	g_assert_cmpint(route_segment(&route, "dag"), ==, 3);
	g_assert_cmpint(route_segment(&route, "dag_id_2"), ==, 5);
	g_assert_cmpint(route_segment(&route, "dags"), ==, -1);
	g_assert_cmpint(route_segment(&route, "{dag_id"), ==, -1);
}

/* Segments joined by `|`, then each pair of the query as ` name=value`. */
static char *target_text(const struct target *target)
{
	GString *text = g_string_new(NULL);
	for (const char *const *segment = target->segments; *segment; segment++)
		g_string_append_printf(
			text, "%s%s", segment == target->segments ? "" : "|", *segment);
	for (size_t i = 0; i < target->n_query; i++)
		g_string_append_printf(
			text, " %s=%s", target->query[i].name, target->query[i].value);
	return g_string_free(text, FALSE);
}

static const struct {
	const char *raw, *expected;
} targets[] = {
	{"/", ""},
	{"/?", ""},
	{"/a/b", "a|b"},
	{"/a/", "a|"},
	{"/a%2fb/c", "a/b|c"},
	{"/a+b", "a+b"},
	{"/%C3%A9", "é"},
	{"/é", "é"},
	{"/a%25b", "a%b"},
	{"/a/...", "a|..."},
	{"/?a=1&b=2&a=3", " a=1 b=2 a=3"},
	{"/?a", " a="},
	{"/?=x", " =x"},
	{"/?a=b=c", " a=b=c"},
	{"/?&&a=1&", " a=1"},
	{"/?q=a+b%2Bc", " q=a b+c"},
	{"/?q=a%26b", " q=a&b"},
	{"/x?q=/../?", "x q=/../?"},
};

static void test_targets(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
		struct arena *arena = arena_new();
		struct target target;
		const char *why = NULL;
		g_assert_true(target_parse(&target, arena, targets[i].raw, &why));
		g_autofree char *text = target_text(&target);
		g_assert_cmpstr(text, ==, targets[i].expected);
		arena_free(arena);
	}
}

static const char *const refused[] = {"", "*", "dags", "http://x/dags", "/a%00", "/%00", "/a%",
	"/a%4", "/a%zz", "/%ff", "/%C3", "/\xff", "/%ed%a0%80", "/..", "/a/../b", "/a/%2e%2e/b",
	"/a/.", "/%2E", "/a b", "/a\tb", "/a\x7f", "/?a=%00", "/?a=%", "/?%ff=1", "/?a=\x01"};

static void test_refused(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *shown = g_strescape(refused[i], NULL);
		g_test_message("\"%s\"", shown);
		struct arena *arena = arena_new();
		struct target target;
		const char *why = NULL;
		g_assert_false(target_parse(&target, arena, refused[i], &why));
		g_assert_nonnull(why);
		g_assert_true(g_str_has_prefix(why, "the address "));
		arena_free(arena);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/router/literal_segments_go_before_braces", test_lookups);
	g_test_add_func("/router/a_segment_is_found_by_its_whole_name", test_names);
	g_test_add_func("/target/it_is_split_before_it_is_decoded", test_targets);
	g_test_add_func("/target/what_two_parsers_could_read_differently_is_refused", test_refused);
	return g_test_run();
}
