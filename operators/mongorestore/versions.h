/* SPDX-License-Identifier: MIT */
/* Whether the versions of dump, server and mongorestore go together. */
#pragma once

#include <glib.h>

/*
 * What speaks against a dump that was made of a server and by a mongodump of these versions (NULL:
 * it does not tell) at this server and with this mongorestore, as a sentence (g_free); NULL:
 * nothing. Versions are texts such as `8.2.11` and `100.10.0`.
 */
char *server_complaint(const char *dumped_from, const char *server);
char *tool_complaint(const char *mongodump, const char *mongorestore);

/* The same for a time series (NULL: there is none) that holds documents of its own, not buckets. */
char *series_complaint(const char *series, const char *mongorestore);

/* What `program --version` says its version is (g_free); NULL when it does not. */
char *mongorestore_version(const char *program);
