/* SPDX-License-Identifier: MIT */
/* What a restore would change in the server, told without changing it. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>
#include <mongoc/mongoc.h>

/*
 * Prints which of `collections` (`shop.orders`; NULL-terminated) are there already, with what
 * `fate` (a sentence's end) and how many documents. Adds existing_collections and
 * existing_documents to `result`.
 */
bool rehearsal_run(mongoc_client_t *client, const char *const *collections, const char *fate,
	json_t *result, GError **error);
