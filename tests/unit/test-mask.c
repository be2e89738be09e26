/* SPDX-License-Identifier: MIT */
/* In which forms a secret is known again, and what is shown of values that hold one. */
#include <malloc.h>
#include <string.h>

#include <glib.h>

#include "daemon/render/mask.h"

static const char secret[] = "it's \"a\\b\"\n\303\274/=?&+ ~\342\202\254\360\237\224\221\001";

/* Written by Python and bash. */
static const char *const forms[] = {
	secret,
	/* json.dumps(), with and without ensure_ascii; PHP */
	"it's \\\"a\\\\b\\\"\\n\\u00fc/=?&+ ~\\u20ac\\ud83d\\udd11\\u0001",
	"it's \\\"a\\\\b\\\"\\n\303\274/=?&+ ~\342\202\254\360\237\224\221\\u0001",
	"it's \\\"a\\\\b\\\"\\n\303\274\\/=?&+ ~\342\202\254\360\237\224\221\\u0001",
	/* repr() of text and of bytes */
	"it\\'s \"a\\\\b\"\\n\303\274/=?&+ ~\342\202\254\360\237\224\221\\x01",
	"it\\'s \"a\\\\b\"\\n\\xc3\\xbc/=?&+ ~\\xe2\\x82\\xac\\xf0\\x9f\\x94\\x91\\x01",
	/* quote(), quote(safe=""), quote_plus(), in lower case, encodeURIComponent() */
	"it%27s%20%22a%5Cb%22%0A%C3%BC/%3D%3F%26%2B%20~%E2%82%AC%F0%9F%94%91%01",
	"it%27s%20%22a%5Cb%22%0A%C3%BC%2F%3D%3F%26%2B%20~%E2%82%AC%F0%9F%94%91%01",
	"it%27s+%22a%5Cb%22%0A%C3%BC%2F%3D%3F%26%2B+~%E2%82%AC%F0%9F%94%91%01",
	"it%27s%20%22a%5cb%22%0a%c3%bc%2f%3d%3f%26%2b%20~%e2%82%ac%f0%9f%94%91%01",
	"it's%20%22a%5Cb%22%0A%C3%BC%2F%3D%3F%26%2B%20~%E2%82%AC%F0%9F%94%91%01",
	"697427732022615c62220ac3bc2f3d3f262b207ee282acf09f949101",
	"697427732022615C62220AC3BC2F3D3F262B207EE282ACF09F949101",
	/* set -x and shlex.quote(), printf %q in both locales, SQL */
	"it'\\''s \"a\\b\"\n\303\274/=?&+ ~\342\202\254\360\237\224\221\001",
	"it'\"'\"'s \"a\\b\"\n\303\274/=?&+ ~\342\202\254\360\237\224\221\001",
	"it\\'s \"a\\\\b\"\\n\303\274/=?&+ ~\342\202\254\360\237\224\221\\001",
	"it\\'s \"a\\\\b\"\\n\\303\\274/=?&+ "
	"~\\342\\202\\254\\360\\237\\224\\221\\001",
	"it''s \"a\\b\"\n\303\274/=?&+ ~\342\202\254\360\237\224\221\001",
};

