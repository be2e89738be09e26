/* SPDX-License-Identifier: MIT */
#include "lib/aws/role.h"

#include <arpa/inet.h>
#include <string.h>

#include <jansson.h>

#include "lib/aws/failure.h"
#include "lib/aws/http.h"
#include "lib/base/instant.h"

#define TRIES 3
#define PAUSE_US (SECOND_US / 2)
#define TOKEN_FILE_MAX (16 << 10)

static const char *environment(const char *name)
{
	const char *value = g_getenv(name);
	return value && *value ? value : NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text && *text ? text : NULL;
}

static bool expiry_parse(const char *text, int64_t *at)
{
	bool has_offset;
	int offset_s;
	if (!text || !instant_parse(text, at, &has_offset, &offset_s, NULL))
		return false;
	*at -= offset_s * SECOND_US;
	return true;
}

struct aws_credentials *aws_role_parse(const char *text, const char *found_in, GError **error)
{
	json_t *answer = json_loads(text, 0, NULL);
	struct aws_credentials *credentials = NULL;
	const char *id = text_of(answer, "AccessKeyId"),
		   *secret = text_of(answer, "SecretAccessKey");
	const char *token = text_of(answer, "Token"), *code = text_of(answer, "Code");
	int64_t expires_at;
	if (id && secret && token && expiry_parse(text_of(answer, "Expiration"), &expires_at)) {
		credentials = g_new(struct aws_credentials, 1);
		*credentials = (struct aws_credentials){
			.access_key_id = g_strdup(id),
			.secret_access_key = g_strdup(secret),
			.session_token = g_strdup(token),
			.expires_at = expires_at,
			.found_in = g_strdup(found_in),
		};
	} else if (code && strcmp(code, "Success") != 0) {
		const char *message = text_of(answer, "Message");
		g_set_error(error, LIB_ERROR, 0, "%s answered %s: %s", found_in, code,
			message ? message : "no reason given");
	} else {
		g_set_error(error, LIB_ERROR, 0,
			"%s answered without AccessKeyId, SecretAccessKey, Token and Expiration",
			found_in);
	}
	json_decref(answer);
	return credentials;
}

struct ask {
	const char *method, *url, *header; /* one header, or NULL */
	const char *what;                  /* for messages */
};

/* The body of a 200, or NULL. Tried again when the service is away, overloaded or broken. */
static char *ask(CURL *curl, const struct ask *ask, GError **error)
{
	const char *headers[] = {ask->header, NULL};
	for (int n_tries = 1;; n_tries++) {
		struct http_answer answer;
		http_exchange(curl,
			&(struct http_request){
				.method = ask->method,
				.url = ask->url,
				.headers = ask->header ? headers : NULL,
				.body = strcmp(ask->method, "PUT") == 0 ? "" : NULL,
				.direct = true,
				.connect_timeout_ms = 1000,
				.timeout_ms = 2000,
			},
			&answer);
		bool answered = answer.failure == CURLE_OK,
		     passing = !answered || answer.status >= 500 || answer.status == 429;
		char *body = answered && answer.status == 200 ? g_strdup(answer.body->str) : NULL;
		if (!body && (!passing || n_tries == TRIES)) {
			if (answered)
				g_set_error(error, LIB_ERROR, 0, "%s answered with status %ld",
					ask->what, answer.status);
			else
				g_set_error(error, LIB_ERROR, 0, "%s does not answer: %s",
					ask->what, answer.failure_text);
		}
		http_answer_clear(&answer);
		if (body || !passing || n_tries == TRIES)
			return body;
		g_usleep(PAUSE_US);
	}
}

