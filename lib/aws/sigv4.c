/* SPDX-License-Identifier: MIT */
/*
 * libcurl can sign as well, but what it signs differs by version, and no version is right for
 * parameters without a value or out of order. So the canonical request is made here from exactly
 * the bytes that are sent.
 */
#include "lib/aws/sigv4.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "lib/base/instant.h"

enum { HASH_SIZE = 32 };

char *sigv4_date(int64_t at)
{
	struct civil c = civil_from_wall(at);
	return g_strdup_printf(
		"%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

char *sigv4_encode(const char *text)
{
	return g_uri_escape_string(text, NULL, FALSE);
}

char *sigv4_encode_path(const char *key)
{
	return g_uri_escape_string(key, "/", FALSE);
}

/* By name, then by value. Joining them first would sort `a-b` before `a`, since `-` sorts before
 * `=`. */
static int pair_compare(const void *a, const void *b)
{
	const struct sigv4_pair *left = a, *right = b;
	int order = strcmp(left->name, right->name);
	return order ? order : strcmp(left->value, right->value);
}

char *sigv4_query(const struct sigv4_pair *parameters, size_t n)
{
	struct sigv4_pair *encoded = g_new(struct sigv4_pair, n + 1);
	for (size_t i = 0; i < n; i++) {
		encoded[i].name = sigv4_encode(parameters[i].name);
		encoded[i].value = sigv4_encode(parameters[i].value);
	}
	qsort(encoded, n, sizeof *encoded, pair_compare);
	GString *query = g_string_new(NULL);
	for (size_t i = 0; i < n; i++) {
		g_string_append_printf(
			query, "%s%s=%s", i ? "&" : "", encoded[i].name, encoded[i].value);
		g_free((char *)encoded[i].name);
		g_free((char *)encoded[i].value);
	}
	g_free(encoded);
	return g_string_free(query, FALSE);
}

/* Leading and trailing white space goes, inner runs of it become one space. */
static void header_value_append(GString *out, const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \t", -1);
	const char *gap = "";
	for (char **word = words; *word; word++) {
		if (!**word)
			continue;
		g_string_append_printf(out, "%s%s", gap, *word);
		gap = " ";
	}
}

static struct sigv4_pair *headers_sorted(const struct sigv4_request *request)
{
	struct sigv4_pair *sorted = g_new(struct sigv4_pair, request->n_headers + 1);
	for (size_t i = 0; i < request->n_headers; i++)
		sorted[i] = request->headers[i];
	qsort(sorted, request->n_headers, sizeof *sorted, pair_compare);
	return sorted;
}

static char *signed_headers(const struct sigv4_request *request)
{
	g_autofree struct sigv4_pair *headers = headers_sorted(request);
	GString *names = g_string_new(NULL);
	for (size_t i = 0; i < request->n_headers; i++)
		g_string_append_printf(names, "%s%s", i ? ";" : "", headers[i].name);
	return g_string_free(names, FALSE);
}

/* Without empty parts, `.` and `..`. */
static char *path_normalise(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	for (char **part = parts; *part; part++) {
		if (strcmp(*part, "..") == 0)
			g_ptr_array_set_size(kept, (gint)MAX(kept->len, 1) - 1);
		else if (**part && strcmp(*part, ".") != 0)
			g_ptr_array_add(kept, *part);
	}
	bool ends_in_slash = kept->len > 0 && g_str_has_suffix(path, "/");
	g_ptr_array_add(kept, NULL);
	g_autofree char *joined = g_strjoinv("/", (char **)kept->pdata);
	return g_strconcat("/", joined, ends_in_slash ? "/" : "", NULL);
}

/* S3 takes the path as it is sent; all other services normalise it and encode it once more. */
static char *path_canonical(const struct sigv4_request *request)
{
	if (strcmp(request->service, "s3") == 0)
		return g_strdup(request->path);
	g_autofree char *normalised = path_normalise(request->path);
	return sigv4_encode_path(normalised);
}

char *sigv4_canonical_request(const struct sigv4_request *request)
{
	g_autofree struct sigv4_pair *headers = headers_sorted(request);
	g_autofree char *path = path_canonical(request);
	g_autofree char *names = signed_headers(request);
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%s\n%s\n%s\n", request->method, path, request->query);
	for (size_t i = 0; i < request->n_headers; i++) {
		g_string_append_printf(text, "%s:", headers[i].name);
		header_value_append(text, headers[i].value);
		g_string_append_c(text, '\n');
	}
	g_string_append_printf(text, "\n%s\n%s", names, request->payload_hash);
	return g_string_free(text, FALSE);
}

static void hmac(const void *key, size_t key_size, const char *text, unsigned char out[HASH_SIZE])
{
	GHmac *h = g_hmac_new(G_CHECKSUM_SHA256, key, key_size);
	gsize size = HASH_SIZE;
	g_hmac_update(h, (const guchar *)text, -1);
	g_hmac_get_digest(h, out, &size);
	g_hmac_unref(h);
}

static char *signature(
	const struct sigv4_request *request, const char *secret, const char *day, const char *text)
{
	unsigned char key[HASH_SIZE];
	char *first = g_strdup_printf("AWS4%s", secret);
	hmac(first, strlen(first), day, key);
	explicit_bzero(first, strlen(first));
	g_free(first);
	hmac(key, sizeof key, request->region, key);
	hmac(key, sizeof key, request->service, key);
	hmac(key, sizeof key, "aws4_request", key);
	char *hex = g_compute_hmac_for_string(G_CHECKSUM_SHA256, key, sizeof key, text, -1);
	explicit_bzero(key, sizeof key);
	return hex;
}

char *sigv4_authorization(const struct sigv4_request *request, const struct sigv4_key *key)
{
	g_autofree char *date = sigv4_date(request->at);
	g_autofree char *day = g_strndup(date, 8);
	g_autofree char *canonical = sigv4_canonical_request(request);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
	g_autofree char *scope =
		g_strdup_printf("%s/%s/%s/aws4_request", day, request->region, request->service);
	g_autofree char *to_sign =
		g_strdup_printf("AWS4-HMAC-SHA256\n%s\n%s\n%s", date, scope, hash);
	g_autofree char *signed_by = signature(request, key->secret_access_key, day, to_sign);
	g_autofree char *names = signed_headers(request);
	return g_strdup_printf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		key->access_key_id, scope, names, signed_by);
}
