/* SPDX-License-Identifier: MIT */
/* Finds which route a method and a path belong to. */
#pragma once

#include <glib.h>

#include "daemon/http/http.h"

struct router;

enum router_result {
	ROUTER_FOUND,
	ROUTER_NO_PATH,   /* no route has this path: 404 */
	ROUTER_NO_METHOD, /* one has, with other methods: 405 */
};

/* `routes` ends with a NULL method and must outlive the router. Two routes of one method and path
 * are a bug. */
struct router *router_new(const struct route *routes);
void router_free(struct router *router);

/*
 * A literal segment goes before one in braces, which takes any segment but an empty one. `allow`
 * gets the methods that the path has, as the header Allow wants them. HEAD is answered where GET
 * is.
 */
enum router_result router_find(const struct router *router, const char *method,
	const char *const *segments, const struct route **route, GString *allow);

/* Where in the path the segment `{name}` stands, counted from 0; -1: nowhere. */
int route_segment(const struct route *route, const char *name);
