/* SPDX-License-Identifier: MIT */
#include "lib/aws/endpoint.h"

#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/http.h"
#include "lib/aws/partition.h"

bool aws_choose(const struct aws_profile *profile, const char *variable, const char *key,
	enum aws_choice *choice, GError **error)
{
	const char *text = aws_environment(variable);
	if (*choice != AWS_UNSAID)
		return true;
	if (text)
		return aws_choice_parse(text, variable, choice, error);
	g_autofree char *what = g_strdup_printf("%s of profile \"%s\"", key, profile->name);
	text = aws_profile_get(profile, key);
	return !text || aws_choice_parse(text, what, choice, error);
}

bool aws_variant_check(const struct s3_settings *settings, const char *endpoint, GError **error)
{
	bool is_asked = settings->fips == AWS_YES || settings->dual_stack == AWS_YES;
	return !is_asked
		|| aws_refuse(error,
			"%s is for endpoints of AWS, but \"%s\" is the address that was chosen; "
			"leave one of them out",
			settings->fips == AWS_YES ? "use_fips_endpoint" : "use_dualstack_endpoint",
			endpoint);
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

/* The address that somebody chose; NULL without an error: nobody did. */
static char *chosen(const struct aws_service *service, const struct aws_profile *profile,
	const struct s3_settings *settings, GError **error)
{
	enum aws_choice ignored = settings->ignores_configured;
	GError *why = NULL;
	g_autofree char *endpoint = g_strdup(service->given);
	if (!aws_choose(profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		    "ignore_configured_endpoint_urls", &ignored, error))
		return NULL;
	if (!endpoint && ignored != AWS_YES)
		endpoint = aws_endpoint_configured(service->id, profile, &why);
	if (why)
		g_propagate_error(error, why);
	if (!endpoint || why
		|| (service->obeys_settings && !aws_variant_check(settings, endpoint, error)))
		return NULL;
	return plain(endpoint, error);
}

/* As AWS calls it. */
static char *usual(const struct aws_service *service, const char *region,
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error)
{
	bool obeys = service->obeys_settings;
	enum aws_choice fips = obeys ? settings->fips : AWS_UNSAID;
	enum aws_choice dual_stack = obeys ? settings->dual_stack : AWS_UNSAID;
	const struct aws_partition *partition = aws_partition_of(region);
	if (!aws_choose(profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &fips, error)
		|| !aws_choose(profile, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint",
			&dual_stack, error)
		|| !aws_region_check(region, error))
		return NULL;
	bool is_dual = dual_stack == AWS_YES;
	if (is_dual && !partition->dual_stack_domain) {
		aws_refuse(error, "use_dualstack_endpoint: %s has none in region \"%s\"",
			service->id, region);
		return NULL;
	}
	bool is_marked = fips == AWS_YES && (is_dual || !partition->is_fips);
	return g_strdup_printf("https://%s%s.%s.%s", service->host, is_marked ? "-fips" : "",
		region, is_dual ? partition->dual_stack_domain : partition->domain);
}

char *aws_endpoint_find(const struct aws_service *service, const char *region,
	const struct aws_profile *profile, const struct s3_settings *settings, GError **error)
{
	GError *why = NULL;
	char *endpoint = chosen(service, profile, settings, &why);
	if (!endpoint && !why)
		endpoint = usual(service, region, profile, settings, &why);
	if (why)
		g_propagate_error(error, why);
	return endpoint;
}
