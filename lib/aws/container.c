/* SPDX-License-Identifier: MIT */
/* The role of a container: a service that the environment names, asked with a token that the
 * orchestrator (ECS, EKS Pod Identity) has put into a variable or a file. */
#include <arpa/inet.h>
#include <string.h>

#include <jansson.h>

#include "lib/aws/environment.h"
#include "lib/aws/failure.h"
#include "lib/aws/metadata.h"
#include "lib/aws/small_file.h"

#define TOKEN_FILE_MAX (16 << 10)

static const char what[] = "the service of the container's role";

bool aws_container_named(void)
{
	return aws_environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
		|| aws_environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

/* A token sent in clear may only reach this machine, or the link-local services of ECS and EKS. */
static bool host_is_near(const char *host)
{
	static const char *const near[] = {
		"localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[::1]", NULL};
	struct in_addr address;
	if (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127)
		return true;
	return g_strv_contains(near, host);
}

static bool url_is_safe(const char *url, GError **error)
{
	struct http_origin origin = {0};
	/* The endpoint's rules refuse a query, which has a place here. */
	g_autofree char *bare = g_strndup(url, strcspn(url, "?#"));
	if (!http_origin_parse(bare, &origin, error))
		return false;
	bool safe = strcmp(origin.scheme, "https") == 0 || host_is_near(origin.host);
	if (!safe)
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"AWS_CONTAINER_CREDENTIALS_FULL_URI names \"%s\" by plain http; only "
			"https, this "
			"machine, 169.254.170.2, 169.254.170.23 and [fd00:ec2::23] are trusted "
			"with the token",
			origin.host);
	http_origin_clear(&origin);
	return safe;
}

/* The file is read anew each time: EKS replaces the token in it. NULL without an error: none is
 * asked for. */
static char *token_read(GError **error)
{
	const char *path = aws_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	g_autofree char *token = g_strdup(aws_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
	if (path) {
		g_free(token);
		token = small_file_read(path, TOKEN_FILE_MAX, error);
		if (!token) {
			g_prefix_error(error, "cannot read the token of the container's role: ");
			return NULL;
		}
		if (!*token) {
			g_set_error(error, AWS_LASTING_ERROR, 0, "%s holds no token", path);
			return NULL;
		}
	}
	if (token && strpbrk(token, "\r\n")) {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"the token of the container's role contains a line break");
		return NULL;
	}
	return g_steal_pointer(&token);
}

/* The URL of the service, where the token may go; the relative form wins, as in AWS's tools. */
static char *url_find(GError **error)
{
	const char *relative = aws_environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = aws_environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	if (relative && *relative != '/') {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is \"%s\"; a path from / is "
			"expected",
			relative);
		return NULL;
	}
	g_autofree char *url =
		relative ? g_strconcat("http://169.254.170.2", relative, NULL) : g_strdup(full);
	return url_is_safe(url, error) ? g_steal_pointer(&url) : NULL;
}

struct aws_credentials *aws_container_credentials(GError **error)
{
	GError *why = NULL;
	g_autofree char *url = url_find(error);
	if (!url)
		return NULL;
	g_autofree char *token = token_read(&why);
	if (why) {
		g_propagate_error(error, why);
		return NULL;
	}
	g_autofree char *header = token ? g_strconcat("Authorization: ", token, NULL) : NULL;
	const struct metadata_request request = {"GET", url, header, what, 3, 2000, 2000};
	CURL *curl = curl_easy_init();
	char *body = metadata_ask(curl, &request, NULL, error);
	curl_easy_cleanup(curl);
	if (!body)
		return NULL;
	json_t *answer = json_loads(body, 0, NULL);
	struct aws_keys keys;
	struct aws_credentials *credentials = metadata_keys(answer, what, &keys, error)
		? aws_credentials_new(&keys, what, error)
		: NULL;
	json_decref(answer);
	aws_secret_free(body);
	return credentials;
}
