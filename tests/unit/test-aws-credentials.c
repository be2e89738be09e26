/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "lib/aws/chain.h"
#include "lib/aws/credentials.h"
#include "lib/aws/ini.h"
#include "lib/aws/metadata.h"
#include "lib/aws/process.h"
#include "lib/aws/profile.h"
#include "lib/aws/role_settings.h"
#include "lib/base/instant.h"

static void a_profile_is_one_section_of_an_ini_file(void)
{
	static const struct {
		const char *text, *name, *kind;
		bool seen;
		const char *key; /* the value of aws_access_key_id */
	} cases[] = {
		{"[default]\naws_access_key_id = A\n", "default", NULL, true, "A"},
		{"[default]\naws_access_key_id=A\n[b]\naws_access_key_id=B", "b", NULL, true, "B"},
		{"[ b ]\r\nAWS_ACCESS_KEY_ID = B \r\n", "b", NULL, true, "B"},
		{"# [b]\n;x\n[b]\n#aws_access_key_id=C\naws_access_key_id=B=C\n", "b", NULL, true,
			"B=C"},
		{"[b]\nregion = x\n[default]\naws_access_key_id=A\n", "b", NULL, true, NULL},
		{"[profile b]\naws_access_key_id=B\n", "b", "profile", true, "B"},
		{"[profile \"b c\"]\naws_access_key_id=B\n", "b c", "profile", true, "B"},
		{"[b]\naws_access_key_id=B\n", "b", "profile", false, NULL},
		{"[default]\naws_access_key_id=A\n", "default", "profile", true, "A"},
		{"[profile default]\naws_access_key_id=A\n", "default", "profile", true, "A"},
		{"[sso-session b]\naws_access_key_id=B\n", "b", "profile", false, NULL},
		{"[b]\ns3 =\n  aws_access_key_id = N\naws_access_key_id=B\n", "b", NULL, true, "B"},
		{"", "default", NULL, false, NULL},
		{"[sso-session b]\naws_access_key_id=B\n", "b", "sso-session", true, "B"},
		{"[profile b]\naws_access_key_id=B\n", "b", "sso-session", false, NULL},
		{"[default]\naws_access_key_id=B\n", "default", "services", false, NULL},
		{"[profileb]\naws_access_key_id=B\n", "b", "profile", false, NULL},
		{"[b]\n  aws_access_key_id = B\n  region = x\n", "b", NULL, true, "B"},
		{"[b]\n    region = x\n  aws_access_key_id = B\n", "b", NULL, true, "B"},
		{"[b]\naws_access_key_id: B:=C\n", "b", NULL, true, "B:=C"},
		{"\xef\xbb\xbf[b]\r\naws_access_key_id=B\r\n", "b", NULL, true, "B"},
		{"[b] # [c]\naws_access_key_id=B # c\n", "b", NULL, true, "B # c"},
		{"[b]\naws_access_key_id = B\n  [c]\n\n# no\n  d = e\n", "b", NULL, true,
			"B\n[c]\n\nd = e"},
		{"[b]\n a = 1\n  aws_access_key_id = A\n aws_access_key_id = B\n", "b", NULL, true,
			"B"},
		{"[DEFAULT]\naws_access_key_id = B\n[b]\n", "b", NULL, true, "B"},
		{"[b]\naws_access_key_id = B\n[DEFAULT]\naws_access_key_id = D\n", "b", NULL, true,
			"B"},
		{"[profile default]\naws_access_key_id=A\n[default]\naws_access_key_id=B\n",
			"default", "profile", true, "B"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GHashTable) values =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		g_test_message("case %zu", i);
		g_assert_cmpint(cases[i].seen, ==,
			aws_ini_section(cases[i].text, cases[i].kind, cases[i].name, values, NULL));
		g_assert_cmpstr(g_hash_table_lookup(values, "aws_access_key_id"), ==, cases[i].key);
	}
}

