/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lib/aws/s3_request.h"
#include "lib/aws/s3_xml.h"
#include "lib/base/instant.h"

/* A thousand keys of 1,024 bytes, each byte escaped, are less than half of it. */
#define PAGE_MAX (8 << 20)
/* Pages without a key are how S3 walks over what was deleted; so many in a row lead nowhere. */
#define EMPTY_MAX 1000

struct listing {
	const char *bucket, *prefix;
};

static bool page_fetch(struct s3 *s3, const struct listing *listing, const char *token,
	struct s3_page *page, GError **error)
{
	struct sigv4_pair query[5] = {
		{"list-type", "2"},
		{"max-keys", "1000"},
		{"encoding-type", "url"},
		{"prefix", listing->prefix},
		{"continuation-token", token},
	};
	const struct s3_request request = {
		.method = "GET",
		.bucket = listing->bucket,
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
		g_prefix_error(error, "bucket \"%s\" at %s: ", listing->bucket, s3->endpoint);
		s3_page_clear(page);
	}
	http_answer_clear(&answer);
	return read;
}

/* How far a listing has come, so that a server that leads in circles is found out. */
struct progress {
	GHashTable *tokens; /* all so far */
	char *first_key;    /* of the last page that had one */
	unsigned n_empty;   /* pages in a row without a key */
};

/* What is wrong with going on after this page, or NULL. */
static const char *progress_check(struct progress *progress, const struct s3_page *page)
{
	const char *first_key =
		page->objects->len ? g_array_index(page->objects, struct s3_object, 0).key : NULL;
	bool is_again = first_key && g_strcmp0(first_key, progress->first_key) == 0;
	progress->n_empty = first_key ? 0 : progress->n_empty + 1;
	if (progress->n_empty > EMPTY_MAX)
		return "there are too many pages without a key, one after the other";
	if (is_again || !page->token || !g_hash_table_add(progress->tokens, g_strdup(page->token)))
		return "a page of the listing does not say where the next begins";
	if (first_key) {
		g_free(progress->first_key);
		progress->first_key = g_strdup(first_key);
	}
	return NULL;
}

static bool page_visit(const struct s3_page *page, s3_visitor *visit, void *data)
{
	for (guint i = 0; i < page->objects->len; i++)
		if (!visit(data, &g_array_index(page->objects, struct s3_object, i)))
			return false;
	return true;
}

static bool pages_visit(struct s3 *s3, const struct listing *listing, struct progress *progress,
	s3_visitor *visit, void *data, GError **error)
{
	g_autofree char *token = NULL;
	for (bool more = true; more;) {
		struct s3_page page;
		if (!page_fetch(s3, listing, token, &page, error))
			return false;
		more = page_visit(&page, visit, data) && page.truncated;
		const char *wrong = more ? progress_check(progress, &page) : NULL;
		g_free(token);
		token = g_steal_pointer(&page.token);
		s3_page_clear(&page);
		if (wrong) {
			g_set_error(error, LIB_ERROR, 0, "bucket \"%s\" at %s: %s", listing->bucket,
				s3->endpoint, wrong);
			return false;
		}
	}
	return true;
}

bool s3_list(struct s3 *s3, const char *bucket, const char *prefix, s3_visitor *visit, void *data,
	GError **error)
{
	const struct listing listing = {bucket, prefix ? prefix : ""};
	struct progress progress = {
		.tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	bool listed = pages_visit(s3, &listing, &progress, visit, data, error);
	g_hash_table_unref(progress.tokens);
	g_free(progress.first_key);
	return listed;
}
