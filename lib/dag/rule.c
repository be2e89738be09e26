/* SPDX-License-Identifier: MIT */
#include "lib/dag/rule.h"

#include <math.h>
#include <string.h>

#include "lib/base/ident.h"
#include "lib/base/instant.h"
#include "lib/base/problem.h"

/* Nesting of items and properties; the file's own limit lets through a little more. */
enum { DEPTH_MAX = 64, SHOWN_MAX = 60 };

G_GNUC_PRINTF(2, 3) static bool refuse(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, LIB_ERROR, 0, text);
	return false;
}

static char *shown(const json_t *value)
{
	/* A secret may be in there. */
	if (json_is_object(value))
		return g_strdup("a map");
	if (json_is_object(json_array_get(value, 0)))
		return g_strdup("a list of maps");
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	g_autofree char *valid = g_utf8_make_valid(text ? text : "a value", -1);
	free(text);
	if (g_utf8_strlen(valid, -1) <= SHOWN_MAX)
		return g_steal_pointer(&valid);
	g_autofree char *begin = g_utf8_substring(valid, 0, SHOWN_MAX);
	return g_strconcat(begin, "…", NULL);
}

static const char *const type_names[] = {
	"string", "integer", "number", "boolean", "array", "object", "null", NULL};

static bool is_of_type(const json_t *value, const char *type)
{
	if (strcmp(type, "integer") == 0)
		return json_is_integer(value)
			|| (json_is_real(value)
				&& json_real_value(value) == floor(json_real_value(value)));
	return (json_is_string(value) && strcmp(type, "string") == 0)
		|| (json_is_number(value) && strcmp(type, "number") == 0)
		|| (json_is_boolean(value) && strcmp(type, "boolean") == 0)
		|| (json_is_array(value) && strcmp(type, "array") == 0)
		|| (json_is_object(value) && strcmp(type, "object") == 0)
		|| (json_is_null(value) && strcmp(type, "null") == 0);
}

/* 1 and 1.0 are the same number. */
static bool is_equal(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b))
		return json_number_value(a) == json_number_value(b);
	return json_equal(a, b);
}

typedef bool word_check(const char *word, const json_t *setting, unsigned depth, GError **error);
typedef bool word_test(
	const json_t *setting, const json_t *value, const char *what, GError **error);

static bool check(const json_t *rule, unsigned depth, GError **error);
static bool allows(const json_t *rule, const json_t *value, const char *what, GError **error);
static bool allows_member(const json_t *rule, const char *name, const json_t *value,
	const char *what, GError **error);

static bool check_any(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	return true;
}

static bool check_text(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	return json_is_string(setting) || refuse(error, "\"%s\" is no text", word);
}

static bool check_number(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	return json_is_number(setting) || refuse(error, "\"%s\" is no number", word);
}

static bool check_count(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	return (json_is_integer(setting) && json_integer_value(setting) >= 0)
		|| refuse(error, "\"%s\" is no whole number of at least 0", word);
}

static bool check_list(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	return (json_is_array(setting) && json_array_size(setting) > 0)
		|| refuse(error, "\"%s\" is no list of values", word);
}

static bool check_type(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	bool is_list = json_is_array(setting);
	for (size_t i = 0; i < (is_list ? json_array_size(setting) : 1); i++) {
		const json_t *type = is_list ? json_array_get(setting, i) : setting;
		if (json_is_null(type))
			return refuse(error, "the type null is written \"null\", in quotes");
		if (!json_is_string(type))
			return refuse(error, "\"type\" is neither a name nor a list of names");
		const char *name = json_string_value(type);
		if (g_strv_contains(type_names, name))
			continue;
		g_autofree char *all = g_strjoinv(", ", (char **)type_names);
		return refuse(error, "\"%s\" is no type: one of %s was expected", name, all);
	}
	return true;
}

static const char *const format_names[] = {"date", "date-time", "time", "multiline", NULL};

static bool check_format(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	const char *name = json_string_value(setting);
	if (name && g_strv_contains(format_names, name))
		return true;
	g_autofree char *all = g_strjoinv(", ", (char **)format_names);
	return refuse(error, "\"%s\" is no format: one of %s was expected", name ? name : "", all);
}

/* A pattern that would try for seconds gives up instead and matches nothing. */
static GRegex *pattern_compile(const json_t *setting)
{
	g_autofree char *limited =
		g_strconcat("(*LIMIT_MATCH=100000)", json_string_value(setting), NULL);
	return g_regex_new(limited, 0, 0, NULL);
}