static void a_nested_setting_has_the_name_of_its_outer_one_before_it(void)
{
	static const char text[] = "[profile b]\ns3 =\n  addressing_style = path\n\t# no\n"
				   "  max = 3\nregion = x\n  region = y\n[default]\n  max = 4\n";
	g_autoptr(GHashTable) values =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_assert_true(aws_ini_section(text, "profile", "b", values, NULL));
	g_assert_cmpstr(g_hash_table_lookup(values, "s3.addressing_style"), ==, "path");
	g_assert_cmpstr(g_hash_table_lookup(values, "s3.max"), ==, "3");
	g_assert_cmpstr(g_hash_table_lookup(values, "region"), ==, "x\nregion = y");
	g_assert_cmpuint(g_hash_table_size(values), ==, 4);
}

static void a_file_that_botocore_refuses_is_refused_with_the_line(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"aws_access_key_id = sEcReT\n[b]\n", "line 1 stands before any [section]"},
		{"[b]\n\n# x\nsEcReT\n", "line 4 is neither [section] nor key = value"},
		{"[b\nregion = x\n", "line 1 stands before any [section]"},
		{"[a]\n[b\nregion = sEcReT\n", "line 2 is neither [section] nor key = value"},
		{"[]\n", "line 1 stands before any [section]"},
		{"[b]\n= sEcReT\n", "line 2 is neither [section] nor key = value"},
		{"[b]\ns3 =\n  sEcReT\n", "line 3, which is indented, is not key = value"},
		{"[b]\na = sEcReT\nb = x\nA: sEcReT\n",
			"line 4 has a key that stands in its section already"},
		{"[b]\na = x\n[c]\na = x\n[b]\n", "line 5 begins a section that was there before"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GHashTable) values =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		g_test_message("case %zu", i);
		g_assert_false(aws_ini_section(cases[i].text, NULL, "b", values, &error));
		g_assert_cmpstr(error->message, ==, cases[i].says);
	}
}

#define ROLE \
	"{'AccessKeyId':'A','SecretAccessKey':'S','Token':'T','Expiration':'2026-11-24T03:00:00Z'"

static void the_answer_of_a_role_has_all_four_fields(void)
{
	static const struct {
		const char *text, *says; /* NULL: it is right */
	} cases[] = {
		{ROLE "}", NULL},
		{ROLE ",'Code':'Success'}", NULL},
		{"{'Code':'AssumeRoleUnauthorizedAccess','Message':'not you'}",
			"AssumeRoleUnauthorizedAccess: not you"},
		{"{'Code':'Success'}", "without"},
		{ROLE ",'Token':''}", "without"},
		{ROLE ",'Expiration':'soon'}", "without"},
		{"{}", "without"},
		{"[]", "without"},
		{"not json", "without"},
		{"", "without"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = g_strdelimit(g_strdup(cases[i].text), "'", '"');
		json_t *answer = json_loads(text, 0, NULL);
		struct aws_keys keys;
		bool right = metadata_keys(answer, "it", &keys, &error);
		g_test_message("%s", text);
		g_assert_cmpint(right, ==, cases[i].says == NULL);
		g_assert_true(right || strstr(error->message, cases[i].says));
		g_assert_true(!right || keys.expires_at == INT64_C(1795489200) * SECOND_US);
		json_decref(answer);
	}
}

static void the_service_of_an_instance_is_where_variable_or_profile_say(void)
{
	static const struct {
		const char *endpoint, *mode, *in_profile, *address; /* NULL: refused */
	} cases[] = {
		{NULL, NULL, NULL, "http://169.254.169.254"},
		{NULL, "IPv6", NULL, "http://[fd00:ec2::254]"},
		{NULL, "IPv4", NULL, "http://169.254.169.254"},
		{"http://127.0.0.1:1338/", "IPv6", "http://other", "http://127.0.0.1:1338"},
		{NULL, NULL, "http://[::1]:1338", "http://[::1]:1338"},
		{"169.254.169.254", NULL, NULL, NULL},
		{NULL, "IPv5", NULL, NULL},
	};
	static const char variable[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
	static const char mode[] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GHashTable) config = g_hash_table_new(g_str_hash, g_str_equal);
		const struct aws_profile profile = {.credentials = config, .config = config};
		g_setenv(variable, cases[i].endpoint ? cases[i].endpoint : "", TRUE);
		g_setenv(mode, cases[i].mode ? cases[i].mode : "", TRUE);
		g_hash_table_insert(config, (char *)"ec2_metadata_service_endpoint",
			(char *)cases[i].in_profile);
		g_autofree char *address = metadata_address(&profile, NULL);
		g_assert_cmpstr(address, ==, cases[i].address);
	}
	static const char older[] = "AWS_IMDS_USE_IPV6";
	g_autoptr(GHashTable) none = g_hash_table_new(g_str_hash, g_str_equal);
	const struct aws_profile profile = {.credentials = none, .config = none};
	g_setenv(older, "true", TRUE);
	g_setenv(variable, "", TRUE);
	g_setenv(mode, "", TRUE);
	g_autofree char *by_older = metadata_address(&profile, NULL);
	g_setenv(mode, "IPv4", TRUE);
	g_autofree char *by_mode = metadata_address(&profile, NULL);
	g_assert_cmpstr(by_older, ==, "http://[fd00:ec2::254]");
	g_assert_cmpstr(by_mode, ==, "http://169.254.169.254");
	g_unsetenv(older);
	g_unsetenv(variable);
	g_unsetenv(mode);
}

