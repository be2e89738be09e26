/* SPDX-License-Identifier: MIT */
#include "lib/aws/endpoint.h"

#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/http.h"
#include "lib/aws/partition.h"

static bool is_true(const struct aws_profile *profile, const char *variable, const char *key)
{
	const char *value = aws_environment(variable);
	if (!value)
		value = aws_profile_get(profile, key);
	return value && g_ascii_strcasecmp(value, "true") == 0;
}

/* `services = NAME` in the profile points to a section with `sts =` and `endpoint_url` below it. */
static char *in_services(const char *id, const struct aws_profile *profile, GError **error)
{
	const char *name = aws_profile_get(profile, "services");
	g_autoptr(GHashTable) section = name ? aws_config_section("services", name, error) : NULL;
	g_autofree char *word = g_ascii_strdown(id, -1);
	g_autofree char *key = g_strconcat(word, ".endpoint_url", NULL);
	return section ? g_strdup(g_hash_table_lookup(section, key)) : NULL;
}

char *aws_endpoint_configured(const char *id, const struct aws_profile *profile, GError **error)
{
	g_autofree char *variable = g_strconcat("AWS_ENDPOINT_URL_", id, NULL);
	const char *endpoint = aws_environment(variable);
	if (!endpoint)
		endpoint = aws_environment("AWS_ENDPOINT_URL");
	if (endpoint)
		return g_strdup(endpoint);
	g_autofree char *listed = in_services(id, profile, error);
	return listed && *listed ? g_steal_pointer(&listed)
				 : g_strdup(aws_profile_get(profile, "endpoint_url"));
}

/* Checked, and without a slash at its end. */
static char *plain(const char *endpoint, GError **error)
{
	struct http_origin origin = {0};
	if (!http_origin_parse(endpoint, &origin, error))
		return NULL;
	char *text = g_strdup_printf("%s://%s%s", origin.scheme, origin.authority, origin.path);
	http_origin_clear(&origin);
	return text;
}

char *aws_endpoint_find(const struct aws_service *service, const char *region,
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error)
{
	bool ignored = settings->ignores_configured == AWS_UNSAID
		? is_true(profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
			"ignore_configured_endpoint_urls")
		: settings->ignores_configured == AWS_YES;
	bool fips = is_true(profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
	GError *why = NULL;
	g_autofree char *endpoint =
		ignored ? NULL : aws_endpoint_configured(service->id, profile, &why);
	if (why) {
		g_propagate_error(error, why);
		return NULL;
	}
	if (endpoint)
		return plain(endpoint, error);
	if (!aws_region_check(region, error))
		return NULL;
	return g_strdup_printf("https://%s.%s.%s", fips ? service->fips_host : service->host,
		region, aws_partition_of(region)->domain);
}
