/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <glib.h>

#include "lib/aws/credentials.h"
#include "lib/aws/profile.h"
#include "lib/aws/role.h"
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
		{"[b\naws_access_key_id=B\n", "b", NULL, false, NULL},
		{"aws_access_key_id=B\n", "b", NULL, false, NULL},
		{"", "default", NULL, false, NULL},
		{"[sso-session b]\naws_access_key_id=B\n", "b", "sso-session", true, "B"},
		{"[profile b]\naws_access_key_id=B\n", "b", "sso-session", false, NULL},
		{"[default]\naws_access_key_id=B\n", "default", "services", false, NULL},
		{"[profileb]\naws_access_key_id=B\n", "b", "profile", false, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GHashTable) values =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
		g_test_message("case %zu", i);
		g_assert_cmpint(cases[i].seen, ==,
			aws_ini_section(cases[i].text, cases[i].kind, cases[i].name, values));
		g_assert_cmpstr(g_hash_table_lookup(values, "aws_access_key_id"), ==, cases[i].key);
	}
}

static void a_nested_setting_has_the_name_of_its_outer_one_before_it(void)
{
	static const char text[] = "[profile b]\ns3 =\n  addressing_style = path\n\t# no\n"
				   "  max = 3\nregion = x\n  region = y\n[default]\n  max = 4\n";
	g_autoptr(GHashTable) values =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_assert_true(aws_ini_section(text, "profile", "b", values));
	g_assert_cmpstr(g_hash_table_lookup(values, "s3.addressing_style"), ==, "path");
	g_assert_cmpstr(g_hash_table_lookup(values, "s3.max"), ==, "3");
	g_assert_cmpstr(g_hash_table_lookup(values, "region"), ==, "x");
	g_assert_cmpuint(g_hash_table_size(values), ==, 4);
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
		struct aws_credentials *role = aws_role_parse(text, "it", &error);
		g_test_message("%s", text);
		g_assert_cmpint(role != NULL, ==, cases[i].says == NULL);
		g_assert_true(role || strstr(error->message, cases[i].says));
		g_assert_true(!role || role->expires_at == INT64_C(1795489200) * SECOND_US);
		aws_credentials_free(role);
	}
}

static void keys_are_renewed_five_minutes_before_they_expire(void)
{
	struct aws_credentials credentials = {.expires_at = HOUR_US};
	g_assert_false(aws_credentials_stale(&credentials, HOUR_US - 5 * MINUTE_US));
	g_assert_true(aws_credentials_stale(&credentials, HOUR_US - 5 * MINUTE_US + 1));
	credentials.expires_at = INSTANT_NEVER;
	g_assert_false(aws_credentials_stale(&credentials, HOUR_US));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/aws-credentials/" #name, name)
	TEST(a_profile_is_one_section_of_an_ini_file);
	TEST(a_nested_setting_has_the_name_of_its_outer_one_before_it);
	TEST(the_answer_of_a_role_has_all_four_fields);
	TEST(keys_are_renewed_five_minutes_before_they_expire);
	return g_test_run();
}