static void keys_are_renewed_in_the_last_quarter_of_their_life(void)
{
	static const struct {
		int64_t lifetime_us, before_us;
	} cases[] = {
		{6 * HOUR_US, 15 * MINUTE_US},
		{HOUR_US, 15 * MINUTE_US},
		{20 * MINUTE_US, 5 * MINUTE_US},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t end = g_get_real_time() + cases[i].lifetime_us;
		const struct aws_keys keys = {"A", "S", "T", end};
		struct aws_credentials *credentials = aws_credentials_new(&keys, "it", NULL);
		int64_t due = end - cases[i].before_us;
		g_assert_false(aws_credentials_stale(credentials, due - SECOND_US));
		g_assert_true(aws_credentials_stale(credentials, due + SECOND_US));
		aws_credentials_free(credentials);
	}
	const struct aws_keys forever = {"A", "S", NULL, INSTANT_NEVER};
	struct aws_credentials *credentials = aws_credentials_new(&forever, "it", NULL);
	g_assert_false(aws_credentials_stale(credentials, INSTANT_NEVER - 1));
	aws_credentials_free(credentials);
}

static void keys_that_have_expired_are_none(void)
{
	g_autoptr(GError) error = NULL;
	const struct aws_keys keys = {"A", "secret", "token", g_get_real_time() - 1};
	g_assert_null(aws_credentials_new(&keys, "the mint", &error));
	g_assert_nonnull(strstr(error->message, "the mint gives keys that expired at"));
	g_assert_null(strstr(error->message, "secret"));
}

static void keys_that_last_are_used_while_no_new_ones_are_to_be_had(void)
{
	static const struct s3_settings settings = {0};
	g_setenv("AWS_EC2_METADATA_DISABLED", "true", TRUE);
	g_setenv("AWS_CONFIG_FILE", "/does/not/exist", TRUE);
	g_setenv("AWS_SHARED_CREDENTIALS_FILE", "/does/not/exist", TRUE);
	int64_t now = g_get_real_time();
	const struct aws_keys keys = {"A", "S", "T", now + HOUR_US};
	struct aws_credentials *credentials = aws_credentials_new(&keys, "it", NULL);
	credentials->renew_at = now - SECOND_US;
	g_autoptr(GError) error = NULL;
	/* What is said about it goes to the log of a task, and must not stand among the lines of
	 * TAP. */
	char *said = NULL;
	size_t n;
	FILE *terminal = stdout;
	stdout = open_memstream(&said, &n);
	bool refreshed = aws_credentials_refresh(&credentials, &settings, &error);
	fclose(stdout);
	stdout = terminal;
	g_assert_no_error(error);
	g_assert_true(refreshed);
	g_assert_nonnull(strstr(said, "those of it are used, which expire at"));
	free(said);
	g_assert_cmpint(credentials->renew_at, >=, now + 50 * SECOND_US);
	credentials->renew_at = credentials->expires_at = now - SECOND_US;
	g_assert_false(aws_credentials_refresh(&credentials, &settings, &error));
	g_assert_nonnull(strstr(error->message, "no AWS credentials found"));
	g_clear_error(&error);
	g_setenv("AWS_ACCESS_KEY_ID", "B", TRUE);
	g_setenv("AWS_SECRET_ACCESS_KEY", "S", TRUE);
	g_assert_true(aws_credentials_refresh(&credentials, &settings, &error));
	g_assert_cmpstr(credentials->access_key_id, ==, "B");
	aws_credentials_free(credentials);
}