static bool check_pattern(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (!check_text(word, setting, depth, error))
		return false;
	const char *pattern = json_string_value(setting);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, &why);
	if (regex)
		return true;
	/* GLib's sentence repeats the pattern; what is wrong with it stands at the end. */
	const char *reason = g_strrstr(why->message, ": ");
	return refuse(error, "\"%s\" is no regular expression: %s", pattern,
		reason ? reason + 2 : why->message);
}

static bool check_rule(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	return check(setting, depth + 1, error);
}

static bool check_properties(
	const char *word, const json_t *setting, unsigned depth, GError **error)
{
	const char *name;
	json_t *rule;
	if (!json_is_object(setting))
		return refuse(error, "\"properties\" is no map of rules");
	json_object_foreach((json_t *)setting, name, rule)
	{
		if (!check(rule, depth + 1, error))
			return false;
	}
	return true;
}

/* In JSON Schema a list of names; Airflow's own forms take a boolean that says nothing new. */
static bool check_required(const char *word, const json_t *setting, unsigned depth, GError **error)
{
	size_t i;
	json_t *name;
	if (!json_is_array(setting))
		return refuse(error, "\"required\" is no list of names");
	json_array_foreach(setting, i, name)
	{
		if (!json_is_string(name))
			return refuse(error, "\"required\" is no list of names");
	}
	return true;
}

static bool test_nothing(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	return true;
}

static bool test_type(const json_t *setting, const json_t *value, const char *what, GError **error)
{
	bool is_list = json_is_array(setting);
	g_autoptr(GString) all = g_string_new(NULL);
	for (size_t i = 0; i < (is_list ? json_array_size(setting) : 1); i++) {
		const char *type =
			json_string_value(is_list ? json_array_get(setting, i) : setting);
		if (is_of_type(value, type))
			return true;
		g_string_append_printf(all, "%s%s", i ? " or " : "", type);
	}
	g_autofree char *text = shown(value);
	return refuse(error, "%s is %s: type %s was expected", what, text, all->str);
}

static bool test_enum(const json_t *setting, const json_t *value, const char *what, GError **error)
{
	size_t i;
	json_t *allowed;
	json_array_foreach(setting, i, allowed)
	{
		if (is_equal(allowed, value))
			return true;
	}
	g_autofree char *text = shown(value), *all = shown(setting);
	return refuse(error, "%s is %s: one of %s was expected", what, text, all);
}

static bool test_const(const json_t *setting, const json_t *value, const char *what, GError **error)
{
	g_autofree char *text = shown(value), *wanted = shown(setting);
	return is_equal(setting, value)
		|| refuse(error, "%s is %s: %s was expected", what, text, wanted);
}

static bool test_minimum(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	g_autofree char *text = shown(value), *limit = shown(setting);
	return !json_is_number(value) || json_number_value(value) >= json_number_value(setting)
		|| refuse(error, "%s is %s: at least %s was expected (minimum)", what, text, limit);
}

static bool test_maximum(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	g_autofree char *text = shown(value), *limit = shown(setting);
	return !json_is_number(value) || json_number_value(value) <= json_number_value(setting)
		|| refuse(error, "%s is %s: at most %s was expected (maximum)", what, text, limit);
}

static bool test_min_length(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	glong len = json_is_string(value) ? g_utf8_strlen(json_string_value(value), -1) : -1;
	return len < 0 || len >= json_integer_value(setting)
		|| refuse(error, "%s has %ld characters: at least %lld were expected (minLength)",
			what, len, (long long)json_integer_value(setting));
}

static bool test_max_length(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	glong len = json_is_string(value) ? g_utf8_strlen(json_string_value(value), -1) : -1;
	return len <= json_integer_value(setting)
		|| refuse(error, "%s has %ld characters: at most %lld were expected (maxLength)",
			what, len, (long long)json_integer_value(setting));
}

static bool test_pattern(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	if (!json_is_string(value))
		return true;
	g_autoptr(GRegex) regex = pattern_compile(setting);
	if (regex && g_regex_match(regex, json_string_value(value), 0, NULL))
		return true;
	g_autofree char *text = shown(value);
	return refuse(error, "%s is %s: it must match the pattern %s", what, text,
		json_string_value(setting));
}

/* Whether a text is exactly the wanted half or halves of an ISO 8601 date and time. */
static bool text_has_format(const char *text, const char *format)
{
	int64_t wall_us;
	bool has_offset, has_time = strpbrk(text, "Tt ") != NULL;
	int offset_s;
	g_autofree char *dated = NULL;
	if (strcmp(format, "time") == 0)
		text = dated = g_strconcat("2000-01-01T", text, NULL);
	else if ((strcmp(format, "date") == 0) == has_time)
		return false;
	return instant_parse(text, &wall_us, &has_offset, &offset_s, NULL);
}

