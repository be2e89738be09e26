/* SPDX-License-Identifier: MIT */
#include "lib/aws/s3_config.h"

#include <stddef.h>
#include <string.h>

#include "lib/aws/failure.h"

#define TIMEOUT_MAX_S 86400
#define TRIES_MAX 50

enum kind {
	TEXT,
	CHOICE,
	NUMBER,
	MAP,     /* read apart */
	WITHOUT, /* has no meaning here, and does no harm */
	REFUSED, /* would change what is done */
};

struct word {
	const char *name;
	enum kind kind;
	size_t offset; /* in the settings */
	double max;
};

#define AT(field) offsetof(struct s3_settings, field)

static const struct word config_words[] = {
	{"region_name", TEXT, AT(region), 0},
	{"use_fips_endpoint", CHOICE, AT(fips), 0},
	{"use_dualstack_endpoint", CHOICE, AT(dual_stack), 0},
	{"ignore_configured_endpoint_urls", CHOICE, AT(ignores_configured), 0},
	{"connect_timeout", NUMBER, AT(connect_timeout_s), TIMEOUT_MAX_S},
	{"read_timeout", NUMBER, AT(read_timeout_s), TIMEOUT_MAX_S},
	{"s3", MAP, 0, 0},
	{"retries", MAP, 0, 0},
	{"proxies", MAP, 0, 0},
	{"signature_version", MAP, 0, 0},
	{"max_pool_connections", WITHOUT, 0, 0},
	{"tcp_keepalive", WITHOUT, 0, 0},
	{"user_agent", WITHOUT, 0, 0},
	{"user_agent_extra", WITHOUT, 0, 0},
	{"user_agent_appid", WITHOUT, 0, 0},
	{"parameter_validation", WITHOUT, 0, 0},
	{"inject_host_prefix", WITHOUT, 0, 0},
	{"defaults_mode", WITHOUT, 0, 0},
	{"request_min_compression_size_bytes", WITHOUT, 0, 0},
	{"disable_request_compression", WITHOUT, 0, 0},
	{"request_checksum_calculation", WITHOUT, 0, 0},
	{"response_checksum_validation", WITHOUT, 0, 0},
	{"account_id_endpoint_mode", WITHOUT, 0, 0},
	{"client_context_params", REFUSED, 0, 0},
	{"proxies_config", REFUSED, 0, 0},
	{"client_cert", REFUSED, 0, 0},
	{"sigv4a_signing_region_set", REFUSED, 0, 0},
	{"auth_scheme_preference", REFUSED, 0, 0},
};

static const struct word s3_words[] = {
	{"addressing_style", MAP, 0, 0},
	{"use_accelerate_endpoint", MAP, 0, 0},
	{"use_dualstack_endpoint", CHOICE, AT(dual_stack), 0},
	{"payload_signing_enabled", WITHOUT, 0, 0},
	{"us_east_1_regional_endpoint", WITHOUT, 0, 0},
	{"use_arn_region", WITHOUT, 0, 0},
};

static const struct word retries_words[] = {
	{"total_max_attempts", NUMBER, AT(max_tries), TRIES_MAX},
	{"max_attempts", MAP, 0, 0},
	{"mode", WITHOUT, 0, 0},
};

static const struct word proxies_words[] = {
	{"http", TEXT, AT(http_proxy), 0},
	{"https", TEXT, AT(https_proxy), 0},
};

static const struct word *word_find(const struct word *words, size_t n_words, const char *name)
{
	for (size_t i = 0; i < n_words; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

static bool word_take(struct s3_settings *settings, const struct aws_table *table,
	const struct word *word, GError **error)
{
	void *field = (char *)settings + word->offset;
	switch (word->kind) {
	case TEXT:
		return aws_table_text(table, word->name, field, error);
	case CHOICE:
		return aws_table_choice(table, word->name, field, error);
	case NUMBER:
		return aws_table_number(table, word->name, word->max, field, error);
	case MAP:
	case WITHOUT:
		return true;
	case REFUSED:
		break;
	}
	return aws_refuse(
		error, "%s\"%s%s\" is not supported", table->owner, table->path, word->name);
}

static bool words_take(struct s3_settings *settings, const struct aws_table *table,
	const struct word *words, size_t n_words, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)table->values, name, value)
	{
		const struct word *word = word_find(words, n_words, name);
		if (!word)
			return aws_refuse(error,
				"%sunknown key \"%s%s\"; botocore's Config has none of that name",
				table->owner, table->path, name);
		if (!json_is_null(value) && !word_take(settings, table, word, error))
			return false;
	}
	return true;
}

