/* SPDX-License-Identifier: MIT */
/* The part of a connection that is sealed, as one text. */
#pragma once

#include <stdbool.h>

#include "daemon/store/store.h"

/* JSON text of the fields that are set: free with vault_forget. */
char *connection_pack(const struct connection *connection);
/* Fills those fields from it; false: it is not such a text. */
bool connection_unpack(struct connection *connection, const char *text);
