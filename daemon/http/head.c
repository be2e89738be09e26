/* SPDX-License-Identifier: MIT */
#include "daemon/http/head.h"

#include <string.h>

#include <glib.h>

struct reading {
	struct head *head;
	unsigned n_hosts, n_lengths, n_encodings;
	const char *host, *length, *encoding;
	bool has_odd_name;
};

static bool is_token(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!g_ascii_isalnum(*name) && !strchr("!#$%&'*+-.^_`|~", *name))
			return false;
	return true;
}

/* libmicrohttpd before 1.0 glues a folded value to the name of its field. */
static bool is_glued(const char *name)
{
	static const char *const framing[] = {"content-length", "transfer-encoding"};
	for (size_t i = 0; i < G_N_ELEMENTS(framing); i++) {
		size_t len = strlen(framing[i]);
		if (g_ascii_strncasecmp(name, framing[i], len) == 0 && name[len])
			return true;
	}
	return false;
}

static enum MHD_Result on_field(
	void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct reading *reading = data;
	if (!value)
		value = "";
	if (!is_token(name) || is_glued(name))
		reading->has_odd_name = true;
	if (g_ascii_strcasecmp(name, "host") == 0) {
		reading->n_hosts++;
		reading->host = value;
	} else if (g_ascii_strcasecmp(name, "content-length") == 0) {
		reading->n_lengths++;
		reading->length = value;
	} else if (g_ascii_strcasecmp(name, "transfer-encoding") == 0) {
		reading->n_encodings++;
		reading->encoding = value;
	} else if (g_ascii_strcasecmp(name, "content-type") == 0) {
		reading->head->content_type = value;
	} else if (g_ascii_strcasecmp(name, "accept") == 0) {
		reading->head->accept = value;
	} else if (g_ascii_strcasecmp(name, "expect") == 0) {
		reading->head->expects_continue = true;
	}
	return MHD_YES;
}

static bool is_host(const char *host)
{
	if (!*host)
		return false;
	for (; *host; host++)
		if (!g_ascii_isalnum(*host) && !strchr("-._~%:[]", *host))
			return false;
	return true;
}

static bool length_read(struct head *head, const char *text)
{
	return g_ascii_isdigit(text[0])
		&& g_ascii_string_to_unsigned(
			text, 10, 0, G_MAXUINT64, &head->content_length, NULL);
}

static const char *mistake(const struct reading *reading)
{
	if (reading->has_odd_name)
		return "the name of a header field is malformed";
	if (reading->n_hosts != 1 || !is_host(reading->host))
		return "exactly one header field Host with a host name is expected";
	if (reading->n_encodings + reading->n_lengths > 1)
		return "at most one Content-Length or Transfer-Encoding is expected";
	if (reading->encoding && g_ascii_strcasecmp(reading->encoding, "chunked") != 0)
		return "no other Transfer-Encoding than chunked is known";
	if (reading->length && !length_read(reading->head, reading->length))
		return "Content-Length is not a number";
	return NULL;
}

bool head_read(struct head *head, struct MHD_Connection *mhd, const char **why)
{
	*head = (struct head){0};
	struct reading reading = {.head = head};
	MHD_get_connection_values(mhd, MHD_HEADER_KIND, on_field, &reading);
	head->is_chunked = reading.n_encodings > 0;
	*why = mistake(&reading);
	return !*why;
}