bool s3_addressing_parse(
	const char *text, const char *what, enum s3_addressing *addressing, GError **error)
{
	static const char *const styles[] = {"auto", "path", "virtual"};
	for (size_t i = 0; i < G_N_ELEMENTS(styles); i++)
		if (strcmp(text, styles[i]) == 0) {
			*addressing = (enum s3_addressing)i;
			return true;
		}
	return aws_refuse(error, "%s is \"%s\"; auto, path or virtual is expected", what, text);
}

static bool s3_take(struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	g_autofree char *style = NULL;
	enum s3_addressing addressing = S3_ADDRESSING_AUTO;
	enum aws_choice accelerates = AWS_UNSAID;
	g_autofree char *what =
		g_strdup_printf("%s\"%saddressing_style\"", table->owner, table->path);
	if (!words_take(settings, table, s3_words, G_N_ELEMENTS(s3_words), error)
		|| !aws_table_text(table, "addressing_style", &style, error)
		|| !aws_table_choice(table, "use_accelerate_endpoint", &accelerates, error)
		|| (style && !s3_addressing_parse(style, what, &addressing, error)))
		return false;
	if (accelerates == AWS_YES)
		return aws_refuse(error, "%s\"%suse_accelerate_endpoint\" is not supported",
			table->owner, table->path);
	if (settings->addressing == S3_ADDRESSING_AUTO)
		settings->addressing = addressing;
	return true;
}

/* `max_attempts` counts what follows the first try. */
static bool retries_take(
	struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	double retries = 0;
	const json_t *none = json_object_get(table->values, "max_attempts");
	bool never = json_is_integer(none) && json_integer_value(none) == 0;
	if (!words_take(settings, table, retries_words, G_N_ELEMENTS(retries_words), error)
		|| (!never
			&& !aws_table_number(
				table, "max_attempts", TRIES_MAX - 1, &retries, error)))
		return false;
	if (settings->max_tries == 0 && (never || retries > 0))
		settings->max_tries = retries + 1;
	return true;
}

static bool proxies_take(
	struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	return words_take(settings, table, proxies_words, G_N_ELEMENTS(proxies_words), error);
}

static bool version_check(const struct aws_table *table, GError **error)
{
	g_autofree char *version = NULL;
	if (!aws_table_text(table, "signature_version", &version, error))
		return false;
	if (!version || strcmp(version, "s3v4") == 0 || strcmp(version, "v4") == 0)
		return true;
	return aws_refuse(error, "%s\"%ssignature_version\" is \"%s\"; only s3v4 is supported",
		table->owner, table->path, version);
}

typedef bool map_taker(struct s3_settings *settings, const struct aws_table *table, GError **error);

static bool map_take(struct s3_settings *settings, const struct aws_table *table, const char *name,
	map_taker *take, GError **error)
{
	struct aws_table map;
	if (!aws_table_map(table, name, &map, error))
		return false;
	bool taken = !map.values || take(settings, &map, error);
	g_free((char *)map.path);
	return taken;
}

static bool config_take(struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	return words_take(settings, table, config_words, G_N_ELEMENTS(config_words), error)
		&& version_check(table, error) && map_take(settings, table, "s3", s3_take, error)
		&& map_take(settings, table, "retries", retries_take, error)
		&& map_take(settings, table, "proxies", proxies_take, error);
}

/* For S3 alone; Airflow has more under it, which is for its own hooks. */
static bool service_take(
	struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	return aws_table_text(table, "endpoint_url", &settings->endpoint_url, error);
}

static bool services_take(
	struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	return map_take(settings, table, "s3", service_take, error);
}

/* True, false, or the path of the certificates to trust. */
static bool verify_take(struct s3_settings *settings, const struct aws_table *table, GError **error)
{
	const json_t *value = json_object_get(table->values, "verify");
	const char *text = json_string_value(value);
	bool is_path = text && *text && g_ascii_strcasecmp(text, "true") != 0
		&& g_ascii_strcasecmp(text, "false") != 0;
	return is_path ? aws_table_text(table, "verify", &settings->ca_file, error)
		       : aws_table_choice(table, "verify", &settings->verifies, error);
}

bool s3_config_read(struct s3_settings *settings, const struct aws_table *extra, GError **error)
{
	return map_take(settings, extra, "service_config", services_take, error)
		&& aws_table_text(extra, "region_name", &settings->region, error)
		&& aws_table_text(extra, "endpoint_url", &settings->endpoint_url, error)
		&& s3_path_style_take(settings, extra, error)
		&& aws_table_choice(extra, "requester_pays", &settings->requester_pays, error)
		&& verify_take(settings, extra, error)
		&& map_take(settings, extra, "config_kwargs", config_take, error);
}
