/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lib/aws/s3_request.h"
#include "lib/aws/s3_xml.h"
#include "lib/aws/xml.h"
#include "lib/base/instant.h"

/* So many buckets an account can have are in one answer. */
#define LIST_MAX (8 << 20)

static void on_element(void *data, const char *path, const char *text)
{
	struct s3_buckets *buckets = data;
	buckets->is_list |= strcmp(path, "ListAllMyBucketsResult") == 0;
	buckets->n += strcmp(path, "ListAllMyBucketsResult/Buckets/Bucket") == 0;
}

/* There are servers that say it of a right signature only, and others that say it of any. */
static bool is_denial(const struct http_answer *answer)
{
	struct s3_complaint complaint = {0};
	if (answer->failure != CURLE_OK || answer->status != 403)
		return false;
	s3_complaint_read(answer->body->str, answer->body->len, &complaint);
	bool is = g_strcmp0(complaint.code, "AccessDenied") == 0;
	s3_complaint_clear(&complaint);
	return is;
}

bool s3_buckets_read(struct s3 *s3, struct s3_buckets *buckets, GError **error)
{
	const struct s3_request request = {
		.method = "GET", .body_max = LIST_MAX, .need = "s3:ListAllMyBuckets"};
	struct s3_patience patience = s3_patience(s3);
	enum s3_outcome outcome = S3_AGAIN;
	g_autoptr(GError) why = NULL;
	*buckets = (struct s3_buckets){0};
	while (outcome == S3_AGAIN) {
		struct http_answer answer;
		outcome = s3_try(s3, &request, &patience, &answer, &why);
		if (outcome == S3_DONE)
			xml_read(answer.body->str, answer.body->len, on_element, buckets);
		if (outcome == S3_FAILED)
			buckets->are_denied = is_denial(&answer);
		http_answer_clear(&answer);
	}
	if (outcome == S3_FAILED && !buckets->are_denied)
		g_propagate_error(error, g_steal_pointer(&why));
	else if (outcome == S3_DONE && !buckets->is_list)
		g_set_error(error, LIB_ERROR, 0, "%s does not speak S3: it answers without a list",
			s3->endpoint);
	else
		return true;
	return false;
}
