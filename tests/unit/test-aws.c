/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/checksum.h"
#include "lib/aws/failure.h"
#include "lib/aws/http.h"
#include "lib/aws/retry.h"
#include "lib/aws/s3.h"
#include "lib/aws/s3_request.h"
#include "lib/aws/s3_settings.h"
#include "lib/aws/s3_xml.h"
#include "lib/aws/sigv4.h"
#include "lib/aws/source.h"
#include "lib/aws/source_limits.h"
#include "lib/base/instant.h"

#define HASH_OF_WELCOME "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
#define EXAMPLE_DATE                             \
	{                                        \
		"x-amz-date", "20130524T000000Z" \
	}

/* The examples of "Authenticating Requests: Using the Authorization Header" in S3's API reference.
 */
static const struct {
	const char *name, *method, *path, *query, *hash, *signature;
	struct sigv4_pair headers[3];
	size_t n_headers;
} examples[] = {
	{"get object", "GET", "/test.txt", "", SIGV4_EMPTY_HASH,
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		{{"range", "bytes=0-9"}}, 1},
	{"put object", "PUT", "/test%24file.text", "", HASH_OF_WELCOME,
		"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		{{"x-amz-storage-class", "REDUCED_REDUNDANCY"},
			{"date", "Fri, 24 May 2013 00:00:00 GMT"}},
		2},
	{"get lifecycle", "GET", "/", "lifecycle=", SIGV4_EMPTY_HASH,
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", {{0}}, 0},
	{"list objects", "GET", "/", "max-keys=2&prefix=J", SIGV4_EMPTY_HASH,
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", {{0}}, 0},
};

static void the_published_examples_are_signed_as_published(void)
{
	const struct sigv4_key key = {
		"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
	const struct civil day = {.year = 2013, .month = 5, .day = 24};
	for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
		struct sigv4_pair headers[6] = {{"host", "examplebucket.s3.amazonaws.com"},
			{"x-amz-content-sha256", examples[i].hash}, EXAMPLE_DATE};
		memcpy(headers + 3, examples[i].headers, sizeof examples[i].headers);
		const struct sigv4_request request = {.method = examples[i].method,
			.path = examples[i].path,
			.query = examples[i].query,
			.headers = headers,
			.n_headers = 3 + examples[i].n_headers,
			.payload_hash = examples[i].hash,
			.region = "us-east-1",
			.service = "s3",
			.at = civil_to_wall(&day)};
		g_autofree char *line = sigv4_authorization(&request, &key);
		g_autofree char *end = g_strconcat("Signature=", examples[i].signature, NULL);
		g_test_message("%s: %s", examples[i].name, line);
		g_assert_true(g_str_has_suffix(line, end));
	}
}

static void a_path_is_encoded_once_and_not_normalised(void)
{
	static const struct {
		const char *key, *path;
	} cases[] = {
		{"a b+c", "a%20b%2Bc"},
		{"a//b/./../c", "a//b/./../c"},
		{"100%25", "100%2525"},
		{"\xc3\xa9~-_.", "%C3%A9~-_."},
		{"=&?#'()*!", "%3D%26%3F%23%27%28%29%2A%21"},
		{"\xff\n", "%FF%0A"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = sigv4_encode_path(cases[i].key);
		g_assert_cmpstr(path, ==, cases[i].path);
	}
}

static void parameters_are_sorted_by_name_not_by_line(void)
{
	const struct sigv4_pair parameters[] = {
		{"prefix", "a/b c"}, {"a-b", "1"}, {"a", "2"}, {"uploads", ""}};
	g_autofree char *query = sigv4_query(parameters, G_N_ELEMENTS(parameters));
	g_assert_cmpstr(query, ==, "a=2&a-b=1&prefix=a%2Fb%20c&uploads=");
}

static void checksums_have_their_published_values(void)
{
	static const struct {
		enum checksum_kind kind;
		const char *text, *value;
	} cases[] = {
		/* Of "123456789": cbf43926, e3069283 and ae8b14860a799888. */
		{CHECKSUM_CRC32, "123456789", "y/Q5Jg=="},
		{CHECKSUM_CRC32C, "123456789", "4waSgw=="},
		{CHECKSUM_CRC64NVME, "123456789", "rosUhgp5mIg="},
		{CHECKSUM_CRC32, "", "AAAAAA=="},
		{CHECKSUM_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
		{CHECKSUM_SHA1, "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="},
		{CHECKSUM_SHA256, "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
			struct checksum *sum = checksum_new(cases[i].kind);
			checksum_update(sum, cases[i].text, cut);
			checksum_update(sum, cases[i].text + cut, strlen(cases[i].text) - cut);
			g_autofree char *value = checksum_text(sum);
			g_assert_cmpstr(value, ==, cases[i].value);
			checksum_free(sum);
		}
}

static void an_object_is_named_by_bucket_and_key(void)
{
	static const struct {
		const char *uri, *bucket, *key;
	} cases[] = {
		{"s3://b/k", "b", "k"},
		{"s3://b/a/b c+%41/", "b", "a/b c+%41/"},
		{"s3://b//k", "b", "/k"},
		{"s3://b/", NULL, NULL},
		{"s3://b", NULL, NULL},
		{"s3:///k", NULL, NULL},
		{"S3://b/k", NULL, NULL},
		{"http://b/k", NULL, NULL},
		{"", NULL, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *bucket = NULL, *key = NULL;
		g_autoptr(GError) error = NULL;
		bool parsed = s3_uri_parse(cases[i].uri, &bucket, &key, &error);
		g_assert_cmpint(parsed, ==, cases[i].bucket != NULL);
		g_assert_cmpstr(bucket, ==, cases[i].bucket);
		g_assert_cmpstr(key, ==, cases[i].key);
		g_assert_true(parsed || aws_error_is_lasting(error));
	}
}

static void an_endpoint_is_scheme_host_and_perhaps_a_path(void)
{
	static const struct {
		const char *url, *authority, *path;
	} cases[] = {
		{"http://127.0.0.1:9000", "127.0.0.1:9000", ""},
		{"http://h:80/", "h", ""},
		{"https://h:443/base//", "h", "/base"},
		{"https://h:80", "h:80", ""},
		{"http://[::1]:9000", "[::1]:9000", ""},
		{"127.0.0.1:9000", NULL, NULL},
		{"ftp://h", NULL, NULL},
		{"http://", NULL, NULL},
		{"http://key:secret@h", NULL, NULL},
		{"ftp://key:secret@h", NULL, NULL},
		{"http://h?x=1", NULL, NULL},
		{"http://h:99999", NULL, NULL},
		{"", NULL, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct http_origin origin = {0};
		g_autoptr(GError) error = NULL;
		bool parsed = http_origin_parse(cases[i].url, &origin, &error);
		g_test_message("%s", cases[i].url);
		g_assert_cmpint(parsed, ==, cases[i].authority != NULL);
		g_assert_cmpstr(origin.authority, ==, cases[i].authority);
		g_assert_cmpstr(origin.path, ==, cases[i].path);
		g_assert_true(parsed || !strstr(error->message, "secret"));
		http_origin_clear(&origin);
	}
}

#define PAGE(inside)                                                                \
	"<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://x/\">" inside "</" \
	"ListBucketResult>"
#define CONTENTS(key)                                                                       \
	"<Contents><Key>" key "</Key><LastModified>2026-11-24T03:00:00.700Z</LastModified>" \
	"<ETag>&quot;ab-2&quot;</ETag><Size>5</Size><Owner><ID>x</ID></Owner>"              \
	"<StorageClass>STANDARD</StorageClass></Contents>"

static void a_page_of_a_listing_gives_its_objects(void)
{
	static const char text[] = PAGE(
		"<EncodingType>url</EncodingType><Prefix>a</Prefix>" CONTENTS("a+b%2Bc%C3%A9%0A")
			CONTENTS("z") "<IsTruncated>true</IsTruncated>"
				      "<NextContinuationToken>t+%2F=</NextContinuationToken>");
	struct s3_page page;
	g_autoptr(GError) error = NULL;
	g_assert_true(s3_page_read(text, strlen(text), &page, &error));
	g_assert_cmpuint(page.objects->len, ==, 2);
	const struct s3_object *first = &g_array_index(page.objects, struct s3_object, 0);
	g_assert_cmpstr(first->key, ==, "a b+c\xc3\xa9\n");
	g_assert_cmpstr(first->etag, ==, "ab-2");
	g_assert_cmpint(first->size, ==, 5);
	g_assert_null(first->storage_class);
	g_autofree char *modified = instant_iso_z(first->modified_at);
	g_assert_cmpstr(modified, ==, "2026-11-24T03:00:00Z");
	g_assert_true(page.truncated);
	g_assert_cmpstr(page.token, ==, "t+%2F=");
	s3_page_clear(&page);
}

static void keys_stay_as_they_are_without_an_encoding(void)
{
	static const char text[] = PAGE(CONTENTS("a+b%41&amp;&lt;"));
	struct s3_page page;
	g_assert_true(s3_page_read(text, strlen(text), &page, NULL));
	g_assert_cmpstr(g_array_index(page.objects, struct s3_object, 0).key, ==, "a+b%41&<");
	g_assert_false(page.truncated);
	s3_page_clear(&page);
}

static void what_is_no_listing_is_refused(void)
{
	static const char *const cases[] = {
		"",
		"<html><body>Welcome</body></html>",
		"<Error><Code>X</Code></Error>",
		"<ListBucketResult><Contents>",
		PAGE("<Contents><Key>a</Key></Contents>"),
		PAGE("<Contents><Size>1</Size></Contents>"),
		PAGE("<Contents><Key>a</Key><Size>-1</Size></Contents>"),
		PAGE("<Contents><Key>a</Key><Size>1</Size><LastModified>soon</LastModified></"
		     "Contents>"),
		PAGE("<EncodingType>url</EncodingType>" CONTENTS("a%2")),
		PAGE("<EncodingType>url</EncodingType>" CONTENTS("a%00b")),
		"<!DOCTYPE a [<!ENTITY b \"c\">]>" PAGE(CONTENTS("&b;")),
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></"
		"a></a></a>"
		"</a></a></a></a></a></a></a></a>",
		"\xff\xfe",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct s3_page page;
		g_autoptr(GError) error = NULL;
		g_test_message("case %zu", i);
		g_assert_false(s3_page_read(cases[i], strlen(cases[i]), &page, &error));
		g_assert_nonnull(error);
		s3_page_clear(&page);
	}
}

static void a_complaint_has_a_code_or_is_none(void)
{
	static const char text[] =
		"<Error><Code>NoSuchBucket</Code><Message>The &lt;b&gt;</Message>"
		"<Region>eu-west-1</Region></Error>";
	struct s3_complaint complaint;
	s3_complaint_read(text, strlen(text), &complaint);
	g_assert_cmpstr(complaint.code, ==, "NoSuchBucket");
	g_assert_cmpstr(complaint.message, ==, "The <b>");
	g_assert_cmpstr(complaint.region, ==, "eu-west-1");
	s3_complaint_clear(&complaint);
	s3_complaint_read(text, 20, &complaint);
	g_assert_null(complaint.code);
	s3_complaint_clear(&complaint);
}

/* The settings of arguments whose quotes are single ones, as `id secret token region endpoint
 * addressing profile`. */
static char *settings_text(const char *arguments, GError **error)
{
	g_autofree char *text = g_strdelimit(g_strdup(arguments), "'", '"');
	json_t *json = json_loads(text, 0, NULL);
	g_assert_nonnull(json);
	struct s3_settings *settings = s3_settings_read(json, "aws", error);
	json_decref(json);
	if (!settings)
		return NULL;
#define OR_NONE(value) ((value) ? (value) : "-")
	char *result = g_strdup_printf("%s %s %s %s %s %d %s", OR_NONE(settings->access_key_id),
		OR_NONE(settings->secret_access_key), OR_NONE(settings->session_token),
		OR_NONE(settings->region), OR_NONE(settings->endpoint_url),
		(int)settings->addressing, OR_NONE(settings->profile));
	s3_settings_free(settings);
	return result;
}

#define CONNECTION(extra) \
	"'aws':{'conn_id':'c','conn_type':'aws','login':'L','password':'P','extra':" extra "}"

static void settings_come_from_arguments_before_the_connection(void)
{
	static const struct {
		const char *arguments, *settings; /* NULL: refused */
	} cases[] = {
		{"{}", "- - - - - 0 -"},
		{"{'aws':null,'region':'','path_style':null}", "- - - - - 0 -"},
		{"{'access_key_id':'A','secret_access_key':'S','region':'r'}", "A S - r - 0 -"},
		{"{" CONNECTION("{}") "}", "L P - - - 0 -"},
		{"{" CONNECTION("null") "}", "L P - - - 0 -"},
		{"{" CONNECTION(
			 "{'aws_session_token':'T','region_name':'r','endpoint_url':'http://h',"
			 "'path_style':'false','profile_name':'p'}") "}",
			"L P T r http://h 2 p"},
		/* The token belongs to the connection's keys, not to these. */
		{"{'access_key_id':'A','secret_access_key':'S','path_style':true," CONNECTION(
			 "{'aws_session_token':'T','path_style':false}") "}",
			"A S - - - 1 -"},
		{"{'aws':{'conn_type':'aws','login':'','extra':{'aws_access_key_id':'E',"
		 "'aws_secret_access_key':'F'}}}",
			"E F - - - 0 -"},
		{"{" CONNECTION(
			 "{'config_kwargs':{'region_name':'c','s3':{'addressing_style':'path'}},"
			 "'service_config':{'s3':{'endpoint_url':'http://s'}},"
			 "'endpoint_url':'http://h','region_name':'r'}") "}",
			"L P - r http://s 1 -"},
		{"{" CONNECTION("{'config_kwargs':{'region':'c'}}") "}", NULL},
		{"{" CONNECTION("{'config_kwargs':{'retries':{'max_attempts':-1}}}") "}", NULL},
		{"{" CONNECTION("{'config_kwargs':{'s3':{'addressing_style':'best'}}}") "}", NULL},
		{"{" CONNECTION("{'verify':0}") "}", NULL},
		{"{'sse_kms_key_id':'k'}", NULL},
		{"{'requester_pays':'perhaps'}", NULL},
		{"{'access_key_id':'A'}", NULL},
		{"{'session_token':'T'}", NULL},
		{"{'access_key_id':1,'secret_access_key':'S'}", NULL},
		{"{'region':5}", NULL},
		{"{'path_style':'perhaps'}", NULL},
		{"{'endpoint_url':'nowhere'}", NULL},
		{"{'aws':'aws_default'}", NULL},
		{"{'aws':{'conn_type':'postgres'}}", NULL},
		{"{'aws':{'conn_type':'aws','login':'L'}}", NULL},
		{"{'aws':{'conn_type':'aws','host':'h'}}", NULL},
		{"{" CONNECTION("'x'") "}", NULL},
		{"{" CONNECTION("{'role_arn':'arn:x'}") "}", "L P - - - 0 -"},
		{"{" CONNECTION("{'role_arn':1}") "}", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = settings_text(cases[i].arguments, &error);
		g_test_message("%s: %s", cases[i].arguments, error ? error->message : text);
		g_assert_cmpstr(text, ==, cases[i].settings);
		g_assert_true(text || aws_error_is_lasting(error));
	}
}

static void a_source_is_an_object_or_a_file(void)
{
	static const struct {
		const char *json, *name; /* NULL: refused */
		bool is_object;
	} cases[] = {
		{"'/a/b'", "/a/b", false},
		{"'s3://b/k'", "s3://b/k", true},
		{"{'bucket':'b','key':'k','etag':'e','size':3,'version_id':null,'uri':'x'}",
			"s3://b/k", true},
		{"{'bucket':'b'}", NULL, false},
		{"{'bucket':'b','key':5}", NULL, false},
		{"{'bucket':'b','key':'k','size':'3'}", NULL, false},
		{"{'bucket':'b','key':'k','size':-3}", NULL, false},
		{"'s3://b'", NULL, false},
		{"'http://h/x'", NULL, false},
		{"''", NULL, false},
		{"null", NULL, false},
		{"[1]", NULL, false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdelimit(g_strdup(cases[i].json), "'", '"');
		json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
		struct source_info info;
		g_autoptr(GError) error = NULL;
		bool read = source_read(json, &info, &error);
		g_test_message("%s", text);
		g_assert_cmpstr(info.name, ==, cases[i].name);
		g_assert_cmpint(info.bucket != NULL, ==, cases[i].is_object);
		g_assert_true(read || aws_error_is_lasting(error));
		source_info_clear(&info);
		json_decref(json);
	}
}

static void a_source_of_unknown_age_is_too_old_for_any_limit(void)
{
	g_autoptr(GError) error = NULL;
	struct source_limits limits = {.max_age_us = -1};
	g_assert_true(source_limits_check(&limits, "a.dump", 1, INSTANT_NONE, &error));
	limits.max_age_us = HOUR_US;
	g_assert_false(source_limits_check(&limits, "a.dump", 1, INSTANT_NONE, &error));
	g_assert_cmpstr(error->message, ==,
		"when a.dump was last modified is not known, so max_age cannot be compared: it is "
		"not restored");
	g_autofree char *text = source_time_text(INSTANT_NONE);
	g_assert_cmpstr(text, ==, "of a time that is not known");
}

static void a_pause_doubles_up_to_a_limit(void)
{
	static const struct {
		unsigned n_tries;
		int64_t s3_ms, http_ms;
	} rows[] = {{1, 200, 500}, {2, 400, 1000}, {3, 800, 2000}, {4, 1600, 4000}, {5, 3200, 5000},
		{8, 20000, 5000}, {50, 20000, 5000}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unsigned n = rows[i].n_tries;
		g_assert_cmpint(s3_pause_us(n, 0, 1), ==, rows[i].s3_ms * 1000);
		g_assert_cmpint(s3_pause_us(n, 0, 0.5), ==, rows[i].s3_ms * 500);
		g_assert_cmpint(s3_pause_us(n, 0, 0), ==, 0);
		g_assert_cmpint(http_pause_us(n, 1), ==, rows[i].http_ms * 1000);
		g_assert_cmpint(http_pause_us(n, 0), ==, rows[i].http_ms * 500);
	}
	/* What the server asks for is waited at least. */
	g_assert_cmpint(s3_pause_us(1, 3, 1), ==, 3 * SECOND_US);
	g_assert_cmpint(s3_pause_us(8, 3, 1), ==, 20 * SECOND_US);
	g_assert_cmpint(s3_pause_us(8, 3, 0), ==, 3 * SECOND_US);
}

static void many_clients_do_not_come_back_at_once(void)
{
	enum { CLIENTS = 1000, PARTS = 10 };
	unsigned s3[PARTS] = {0}, http[PARTS] = {0};
	g_autoptr(GRand) random = g_rand_new_with_seed(42);
	for (int i = 0; i < CLIENTS; i++) {
		double chance = g_rand_double(random);
		s3[s3_pause_us(3, 0, chance) * PARTS / 800000]++;
		http[(http_pause_us(3, chance) - SECOND_US) * PARTS / SECOND_US]++;
	}
	for (int i = 0; i < PARTS; i++) {
		g_assert_cmpuint(s3[i], >, CLIENTS / PARTS / 2);
		g_assert_cmpuint(http[i], >, CLIENTS / PARTS / 2);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/aws/" #name, name)
	TEST(the_published_examples_are_signed_as_published);
	TEST(a_path_is_encoded_once_and_not_normalised);
	TEST(parameters_are_sorted_by_name_not_by_line);
	TEST(checksums_have_their_published_values);
	TEST(an_object_is_named_by_bucket_and_key);
	TEST(an_endpoint_is_scheme_host_and_perhaps_a_path);
	TEST(a_page_of_a_listing_gives_its_objects);
	TEST(keys_stay_as_they_are_without_an_encoding);
	TEST(what_is_no_listing_is_refused);
	TEST(a_complaint_has_a_code_or_is_none);
	TEST(settings_come_from_arguments_before_the_connection);
	TEST(a_source_is_an_object_or_a_file);
	TEST(a_source_of_unknown_age_is_too_old_for_any_limit);
	TEST(a_pause_doubles_up_to_a_limit);
	TEST(many_clients_do_not_come_back_at_once);
	return g_test_run();
}
