/* SPDX-License-Identifier: MIT */
/* A tree with one level a segment; a path that a literal branch does not lead to an end is tried
 * again in braces. */
#include "daemon/http/router.h"

#include <string.h>

struct node {
	char *literal;       /* NULL: any segment */
	GPtrArray *literals; /* of struct node: children with a literal segment */
	struct node *any;
	GPtrArray *routes; /* of const struct route: what ends here, one a method */
};

struct router {
	struct node *root;
};

static void node_free(void *data)
{
	struct node *node = data;
	if (!node)
		return;
	g_free(node->literal);
	g_ptr_array_unref(node->literals);
	g_ptr_array_unref(node->routes);
	node_free(node->any);
	g_free(node);
}

static struct node *node_new(const char *literal)
{
	struct node *node = g_new0(struct node, 1);
	node->literal = g_strdup(literal);
	node->literals = g_ptr_array_new_with_free_func(node_free);
	node->routes = g_ptr_array_new();
	return node;
}

static struct node *literal_child(const struct node *node, const char *segment)
{
	for (unsigned i = 0; i < node->literals->len; i++) {
		struct node *child = g_ptr_array_index(node->literals, i);
		if (strcmp(child->literal, segment) == 0)
			return child;
	}
	return NULL;
}

static struct node *child_get(struct node *node, const char *segment)
{
	if (segment[0] == '{') {
		if (!node->any)
			node->any = node_new(NULL);
		return node->any;
	}
	struct node *child = literal_child(node, segment);
	if (!child) {
		child = node_new(segment);
		g_ptr_array_add(node->literals, child);
	}
	return child;
}

static const struct route *node_route(const struct node *node, const char *method)
{
	for (unsigned i = 0; i < node->routes->len; i++) {
		const struct route *route = g_ptr_array_index(node->routes, i);
		if (strcmp(route->method, method) == 0)
			return route;
	}
	return NULL;
}

static void route_add(struct router *router, const struct route *route)
{
	g_assert(route->path[0] == '/');
	struct node *node = router->root;
	g_auto(GStrv) segments = g_strsplit(route->path + 1, "/", -1);
	for (char **segment = segments; *segment; segment++)
		node = child_get(node, *segment);
	g_assert(!node_route(node, route->method));
	g_ptr_array_add(node->routes, (void *)route);
}

struct router *router_new(const struct route *routes)
{
	struct router *router = g_new0(struct router, 1);
	router->root = node_new(NULL);
	for (const struct route *route = routes; route->method; route++)
		route_add(router, route);
	return router;
}

void router_free(struct router *router)
{
	if (!router)
		return;
	node_free(router->root);
	g_free(router);
}

static void allow_add(GString *allow, const char *method)
{
	if (strstr(allow->str, method))
		return;
	g_string_append_printf(allow, "%s%s", allow->len > 0 ? ", " : "", method);
	if (strcmp(method, "GET") == 0)
		g_string_append(allow, ", HEAD");
}

static const struct route *find_below(
	const struct node *node, const char *method, const char *const *segments, GString *allow)
{
	if (!*segments) {
		for (unsigned i = 0; i < node->routes->len; i++)
			allow_add(allow,
				((const struct route *)g_ptr_array_index(node->routes, i))->method);
		return node_route(node, method);
	}
	const struct node *literal = literal_child(node, *segments);
	const struct route *found =
		literal ? find_below(literal, method, segments + 1, allow) : NULL;
	if (!found && node->any && **segments)
		found = find_below(node->any, method, segments + 1, allow);
	return found;
}

enum router_result router_find(const struct router *router, const char *method,
	const char *const *segments, const struct route **route, GString *allow)
{
	g_string_truncate(allow, 0);
	*route = find_below(router->root, method, segments, allow);
	if (!*route && strcmp(method, "HEAD") == 0)
		*route = find_below(router->root, "GET", segments, allow);
	if (*route)
		return ROUTER_FOUND;
	return allow->len > 0 ? ROUTER_NO_METHOD : ROUTER_NO_PATH;
}

int route_segment(const struct route *route, const char *name)
{
	size_t len = strlen(name);
	int i = 0;
	for (const char *at = route->path + 1; *at; i++) {
		size_t size = strcspn(at, "/");
		if (size == len + 2 && at[0] == '{' && strncmp(at + 1, name, len) == 0)
			return i;
		at += size + (at[size] == '/');
	}
	return -1;
}
