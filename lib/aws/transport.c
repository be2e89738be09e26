/* SPDX-License-Identifier: MIT */
#include "lib/aws/transport.h"

#include "lib/aws/environment.h"

static bool is_tls(const struct http_request *request)
{
	return g_str_has_prefix(request->url, "https:");
}

static void patience_set(struct http_request *request, const struct s3_settings *settings)
{
	long connect_ms = (long)(settings->connect_timeout_s * 1000);
	long read_ms = (long)(settings->read_timeout_s * 1000);
	if (connect_ms > 0)
		request->connect_timeout_ms = connect_ms;
	if (read_ms > 0 && request->timeout_ms > 0)
		request->timeout_ms = request->connect_timeout_ms + read_ms;
	request->stall_s = MAX(request->stall_s, (long)(settings->read_timeout_s + 0.99));
}

/* AWS_CA_BUNDLE is looked at where the certificates are read. */
static const char *machine_ca_file(const struct aws_profile *profile)
{
	return aws_environment("AWS_CA_BUNDLE") ? NULL : aws_profile_get(profile, "ca_bundle");
}

void transport_set(struct http_request *request, const struct s3_settings *settings,
	const struct aws_profile *profile)
{
	patience_set(request, settings);
	request->proxy = is_tls(request) ? settings->https_proxy : settings->http_proxy;
	request->ca_file = settings->ca_file ? settings->ca_file : machine_ca_file(profile);
	request->is_unverified = settings->verifies == AWS_NO;
}

unsigned transport_tries(
	const struct s3_settings *settings, const struct aws_profile *profile, unsigned usual)
{
	const char *text = aws_environment("AWS_MAX_ATTEMPTS");
	guint64 max_tries = (guint64)settings->max_tries;
	if (!text)
		text = aws_profile_get(profile, "max_attempts");
	if (max_tries == 0
		&& (!text || !g_ascii_string_to_unsigned(text, 10, 1, 50, &max_tries, NULL)))
		max_tries = usual;
	return (unsigned)max_tries;
}

void transport_set_for_token(struct http_request *request, const struct s3_settings *settings,
	const struct aws_profile *profile)
{
	patience_set(request, settings);
	request->proxy = is_tls(request) ? settings->https_proxy : NULL;
	request->ca_file = machine_ca_file(profile);
}
