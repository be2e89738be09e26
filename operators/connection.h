/* SPDX-License-Identifier: MIT */
/* Which database server an operator speaks to: its connection, and what stands beside it. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

struct connection {
	char *id;                                /* NULL: everything came from parameters */
	char *type;                              /* conn_type, NULL when there is no connection */
	char *host, *user, *password, *database; /* NULL: not given */
	int port;                                /* 0: not given */
	json_t *extra;                           /* always an object */
	bool is_elsewhere; /* a parameter says another host or port than the connection */
};

/*
 * Reads the resolved connection `arguments[parameter]` (absent is fine), and host, port, user,
 * password and database, each of which wins over the connection's own. Empty text counts as absent.
 * The conn_type must be one of `types` (NULL-terminated, the first is what a message suggests).
 * `connection` is filled on success: clear it.
 */
bool connection_read(const json_t *arguments, const char *parameter, const char *const *types,
	struct connection *connection, GError **error);

/* Forgets the password, too. */
void connection_clear(struct connection *connection);
