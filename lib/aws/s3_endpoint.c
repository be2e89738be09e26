/* SPDX-License-Identifier: MIT */
#include "lib/aws/s3_endpoint.h"

#include <string.h>

#include "lib/aws/endpoint.h"
#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/partition.h"
#include "lib/aws/s3_config.h"
#include "lib/aws/table.h"

static char *aws_url(const struct s3 *s3, const char *region)
{
	return g_strdup_printf("https://s3%s%s.%s.%s", s3->fips == AWS_YES ? "-fips" : "",
		s3->dual_stack == AWS_YES ? ".dualstack" : "", region,
		aws_partition_of(region)->domain);
}

static bool endpoint_set(struct s3 *s3, char *endpoint, GError **error)
{
	g_free(s3->endpoint);
	s3->endpoint = endpoint;
	http_origin_clear(&s3->origin);
	return http_origin_parse(endpoint, &s3->origin, error);
}

/* Who answers must not send a request, and what it carries, into another world. */
bool s3_region_change(struct s3 *s3, const char *region)
{
	if (!region || !aws_region_check(region, NULL) || strcmp(region, s3->region) == 0
		|| aws_partition_of(region) != aws_partition_of(s3->region))
		return false;
	g_free(s3->region);
	s3->region = g_strdup(region);
	return !s3->at_aws || endpoint_set(s3, aws_url(s3, region), NULL);
}

static bool region_find(struct s3 *s3, GError **error)
{
	const char *region = s3->settings->region;
	if (!region)
		region = aws_environment("AWS_REGION");
	if (!region)
		region = aws_environment("AWS_DEFAULT_REGION");
	if (!region)
		region = aws_profile_get(s3->profile, "region");
	s3->region = g_strdup(region ? region : "us-east-1");
	return aws_region_check(s3->region, error);
}

/* What the environment or the profile asks of all services has no meaning at an address that was
 * chosen for this one. */
static bool variant_check(const struct s3 *s3, GError **error)
{
	if (!s3->at_aws)
		return aws_variant_check(s3->settings, s3->endpoint, error);
	if (s3->fips == AWS_YES && !aws_partition_of(s3->region)->has_fips)
		return aws_refuse(
			error, "use_fips_endpoint: S3 has none in region \"%s\"", s3->region);
	return true;
}

static bool address_find(struct s3 *s3, GError **error)
{
	GError *why = NULL;
	enum aws_choice ignored = s3->settings->ignores_configured;
	if (!aws_choose(s3->profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		    "ignore_configured_endpoint_urls", &ignored, error))
		return false;
	char *endpoint = g_strdup(s3->settings->endpoint_url);
	if (!endpoint && ignored != AWS_YES)
		endpoint = aws_endpoint_configured("S3", s3->profile, &why);
	if (why) {
		g_free(endpoint);
		g_propagate_error(error, why);
		return false;
	}
	s3->at_aws = endpoint == NULL;
	return endpoint_set(s3, endpoint ? endpoint : aws_url(s3, s3->region), error)
		&& variant_check(s3, error);
}

static bool addressing_find(struct s3 *s3, GError **error)
{
	const char *style = aws_profile_get(s3->profile, "s3.addressing_style");
	s3->addressing = s3->settings->addressing;
	return s3->addressing != S3_ADDRESSING_AUTO || !style
		|| s3_addressing_parse(
			style, "addressing_style of the profile", &s3->addressing, error);
}

/* As it was said before all services had it. */
static bool nested_dual_stack_find(struct s3 *s3, GError **error)
{
	const char *text = aws_profile_get(s3->profile, "s3.use_dualstack_endpoint");
	return s3->dual_stack != AWS_UNSAID || !text
		|| aws_choice_parse(
			text, "use_dualstack_endpoint of the profile's s3", &s3->dual_stack, error);
}

bool s3_endpoint_find(struct s3 *s3, GError **error)
{
	s3->fips = s3->settings->fips;
	s3->dual_stack = s3->settings->dual_stack;
	return aws_choose(
		       s3->profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &s3->fips, error)
		&& aws_choose(s3->profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint",
			&s3->dual_stack, error)
		&& nested_dual_stack_find(s3, error) && region_find(s3, error)
		&& address_find(s3, error) && addressing_find(s3, error);
}
