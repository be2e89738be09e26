/* SPDX-License-Identifier: MIT */
/* A collection of the target, called as `shop.orders`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <mongoc/mongoc.h>

/*
 * How many documents it holds, by the server's own count: counting them would read all of them.
 * -1: there is no such collection. False: an error.
 */
bool collection_count(mongoc_client_t *client, const char *name, int64_t *n, GError **error);

/* The first of `names` (NULL-terminated) that holds documents; NULL: none, or an error. */
const char *collection_filled(mongoc_client_t *client, const char *const *names, GError **error);