/* Of the languages that each line names, where they differ from the above. */
static const char quoted_secret[] = "a<b>&c=d'\"e+$`''\303\274\033";
static const char *const quoted_forms[] = {
	/* jansson, so dagd itself; with JSON_ENSURE_ASCII */
	"a<b>&c=d'\\\"e+$`''\303\274\\u001B",
	"a<b>&c=d'\\\"e+$`''\\u00FC\\u001B",
	/* Go, Gson, .NET */
	"a\\u003cb\\u003e\\u0026c=d'\\\"e+$`''\303\274\\u001b",
	"a\\u003cb\\u003e\\u0026c\\u003dd\\u0027\\\"e+$`\\u0027\\u0027\303\274\\u001b",
	"a\\u003Cb\\u003E\\u0026c=d\\u0027\\u0022e\\u002B$\\u0060\\u0027\\u0027\\u00FC\\u001B",
	/* export -p of dash */
	"a<b>&c=d'\"'\"'\"e+$`'\"''\"'\303\274\033",
	/* html.escape() of Python, and without quote; html of Go; htmlspecialchars() of PHP; XML */
	"a&lt;b&gt;&amp;c=d&#x27;&quot;e+$`&#x27;&#x27;\303\274\033",
	"a&lt;b&gt;&amp;c=d'\"e+$`''\303\274\033",
	"a&lt;b&gt;&amp;c=d&#39;&#34;e+$`&#39;&#39;\303\274\033",
	"a&lt;b&gt;&amp;c=d&#039;&quot;e+$`&#039;&#039;\303\274\033",
	"a&lt;b&gt;&amp;c=d&apos;&quot;e+$`&apos;&apos;\303\274\033",
};

static struct mask_words *masks_of(const char *word)
{
	struct mask_words *masks = mask_words_new();
	g_assert_true(mask_add(masks, word));
	return masks;
}

static void shown_is(struct mask_words *masks, const char *text, const char *expected)
{
	g_autofree char *shown = text_masked(text, masks);
	g_assert_cmpstr(shown, ==, expected);
}

static void a_secret_is_known_in_every_form(void)
{
	g_autoptr(mask_words) masks = masks_of(secret);
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *text = g_strdup_printf("[%s]", forms[i]);
		shown_is(masks, text, "[***]");
	}
}

static void a_secret_is_known_as_other_languages_quote_it(void)
{
	g_autoptr(mask_words) masks = masks_of(quoted_secret);
	for (size_t i = 0; i < G_N_ELEMENTS(quoted_forms); i++)
		shown_is(masks, quoted_forms[i], "***");
	g_autoptr(mask_words) declared = masks_of("a \"$x\" `y` \\ z");
	shown_is(
		declared, "declare -x X=\"a \\\"\\$x\\\" \\`y\\` \\\\ z\"", "declare -x X=\"***\"");
}

static void words_and_their_quoted_spaces_are_known(void)
{
	g_autoptr(mask_words) masks = masks_of("  it's a word ");
	shown_is(masks, "(it's a word)", "(***)");
	shown_is(masks, "\\ \\ it\\'s\\ a\\ word\\ ", "***");
}

static void lines_of_a_secret_are_known_alone(void)
{
	g_autoptr(mask_words) masks = masks_of("first line\r\nsecond line\n}\nend");
	shown_is(masks, "x second line y", "x *** y");
	shown_is(masks, "first line", "***");
	shown_is(masks, "} end", "} end");
}

/* What is before and after it in the encoded bytes has a part in at most one letter on each side,
 * beside its own letters. */
static void base64_is_known_wherever_it_begins(void)
{
	static const char before[] = "user:name", after[] = "@somewhere";
	for (size_t n = 4; n < 30; n++) {
		g_autofree char *word = g_strnfill(n, '?');
		for (size_t i = 0; i < n; i++)
			word[i] = (char)(' ' + (i * 37 + n * 11) % 94);
		g_autoptr(mask_words) masks = masks_of(word);
		for (size_t i = 0; i < sizeof(before); i++)
			for (size_t k = 0; k < sizeof(after); k++) {
				g_autofree char *bytes = g_strdup_printf(
					"%.*s%s%.*s", (int)i, before, word, (int)k, after);
				g_autofree char *text =
					g_base64_encode((guchar *)bytes, strlen(bytes));
				g_autofree char *shown = text_masked(text, masks);
				g_assert_nonnull(strstr(shown, "***"));
				g_assert_cmpuint(
					strlen(shown), <=, (i + k) * 8 / 6 + 3 + 2 + 2 + 2);
				g_autofree char *url = g_strdelimit(
					g_strdelimit(g_strdup(text), "+", '-'), "/", '_');
				g_autofree char *url_shown = text_masked(url, masks);
				g_assert_nonnull(strstr(url_shown, "***"));
			}
	}
}

