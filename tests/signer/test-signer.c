/* SPDX-License-Identifier: MIT */
/* Signs the requests that stand on stdin, a JSON object a line, and prints a line of JSON for each:
 * what was signed, and the Authorization header. */
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/http.h"
#include "lib/aws/sigv4.h"

static const char *text_of(const json_t *request, const char *name)
{
	return json_string_value(json_object_get(request, name));
}

/* `[[name, value] ...]` behind what is there already. */
static void pairs_add(GArray *pairs, const json_t *list)
{
	size_t i;
	const json_t *pair;
	json_array_foreach(list, i, pair)
	{
		const struct sigv4_pair one = {json_string_value(json_array_get(pair, 0)),
			json_string_value(json_array_get(pair, 1))};
		g_array_append_val(pairs, one);
	}
}

static void pair_add(GArray *pairs, const char *name, const char *value)
{
	const struct sigv4_pair pair = {name, value};
	if (value)
		g_array_append_val(pairs, pair);
}

static void sign(const json_t *asked, const struct http_origin *origin)
{
	const char *service = text_of(asked, "service");
	g_autoptr(GArray) headers = g_array_new(FALSE, FALSE, sizeof(struct sigv4_pair));
	g_autoptr(GArray) parameters = g_array_new(FALSE, FALSE, sizeof(struct sigv4_pair));
	g_autofree char *hash =
		g_compute_checksum_for_string(G_CHECKSUM_SHA256, text_of(asked, "body"), -1);
	g_autofree char *key = sigv4_encode_path(text_of(asked, "key"));
	g_autofree char *path = g_strconcat(origin->path, "/", key, NULL);
	int64_t at = json_integer_value(json_object_get(asked, "at_us"));
	g_autofree char *date = sigv4_date(at);
	pairs_add(parameters, json_object_get(asked, "parameters"));
	g_autofree char *query =
		sigv4_query((const struct sigv4_pair *)parameters->data, parameters->len);
	pairs_add(headers, json_object_get(asked, "headers"));
	pair_add(headers, "host", origin->authority);
	pair_add(headers, "x-amz-date", date);
	pair_add(headers, "x-amz-content-sha256", g_str_equal(service, "s3") ? hash : NULL);
	pair_add(headers, "x-amz-security-token", text_of(asked, "token"));
	const struct sigv4_request request = {
		.method = text_of(asked, "method"),
		.path = path,
		.query = query,
		.headers = (const struct sigv4_pair *)headers->data,
		.n_headers = headers->len,
		.payload_hash = hash,
		.region = text_of(asked, "region"),
		.service = service,
		.at = at,
	};
	const struct sigv4_key keys = {text_of(asked, "key_id"), text_of(asked, "secret")};
	g_autofree char *canonical = sigv4_canonical_request(&request);
	g_autofree char *authorization = sigv4_authorization(&request, &keys);
	json_t *answer =
		json_pack("{s:s, s:s}", "canonical", canonical, "authorization", authorization);
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(answer);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, stdin) > 0) {
		struct http_origin origin = {0};
		json_t *asked = json_loads(line, 0, NULL);
		g_assert_true(http_origin_parse(text_of(asked, "endpoint"), &origin, NULL));
		sign(asked, &origin);
		http_origin_clear(&origin);
		json_decref(asked);
	}
	free(line);
	return 0;
}