static bool test_format(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	const char *format = json_string_value(setting);
	if (!json_is_string(value) || strcmp(format, "multiline") == 0
		|| text_has_format(json_string_value(value), format))
		return true;
	g_autofree char *text = shown(value);
	return refuse(
		error, "%s is %s: a %s in the form of ISO 8601 was expected", what, text, format);
}

static bool test_items(const json_t *setting, const json_t *value, const char *what, GError **error)
{
	size_t i;
	json_t *item;
	json_array_foreach(value, i, item)
	{
		g_autofree char *name = g_strdup_printf("%s[%zu]", what, i);
		if (!allows(setting, item, name, error))
			return false;
	}
	return true;
}

static bool test_properties(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	const char *key;
	json_t *rule;
	json_object_foreach((json_t *)setting, key, rule)
	{
		const json_t *member = json_object_get(value, key);
		g_autofree char *name = g_strdup_printf("%s.%s", what, key);
		if (member && !allows_member(rule, key, member, name, error))
			return false;
	}
	return true;
}

static bool test_required(
	const json_t *setting, const json_t *value, const char *what, GError **error)
{
	size_t i;
	json_t *name;
	json_array_foreach(setting, i, name)
	{
		const char *key = json_string_value(name);
		if (json_is_object(value) && !json_object_get(value, key))
			return refuse(error, "%s lacks \"%s\", which is required", what, key);
	}
	return true;
}

/* The type first: what is wrong with a value of another type needs no second sentence. */
static const struct {
	const char *name;
	word_check *check;
	word_test *test;
} words[] = {
	{"type", check_type, test_type},
	{"enum", check_list, test_enum},
	{"const", check_any, test_const},
	{"minimum", check_number, test_minimum},
	{"maximum", check_number, test_maximum},
	{"minLength", check_count, test_min_length},
	{"maxLength", check_count, test_max_length},
	{"pattern", check_pattern, test_pattern},
	{"format", check_format, test_format},
	{"required", check_required, test_required},
	{"properties", check_properties, test_properties},
	{"items", check_rule, test_items},
	{"default", check_any, test_nothing},
	{"title", check_text, test_nothing},
	{"description", check_text, test_nothing},
	{"section", check_text, test_nothing},
};

const char *const *rule_words(void)
{
	static const char *names[G_N_ELEMENTS(words) + 1];
	static gsize once;
	if (g_once_init_enter(&once)) {
		for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
			names[i] = words[i].name;
		g_once_init_leave(&once, 1);
	}
	return names;
}

static const char *unknown_word(const json_t *map)
{
	const char *key;
	json_t *setting;
	json_object_foreach((json_t *)map, key, setting)
	{
		if (!g_strv_contains(rule_words(), key))
			return key;
	}
	return NULL;
}

bool rule_is_meant(const json_t *map)
{
	bool has_mark = json_object_get(map, "type") || json_object_get(map, "default")
		|| json_object_get(map, "enum") || json_object_get(map, "const");
	return has_mark && !unknown_word(map);
}

bool rule_is_misspelt(const json_t *map, const char **word)
{
	const char *type = json_string_value(json_object_get(map, "type"));
	*word = unknown_word(map);
	return *word && type && g_strv_contains(type_names, type);
}

static bool check(const json_t *rule, unsigned depth, GError **error)
{
	if (!json_is_object(rule))
		return refuse(error, "a rule is no map");
	if (depth > DEPTH_MAX)
		return refuse(error, "rules are nested more than %d deep", DEPTH_MAX);
	const char *unknown = unknown_word(rule);
	if (unknown) {
		const char *meant = suggest(unknown, rule_words());
		return meant ? refuse(error, "no rule is called \"%s\"; did you mean \"%s\"?",
			       unknown, meant)
			     : refuse(error, "no rule is called \"%s\"", unknown);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const json_t *setting = json_object_get(rule, words[i].name);
		if (setting && !words[i].check(words[i].name, setting, depth, error))
			return false;
	}
	return true;
}

bool rule_check(const json_t *rule, GError **error)
{
	return check(rule, 0, error);
}

static bool allows(const json_t *rule, const json_t *value, const char *what, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const json_t *setting = json_object_get(rule, words[i].name);
		if (setting && !words[i].test(setting, value, what, error))
			return false;
	}
	return true;
}

/* What a name says is secret is not told. */
static bool allows_member(
	const json_t *rule, const char *name, const json_t *value, const char *what, GError **error)
{
	if (!name_is_sensitive(name))
		return allows(rule, value, what, error);
	return allows(rule, value, what, NULL)
		|| refuse(error, "%s is against its rule; its value is not shown", what);
}

bool rule_allows(const json_t *rule, const char *name, const json_t *value, GError **error)
{
	g_autofree char *what = g_strdup_printf("param \"%s\"", name);
	return allows_member(rule, name, value, what, error);
}
