/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lib/aws/s3_request.h"
#include "lib/aws/s3_xml.h"
#include "lib/base/instant.h"

/* A thousand keys of 1,024 bytes, each byte escaped, are less than half of it. */
#define PAGE_MAX (8 << 20)

static bool page_fetch(struct s3 *s3, const char *bucket, const char *prefix, const char *token,
	struct s3_page *page, GError **error)
{
	struct sigv4_pair query[5] = {
		{"list-type", "2"},
		{"max-keys", "1000"},
		{"encoding-type", "url"},
		{"prefix", prefix ? prefix : ""},
		{"continuation-token", token},
	};
	const struct s3_request request = {
		.method = "GET",
		.bucket = bucket,
		.query = query,
		.n_query = token ? 5 : 4,
		.body_max = PAGE_MAX,
		.need = "s3:ListBucket",
	};
	struct http_answer answer;
	if (!s3_send(s3, &request, &answer, error))
		return false;
	bool read = s3_page_read(answer.body->str, answer.body->len, page, error);
	if (!read) {
		g_prefix_error(error, "bucket \"%s\" at %s: ", bucket, s3->endpoint);
		s3_page_clear(page);
	}
	http_answer_clear(&answer);
	return read;
}

bool s3_list(struct s3 *s3, const char *bucket, const char *prefix, s3_visitor *visit, void *data,
	GError **error)
{
	g_autofree char *token = NULL;
	for (bool more = true; more;) {
		struct s3_page page;
		if (!page_fetch(s3, bucket, prefix, token, &page, error))
			return false;
		more = page.truncated;
		for (guint i = 0; i < page.objects->len; i++)
			if (!visit(data, &g_array_index(page.objects, struct s3_object, i))) {
				s3_page_clear(&page);
				return true;
			}
		/* Without a new token the next page would be this one again, for ever. */
		bool stuck = more && (!page.token || g_strcmp0(page.token, token) == 0);
		g_free(token);
		token = g_steal_pointer(&page.token);
		s3_page_clear(&page);
		if (stuck) {
			g_set_error(error, LIB_ERROR, 0,
				"bucket \"%s\" at %s: a page of the listing does not say where the "
				"next begins",
				bucket, s3->endpoint);
			return false;
		}
	}
	return true;
}