static void a_command_is_split_as_pythons_shlex_does(void)
{
	static const struct {
		const char *command, *words; /* joined by `|`; NULL: refused */
	} cases[] = {
		{"a b\tc", "a|b|c"},
		{"  a  ", "a"},
		{"'/opt/my tool' --x \"y z\"", "/opt/my tool|--x|y z"},
		{"a\\ b 'c\\d' \"e\\\"f\" \"g\\h\" \"i\\\\j\"", "a b|c\\d|e\"f|g\\h|i\\j"},
		{"a\"b\"'c'd", "abcd"},
		{"a '' \"\"", "a||"},
		{"a #b $HOME ;c `d`", "a|#b|$HOME|;c|`d`"},
		{"a 'b", NULL},
		{"a \"b", NULL},
		{"a b\\", NULL},
		{"", NULL},
		{"   ", NULL},
		{"''", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(GStrv) words = aws_command_split(cases[i].command, &error);
		g_autofree char *joined = words ? g_strjoinv("|", words) : NULL;
		g_test_message("%s", cases[i].command);
		g_assert_cmpstr(joined, ==, cases[i].words);
		g_assert_cmpint(joined == NULL, ==, error != NULL);
	}
}

static void a_command_gives_keys_or_one_sentence(void)
{
#define KEYS "\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"sEcReT\""
	static const struct {
		const char *command, *says; /* NULL: keys */
	} cases[] = {
		{"echo '{\"Version\":1," KEYS "}'", NULL},
		{"echo '{\"Version\":1," KEYS ",\"SessionToken\":\"T\",\"Expiration\":"
		 "\"2126-11-24T03:00:00Z\"}'",
			NULL},
		{"echo '{\"Version\":1," KEYS ",\"SessionToken\":null,\"Expiration\":null}'", NULL},
		{"echo '{\"Version\":1," KEYS
		 ",\"Expiration\":\"2126-11-24T03:00:00.123456+00:00\"}'",
			NULL},
		{"echo '{\"Version\":1," KEYS ",\"Expiration\":\"2126-11-24T03:00:00+0000\"}'",
			NULL},
		{"echo '{\"Version\":2," KEYS "}'", "\"Version\": 1"},
		{"echo '{" KEYS "}'", "\"Version\": 1"},
		{"echo '{\"Version\":1,\"AccessKeyId\":\"A\"}'", "AccessKeyId and SecretAccessKey"},
		{"echo '{\"Version\":1," KEYS ",\"Expiration\":\"soon\"}'", "no time"},
		{"echo '{\"Version\":1," KEYS ",\"Expiration\":\"2006-11-24T03:00:00Z\"}'",
			"expired at 2006"},
		{"echo []", "not a JSON object"},
		{"true", "not a JSON object"},
		{"sh -c 'echo first >&2; echo last of it >&2; exit 3'", "(exit 3): last of it"},
		{"sh -c 'kill -9 $$'", "killed by signal 9: it says nothing"},
		{"sh -c 'echo {"
		 "\\\"Version\\\":1,"
		 "\\\"SecretAccessKey\\\":\\\"sEcReT\\\"}; echo "
		 "sEcReT >&2; exit 1'",
			"repeats the keys"},
		{"head -c 100000 /dev/zero", "more than 65536 bytes"},
		{"sleep 600", "did not end in time"},
		{"sh -c 'sleep 5 & exec sleep 600'", "did not end in time"},
		{"/does/not/exist", "cannot be started"},
		{"a 'b", "within quotes"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", cases[i].command);
		/* Long for those that end by themselves, short for those that do not. */
		int64_t timeout_us =
			strstr(cases[i].command, "600") ? SECOND_US / 5 : 30 * SECOND_US;
		struct aws_credentials *credentials =
			aws_process_credentials(cases[i].command, timeout_us, "it", &error);
		g_test_message("%s", error ? error->message : "keys");
		g_assert_cmpint(credentials != NULL, ==, cases[i].says == NULL);
		g_assert_true(credentials || strstr(error->message, cases[i].says));
		g_assert_true(credentials || !strstr(error->message, "sEcReT"));
		aws_credentials_free(credentials);
	}
}

static void a_connection_may_ask_for_a_role(void)
{
	static const struct {
		const char *extra, *says; /* NULL: it is right */
	} cases[] = {
		{"{'role_arn':'R'}", NULL},
		{"{'role_arn':'R','assume_role_method':'assume_role'}", NULL},
		{"{'role_arn':'R','assume_role_kwargs':{'ExternalId':'x','Tags':[]}}", NULL},
		{"{'role_arn':'R','assume_role_method':'assume_role_with_web_identity',"
		 "'assume_role_with_web_identity_federation':'file',"
		 "'assume_role_with_web_identity_token_file':'/t'}",
			NULL},
		{"{'role_arn':'R','external_id':'x'}", NULL},
		{"{'role_arn':1}", "\"role_arn\" is not a text"},
		{"{'role_arn':'R','assume_role_method':'assume_role_with_saml'}", "is expected"},
		{"{'role_arn':'R','assume_role_method':'assume_role_with_web_identity',"
		 "'assume_role_with_web_identity_federation':'google'}",
			"\"file\" is expected"},
		{"{'role_arn':'R','assume_role_kwargs':[]}", "not a JSON object"},
		{"{'role_arn':'R','assume_role_kwargs':'x'}", "not a JSON object"},
		{"{'role_arn':'R','assume_role_kwargs':{'SerialNumber':'x'}}", "MFA"},
		{"{'role_arn':'R','assume_role_kwargs':{'Durationseconds':1}}", "unknown key"},
		{"{'role_arn':'R','assume_role_method':'assume_role_with_web_identity',"
		 "'service_config':{'sts':{'endpoint_url':'https://x'}}}",
			"to which no web identity token is sent"},
		{"{'role_arn':'R','service_config':{'sts':{'endpoint_url':'ftp://x'}}}",
			"must begin with http"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = g_strdelimit(g_strdup(cases[i].extra), "'", '"');
		json_t *extra = json_loads(text, 0, NULL);
		struct aws_role_settings *role = aws_role_settings_read(extra, "it: ", &error);
		g_test_message("%s", text);
		g_assert_cmpint(role != NULL, ==, cases[i].says == NULL);
		g_assert_true(role || strstr(error->message, cases[i].says));
		aws_role_settings_free(role);
		json_decref(extra);
	}
	g_autoptr(GError) error = NULL;
	g_assert_null(aws_role_settings_read(NULL, "it: ", &error));
	g_assert_no_error(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/aws-credentials/" #name, name)
	TEST(a_profile_is_one_section_of_an_ini_file);
	TEST(a_nested_setting_has_the_name_of_its_outer_one_before_it);
	TEST(a_file_that_botocore_refuses_is_refused_with_the_line);
	TEST(the_answer_of_a_role_has_all_four_fields);
	TEST(the_service_of_an_instance_is_where_variable_or_profile_say);
	TEST(keys_are_renewed_in_the_last_quarter_of_their_life);
	TEST(keys_that_have_expired_are_none);
	TEST(keys_that_last_are_used_while_no_new_ones_are_to_be_had);
	TEST(a_command_is_split_as_pythons_shlex_does);
	TEST(a_command_gives_keys_or_one_sentence);
	TEST(a_connection_may_ask_for_a_role);
	return g_test_run();
}
