/* SPDX-License-Identifier: MIT */
/* Who a mail is from and for. */
#pragma once

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

struct address {
	char *name; /* NULL: none */
	char *mailbox;
};

/* A list of texts, or one with commas or semicolons, added to an array of struct address. */
bool addresses_read(GPtrArray *addresses, const char *what, const json_t *value, GError **error);
bool address_read(const char *what, const char *text, struct address **address, GError **error);
GPtrArray *addresses_new(void);
void address_free(struct address *address);

/* As it stands in a header. */
char *address_text(const struct address *address);
char *addresses_text(const GPtrArray *addresses);
/* A text of any characters as the value of a header: RFC 2047 where it is not plain ASCII. */
char *header_text(const char *text);
