/* SPDX-License-Identifier: MIT */
/* The pg_restore that is run: which, of what version, and whether it fits dump and server. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "operators/pg_restore/contents.h"

/* Versions are those of libpq: 150018. */
struct client {
	char *path;
	int version; /* 0: it does not say */
	int server_version;
};

/*
 * The pg_restore on PATH; of several installed beside each other, as Debian does, that of the
 * server's major version. `client` is filled on success: clear it.
 */
bool client_find(int server_version, struct client *client, GError **error);
void client_clear(struct client *client);

/* What speaks against this client at this server, as a sentence (g_free); NULL: nothing. */
char *client_complaint(int client_version, int server_version);

/* A hole of it that is no reason to refuse it, as a sentence (g_free); NULL: none. */
char *client_warning(int client_version);

/*
 * That the client cannot read the dump called `name`, whose versions may be unknown, and what to do
 * (g_free).
 */
char *dump_too_new_text(
	const char *name, const struct contents *contents, const struct client *client);

/* What speaks against restoring the dump. */
char *dump_complaint(const struct contents *contents, int client_version, int server_version);
