/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lib/base/instant.h"
#include "operators/http/call.h"

static int port_of(GUri *url)
{
	int port = g_uri_get_port(url);
	if (port >= 0)
		return port;
	return strcmp(g_uri_get_scheme(url), "https") == 0 ? 443 : 80;
}

static bool is_same_server(GUri *a, GUri *b)
{
	return strcmp(g_uri_get_scheme(a), g_uri_get_scheme(b)) == 0
		&& g_ascii_strcasecmp(g_uri_get_host(a), g_uri_get_host(b)) == 0
		&& port_of(a) == port_of(b);
}

/* As all browsers do: what was sent has been dealt with, its result stands elsewhere. */
static bool becomes_get(const struct call *call, long status)
{
	if (strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0)
		return false;
	return status == 303 || ((status == 301 || status == 302) && !strcmp(call->method, "POST"));
}

static void body_drop(struct call *call)
{
	g_clear_pointer(&call->body, g_free);
	g_clear_pointer(&call->content_type, g_free);
}

bool call_redirect(struct call *call, long status, const char *location, GError **error)
{
	g_autofree char *base = g_uri_to_string(call->url);
	g_autofree char *text = g_uri_resolve_relative(
		base, location, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
	g_autoptr(GUri) url = url_parse(text ? text : "", "where the server redirects to", error);
	if (!url)
		return false;
	if (becomes_get(call, status)) {
		call->method = "GET";
		body_drop(call);
	}
	if (!is_same_server(call->url, url)) {
		g_autofree char *shown = url_shown(url);
		if (call->body && *call->body) {
			g_set_error(error, LIB_ERROR, 0,
				"the server redirects to %s, and what is sent stays with the "
				"server "
				"that was asked; write that URL if it is meant",
				shown);
			return false;
		}
		g_clear_pointer(&call->login, g_free);
		g_ptr_array_set_size(call->headers, 0);
	}
	g_uri_unref(call->url);
	call->url = g_steal_pointer(&url);
	return true;
}