static void base64_is_known_when_it_is_cut_into_lines(void)
{
	g_autofree char *word = g_strnfill(400, '?');
	for (size_t i = 0; i < 400; i++)
		word[i] = (char)('!' + (i * i * 31 + i) % 90);
	g_autoptr(mask_words) masks = masks_of(word);
	g_autofree char *text = g_base64_encode((guchar *)word, strlen(word));
	for (size_t width = 64; width <= 76; width += 12) {
		g_autoptr(GString) lines = g_string_new(NULL);
		for (size_t at = 0; at < strlen(text); at += width)
			g_string_append_printf(lines, "%.*s\n", (int)width, text + at);
		g_autofree char *shown = text_masked(lines->str, masks);
		g_auto(GStrv) left = g_strsplit(shown, "\n", -1);
		for (char **line = left; *line; line++)
			g_assert_cmpuint(strlen(*line), <=, 6);
	}
}

static void a_word_too_short_is_told(void)
{
	g_autoptr(mask_words) masks = mask_words_new();
	g_assert_false(mask_add(masks, "abc"));
	g_assert_true(mask_add(masks, "abcd"));
	g_assert_true(mask_add(masks, ""));
	g_assert_true(mask_add(masks, NULL));
	shown_is(masks, "abc abcd", "abc ***");
	shown_is(masks, "", "");
	g_autoptr(mask_words) none = mask_words_new();
	shown_is(none, "", "");
}

static void a_large_secret_is_known_as_it_is(void)
{
	g_autofree char *word = g_strnfill(1 << 20, 'x');
	word[500] = '"';
	g_autoptr(mask_words) masks = masks_of(word);
	g_assert_cmpuint(g_strv_length((char **)mask_words_list(masks)), <=, 3);
	g_autofree char *text = g_strdup_printf("(%s)", word);
	shown_is(masks, text, "(***)");
}

static void of_a_long_secret_a_part_is_known_too(void)
{
	g_autoptr(GString) word = g_string_new(NULL);
	for (unsigned i = 0; i < 300; i++)
		g_string_append_printf(word, "\303\274%u", i * i);
	g_autoptr(mask_words) masks = masks_of(word->str);
	for (gsize size = 100; size + 200 < word->len; size += 37) {
		g_autofree char *part = g_strndup(word->str, size);
		g_autofree char *head = g_utf8_make_valid(part, -1);
		g_autofree char *shown = text_masked(head, masks);
		g_assert_true(g_utf8_validate(shown, -1, NULL));
		g_autofree char *left = g_strdup(strrchr(shown, '*'));
		g_assert_cmpuint(strlen(left), <=, 70);
		g_assert_true(g_str_has_prefix(shown, "***"));
		g_autofree char *tail = text_masked(word->str + size, masks);
		g_assert_cmpuint(strcspn(tail, "*"), <=, 70);
	}
}

/* From environments and decoded URLs. */
static void a_secret_that_is_no_utf8_is_known_by_its_bytes(void)
{
	static const char *const texts[] = {"(pass\364)", "(pass%F4)", "(70617373f4)",
		"(pass\\xf4)", "(pass\\364)", "(cGFzc/)", "(cGFzc_)"};
	g_autofree char *word =
		g_strdup("pass\364"); /* of the heap, so that one byte more is seen */
	g_autoptr(mask_words) masks = masks_of(word);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		shown_is(masks, texts[i], "(***)");
	g_autoptr(mask_words) of_url = mask_words_new();
	mask_add_urls(of_url, "https://user:pass%F4@host/");
	shown_is(of_url, "pass\364 pass%F4", "*** ***");
	for (char lead = '\200'; lead != 0; lead++) {
		g_autofree char *broken = g_strnfill(300, '\200');
		broken[0] = lead;
		g_autoptr(mask_words) known = masks_of(broken);
		shown_is(known, broken, "***");
		g_autofree char *tail = text_masked(broken + 1, known);
		g_assert_cmpuint(strcspn(tail, "*"), <=, 64);
	}
}

