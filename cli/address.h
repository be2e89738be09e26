/* SPDX-License-Identifier: MIT */
/* Which dagd is meant, and the folders of its home. */
#pragma once

#include <glib.h>

struct address {
	char *home;   /* NULL: the folders of the system */
	char *socket; /* where to ask, unless url */
	char *url;    /* of --url, or NULL */
	char *config; /* dagd.yaml */
	char *dags;
	char *operators;
};

/*
 * `home` and `url` are the options, or NULL. Without them: $DAGD_HOME, else ~/dagd if a socket is
 * there, else the system's (/run/dagd/dagd.sock) if that is there, else ~/dagd if there is one.
 */
void address_find(const char *home, const char *url, struct address *address);
void address_clear(struct address *address);
