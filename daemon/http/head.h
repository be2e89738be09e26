/* SPDX-License-Identifier: MIT */
/* What matters in the header fields of a request, and which requests are refused for them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

struct head {
	uint64_t content_length;  /* 0 when absent */
	const char *content_type; /* NULL when absent; libmicrohttpd's */
	const char *accept;       /* the same */
	bool is_chunked;
	bool expects_continue; /* the client waits for leave to send its body */
};

/*
 * Refuses what two parsers could read differently, and so slip a second request past one of them:
 * several lengths, a length beside chunks, other encodings, not exactly one Host, names that are no
 * tokens. False: *why says what is wrong, and nothing that follows on the connection can be
 * trusted.
 */
bool head_read(struct head *head, struct MHD_Connection *mhd, const char **why);