static void json_is(const char *value, struct mask_words *masks, const char *expected)
{
	json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
	json_t *shown = json_masked(json, masks);
	g_autofree char *text = json_dumps(shown, JSON_COMPACT | JSON_ENCODE_ANY);
	g_assert_cmpstr(text, ==, expected);
	json_decref(json);
	json_decref(shown);
}

static void values_are_masked_at_any_depth_and_of_any_type(void)
{
	g_autoptr(mask_words) masks = masks_of("12345678");
	json_is("{\"a\": [{\"b\": \"x12345678\"}]}", masks, "{\"a\":[{\"b\":\"x***\"}]}");
	json_is("[\"\", {\"\": \"\"}, null]", masks, "[\"\",{\"\":\"\"},null]");
	json_is("[12345678, 912345678.5, 1234567]", masks, "[\"***\",\"***\",1234567]");
	json_is("{\"12345678\": true}", masks, "{\"***\":true}");
	json_is("{\"password\": {\"12345678\": [1, null]}}", masks,
		"{\"password\":{\"***\":[\"***\",null]}}");
	g_autoptr(GString) deep = g_string_new(NULL);
	for (int i = 0; i < 1000; i++)
		g_string_append(deep, "[");
	g_string_append(deep, "\"12345678\"");
	for (int i = 0; i < 1000; i++)
		g_string_append(deep, "]");
	json_t *json = json_loads(deep->str, 0, NULL), *shown = json_masked(json, masks);
	g_autofree char *text = json_dumps(shown, JSON_COMPACT);
	g_assert_null(strstr(text, "12345678"));
	g_assert_nonnull(strstr(text, "[\"***\"]"));
	json_decref(json);
	json_decref(shown);
}

static void secrets_are_found_by_their_keys_and_in_urls(void)
{
	g_autoptr(mask_words) masks = mask_words_new();
	json_t *json = json_loads("{\"host\": \"db-host\", \"api_key\": [\"key-1\", 98765],"
				  " \"proxy\": \"http://me:p%40ss@proxy:3128/x\","
				  " \"plain\": \"http://proxy:3128/a:b@c\"}",
		0, NULL);
	mask_add_sensitive(masks, json);
	shown_is(masks, "db-host key-1 98765 p%40ss p@ss 3128 a:b@c",
		"db-host *** *** *** *** 3128 a:b@c");
	json_decref(json);
}

static void passwords_of_all_urls_are_found(void)
{
	g_autoptr(mask_words) masks = mask_words_new();
	mask_add_urls(masks,
		"http://proxy/ https://u:hunter22@h,ftp://:second-1@[::1]:21?to=x://y:third-1@z");
	mask_add_urls(masks, "none ://: :// https://user@host:80 ://");
	shown_is(masks, "hunter22 second-1 third-1 proxy 80 [::1] user",
		"*** *** *** proxy 80 [::1] user");
	json_t *json = json_loads("{\"http://u:in-a-key@h\": 1}", 0, NULL);
	mask_add_sensitive(masks, json);
	shown_is(masks, "in-a-key", "***");
	json_decref(json);
}

static void broken_json_that_names_a_secret_is_dubious(void)
{
	g_assert_true(text_is_dubious("{\"password\": \"abc"));
	g_assert_true(text_is_dubious(" [\"token"));
	g_assert_false(text_is_dubious("{\"password\": \"abc\"}"));
	g_assert_false(text_is_dubious("the password"));
	g_assert_false(text_is_dubious("{\"host\": "));
}