bool aws_container_role_named(void)
{
	return environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
		|| environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
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
static char *container_token(GError **error)
{
	const char *path = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	g_autofree char *token = g_strdup(environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
	if (path) {
		g_autoptr(GError) why = NULL;
		gsize size = 0;
		g_clear_pointer(&token, g_free);
		if (!g_file_get_contents(path, &token, &size, &why)) {
			g_set_error(error, AWS_LASTING_ERROR, 0,
				"cannot read the token of the container's role: %s", why->message);
			return NULL;
		}
		if (size == 0 || size > TOKEN_FILE_MAX) {
			g_set_error(error, AWS_LASTING_ERROR, 0, "%s holds no token: %zu bytes",
				path, size);
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

struct aws_credentials *aws_container_role(GError **error)
{
	const char *relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	if (relative && *relative != '/') {
		g_set_error(error, AWS_LASTING_ERROR, 0,
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is \"%s\"; a path from / is "
			"expected",
			relative);
		return NULL;
	}
	g_autofree char *url =
		relative ? g_strconcat("http://169.254.170.2", relative, NULL) : g_strdup(full);
	if (!url_is_safe(url, error))
		return NULL;
	GError *why = NULL;
	g_autofree char *token = container_token(&why);
	if (why) {
		g_propagate_error(error, why);
		return NULL;
	}
	g_autofree char *header = token ? g_strconcat("Authorization: ", token, NULL) : NULL;
	CURL *curl = curl_easy_init();
	const struct ask question = {"GET", url, header, "the service of the container's role"};
	g_autofree char *body = ask(curl, &question, error);
	curl_easy_cleanup(curl);
	return body ? aws_role_parse(body, "the service of the container's role", error) : NULL;
}

/* The address of the metadata service, without a slash at its end. */
static char *metadata_address(GError **error)
{
	const char *given = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	if (!given)
		return g_strdup(mode && g_ascii_strcasecmp(mode, "ipv6") == 0
				? "http://[fd00:ec2::254]"
				: "http://169.254.169.254");
	struct http_origin origin = {0};
	if (!http_origin_parse(given, &origin, error)) {
		g_prefix_error(error, "AWS_EC2_METADATA_SERVICE_ENDPOINT: ");
		return NULL;
	}
	char *address = g_strdup_printf("%s://%s%s", origin.scheme, origin.authority, origin.path);
	http_origin_clear(&origin);
	return address;
}

static bool role_name_is_plain(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("+=,.@_-", *p))
			return false;
	return *name != '\0';
}

static struct aws_credentials *instance_role(CURL *curl, const char *address, GError **error)
{
	static const char what[] = "the instance's metadata service";
	static const char path[] = "/latest/meta-data/iam/security-credentials/";
	g_autofree char *token_url = g_strconcat(address, "/latest/api/token", NULL);
	g_autofree char *list_url = g_strconcat(address, path, NULL);
	g_autofree char *token = ask(curl,
		&(struct ask){
			"PUT", token_url, "x-aws-ec2-metadata-token-ttl-seconds: 21600", what},
		error);
	if (!token)
		return NULL;
	if (!*token || strpbrk(token, "\r\n")) {
		g_set_error(error, LIB_ERROR, 0, "%s gave no usable session token", what);
		return NULL;
	}
	g_autofree char *header = g_strconcat("x-aws-ec2-metadata-token: ", token, NULL);
	g_autofree char *roles = ask(curl, &(struct ask){"GET", list_url, header, what}, error);
	if (!roles) {
		g_prefix_error(error, "the instance has no role, it seems: ");
		return NULL;
	}
	char *role = g_strchomp(roles);
	role[strcspn(role, "\r\n")] = '\0';
	if (!role_name_is_plain(role)) {
		g_set_error(error, AWS_LASTING_ERROR, 0, "%s names no role of the instance", what);
		return NULL;
	}
	g_autofree char *role_url = g_strconcat(list_url, role, NULL);
	g_autofree char *body = ask(curl, &(struct ask){"GET", role_url, header, what}, error);
	return body ? aws_role_parse(body, what, error) : NULL;
}

struct aws_credentials *aws_instance_role(GError **error)
{
	const char *disabled = environment("AWS_EC2_METADATA_DISABLED");
	if (disabled && g_ascii_strcasecmp(disabled, "true") == 0) {
		g_set_error(error, AWS_LASTING_ERROR, 0, "AWS_EC2_METADATA_DISABLED is set");
		return NULL;
	}
	g_autofree char *address = metadata_address(error);
	if (!address)
		return NULL;
	CURL *curl = curl_easy_init();
	struct aws_credentials *credentials = instance_role(curl, address, error);
	curl_easy_cleanup(curl);
	return credentials;
}
