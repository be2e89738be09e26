/* SPDX-License-Identifier: MIT */
#include "lib/aws/identity.h"

#include "lib/aws/environment.h"
#include "lib/aws/s3_request.h"
#include "lib/aws/sts.h"

static char *sts_text(const struct s3 *s3, GError **error)
{
	const struct aws_credentials *keys = s3->credentials;
	const struct sts sts = {
		.region = s3->region,
		.is_of_settings = true,
		.profile = s3->profile,
		.settings = s3->settings,
	};
	struct sts_identity identity;
	if (!sts_caller_identity(&sts, keys, &identity, error))
		return NULL;
	char *text = g_strdup_printf(
		"AWS account %s, %s, region %s, with access key \"%s\" (from %s)", identity.account,
		identity.arn, s3->region, keys->access_key_id, keys->found_in);
	g_free(identity.account);
	g_free(identity.arn);
	return text;
}

static char *buckets_text(struct s3 *s3, GError **error)
{
	struct s3_buckets buckets;
	if (!s3_buckets_read(s3, &buckets, error))
		return NULL;
	const struct aws_credentials *keys = s3->credentials;
	if (buckets.are_denied)
		return g_strdup_printf("S3 at %s denies access key \"%s\" (from %s) the list of "
				       "buckets: whether it knows the key could not be told",
			s3->endpoint, keys->access_key_id, keys->found_in);
	return g_strdup_printf(
		"S3 at %s knows access key \"%s\" (from %s), which may list buckets: %u",
		s3->endpoint, keys->access_key_id, keys->found_in, buckets.n);
}

char *aws_identity_text(const struct s3_settings *settings, GError **error)
{
	struct s3 *s3 = s3_open(settings, error);
	if (!s3)
		return NULL;
	bool at_sts = s3->at_aws || aws_environment("AWS_ENDPOINT_URL_STS");
	char *text = at_sts ? sts_text(s3, error) : buckets_text(s3, error);
	s3_close(s3);
	return text;
}