/* Each is looked for once, however many there are. */
static void thousands_of_secrets_are_known(void)
{
	g_autoptr(mask_words) masks = mask_words_new();
	json_t *json = json_array(), *harmless = json_array();
	for (int i = 0; i < 2000; i++) {
		json_array_append_new(json, json_sprintf("secret %d!", i));
		json_array_append_new(harmless, json_sprintf("secret %d?", i));
	}
	mask_add_all(masks, json);
	mask_add_all(masks, json);
	json_t *shown = json_masked(json, masks), *item;
	size_t i;
	json_array_foreach(shown, i, item) g_assert_cmpstr(json_string_value(item), ==, "***");
	g_assert_true(json_holds_secret(json, masks));
	g_assert_false(json_holds_secret(harmless, masks));
	g_autoptr(mask_words) none = mask_words_without(masks, masks);
	g_assert_null(mask_words_list(none)[0]);
	json_decref(json);
	json_decref(harmless);
	json_decref(shown);
}

static void of_too_many_secrets_nothing_is_shown(void)
{
	g_autoptr(mask_words) masks = mask_words_new();
	g_autofree char *word = g_strnfill(1 << 20, 'x');
	mask_add(masks, word);
	shown_is(masks, "harmless", "harmless");
	for (char c = 'a'; !mask_words_are_too_many(masks); c++) {
		word[0] = c;
		mask_add(masks, word);
	}
	mask_add(masks, "one-more");
	shown_is(masks, "harmless one-more", "***");
	json_is("{\"a\": \"one-more\"}", masks, "\"***\"");
	g_assert_true(text_holds_secret("harmless", masks));
}

/* Of the address sanitizer, where the test is built with it. */
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t),
	void (*)(const volatile void *)) __attribute__((weak));

static const char *const remains[] = {
	"hunter 22", "hunter%2022", "aHVudGVyIDIy", "hunter\\\\\\\"22", "second line"};
static unsigned n_remains;
static bool is_watched;

static void on_malloc(const volatile void *memory, size_t size)
{
}

static void on_free(const volatile void *memory)
{
	size_t size = is_watched && memory ? malloc_usable_size((void *)memory) : 0;
	for (size_t i = 0; i < G_N_ELEMENTS(remains); i++)
		n_remains += memmem((void *)memory, size, remains[i], strlen(remains[i])) != NULL;
}

static void no_secret_stays_in_memory_that_is_given_back(void)
{
	if (!__sanitizer_install_malloc_and_free_hooks) {
		g_test_skip("built without the address sanitizer");
		return;
	}
	g_assert_cmpint(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free), !=, 0);
	is_watched = true;
	struct mask_words *masks = mask_words_new();
	mask_add(masks, "hunter 22");
	mask_add(masks, "                 hunter\"22\nsecond line");
	mask_add_urls(masks, "http://u:hunter%2022@h");
	mask_words_free(masks);
	is_watched = false;
	g_assert_cmpuint(n_remains, ==, 0);
	is_watched = true;
	g_free(g_strdup("of hunter 22"));
	is_watched = false;
	g_assert_cmpuint(n_remains, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(function) g_test_add_func("/mask/" #function, function)
	ADD(a_secret_is_known_in_every_form);
	ADD(a_secret_is_known_as_other_languages_quote_it);
	ADD(words_and_their_quoted_spaces_are_known);
	ADD(lines_of_a_secret_are_known_alone);
	ADD(base64_is_known_wherever_it_begins);
	ADD(base64_is_known_when_it_is_cut_into_lines);
	ADD(a_word_too_short_is_told);
	ADD(a_large_secret_is_known_as_it_is);
	ADD(of_a_long_secret_a_part_is_known_too);
	ADD(a_secret_that_is_no_utf8_is_known_by_its_bytes);
	ADD(values_are_masked_at_any_depth_and_of_any_type);
	ADD(secrets_are_found_by_their_keys_and_in_urls);
	ADD(passwords_of_all_urls_are_found);
	ADD(broken_json_that_names_a_secret_is_dubious);
	ADD(thousands_of_secrets_are_known);
	ADD(of_too_many_secrets_nothing_is_shown);
	ADD(no_secret_stays_in_memory_that_is_given_back);
	return g_test_run();
}
