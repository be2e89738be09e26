/* SPDX-License-Identifier: MIT */
/* Templates: what they render to, what they refuse and where, and what a walk sees of them. */
#include <string.h>

#include "lib/base/instant.h"
#include "lib/schedule/schedule.h"
#include "lib/template/template.h"

static const char names[] = "{\"n\": 7, \"f\": 2.5, \"s\": \"héllo World\", \"list\": [3, 1, 2, "
			    "\"b\"], \"nums\": [3, 1, 2, 2],"
			    " \"d\": {\"a\": 1, \"b\": [1, 2, {\"c\": \"x\"}], \"k y\": null}, "
			    "\"yes\": true, \"no\": null,"
			    " \"rows\": [{\"n\": \"x\", \"v\": 2}, {\"n\": \"y\", \"v\": 1}], "
			    "\"words\": [\"b\", \"A\", \"a\"],"
			    " \"key\": \"a/b/c.tar.gz\"}";

static const struct template_object ti;

/* ti.xcom_pull(...) answers with what it was asked. */
static bool pull(const struct template_object *object, json_t *arguments, json_t *keywords,
	struct template_value *out, GError **error)
{
	if (json_array_size(arguments) > 1) {
		g_set_error(error, LIB_ERROR, 0, "xcom_pull wants one task");
		return false;
	}
	*out = (struct template_value){.json = json_pack("[OO]", arguments, keywords)};
	return true;
}

static bool pull_get(const struct template_object *object, const char *name,
	struct template_value *out, GError **error)
{
	return false;
}

static const struct template_object xcom_pull = {.get = pull_get, .call = pull};

static bool ti_get(const struct template_object *object, const char *name,
	struct template_value *out, GError **error)
{
	if (strcmp(name, "xcom_pull") == 0)
		*out = (struct template_value){.kind = VALUE_OBJECT, .object = &xcom_pull};
	else if (strcmp(name, "broken") == 0)
		g_set_error(error, LIB_ERROR, 0, "the store does not answer");
	return out->object != NULL;
}

static const struct template_object ti = {.get = ti_get};

static bool scope_get(const struct template_object *object, const char *name,
	struct template_value *out, GError **error)
{
	struct civil civil = {2026, 3, 28, 2, 30, 5, 0};
	const struct zone *berlin = zone_get("Europe/Berlin", NULL);

	if (strcmp(name, "ti") == 0) {
		*out = (struct template_value){.kind = VALUE_OBJECT, .object = &ti};
	} else if (strcmp(name, "at") == 0) {
		*out = (struct template_value){.kind = VALUE_INSTANT, .at = civil_to_wall(&civil)};
	} else if (strcmp(name, "berlin") == 0) {
		int64_t at = zone_instant(berlin, civil_to_wall(&civil));
		*out = (struct template_value){.kind = VALUE_INSTANT,
			.at = at,
			.zone = berlin,
			.offset_s = zone_offset_s(berlin, at)};
	} else if (strcmp(name, "hour") == 0) {
		*out = (struct template_value){.kind = VALUE_DURATION, .at = HOUR_US};
	} else {
		json_t *found = json_object_get(object->data, name);
		*out = (struct template_value){.json = json_incref(found)};
		return found != NULL;
	}
	return true;
}

/* The JSON of what it renders to, or the sentence of what is wrong, with its place. */
static char *render(const char *text)
{
	struct arena *arena = arena_new();
	struct problems *problems = problems_new();
	struct template *template =
		template_parse(arena, text, (struct place){"t.yaml", 1, 1}, problems);
	struct template_object scope = {.data = json_loads(names, 0, NULL), .get = scope_get};
	g_autoptr(GError) error = NULL;
	char *result;

	if (!template) {
		g_assert_cmpuint(problems->n_errors, ==, 1);
		const struct problem *problem = problems->list->pdata[0];
		result = g_strdup_printf("%u:%u: %s%s%s", problem->line, problem->column,
			problem->message, problem->hint ? "; " : "",
			problem->hint ? problem->hint : "");
	} else {
		json_t *json = template_render(template, &scope, &error);
		char *dumped = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
		result = g_strdup(dumped ? dumped : error->message);
		free(dumped);
		json_decref(json);
	}
	json_decref(scope.data);
	problems_free(problems);
	arena_free(arena);
	return result;
}

struct example {
	const char *text, *result;
};

static void check(const struct example *examples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *result = render(examples[i].text);
		if (strcmp(result, examples[i].result) != 0)
			g_error("%s\ngives %s\nnot   %s", examples[i].text, result,
				examples[i].result);
	}
}

static void one_expression_alone_keeps_its_type(void)
{
	static const struct example examples[] = {
		{"{{ n }}", "7"},
		{"{{ n }}\n", "7"},
		{"{{ d.b }}", "[1, 2, {\"c\": \"x\"}]"},
		{"{{ no }}", "null"},
		{"{{ n > 5 }}", "true"},
		{"{{ at }}", "\"2026-03-28T02:30:05+00:00\""},
		{"{{ hour }}", "3600"},
		{" {{ n }}", "\" 7\""},
		{"{{ n }}{{ n }}", "\"77\""},
		{"{{ yes }} {{ no }} {{ f }} {{ d }}",
			"\"True None 2.5 {'a': 1, 'b': [1, 2, {'c': 'x'}], 'k y': None}\""},
		{"no template", "\"no template\""},
		{"", "\"\""},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void operators_follow_python(void)
{
	static const struct example examples[] = {
		{"{{ [n + 1, n - 10, n * 2, n / 2, n // 2, -n // 2, n % 4, -n % 4, n ** 2, 2 ** "
		 "-1] }}",
			"[8, -3, 14, 3.5, 3, -4, 3, 1, 49, 0.5]"},
		{"{{ [-2 ** 2, -1 | abs, 2 ** 3 ** 2, 10 - 2 - 3, 2 * 3 % 4, 7.5 // 2, -7.5 % 2] "
		 "}}",
			"[4, 1, 64, 5, 2, 3.0, 0.5]"},
		{"{{ 1e16 }}x{{ 1e15 }}x{{ 0.0001 }}x{{ 0.00001 }}x{{ 0.1 + 0.2 }}x{{ -0.0 }}",
			"\"1e+16x1000000000000000.0x0.0001x1e-05x0.30000000000000004x-0.0\""},
		{"{{ [1 < 2 < 3, 1 < 2 > 3, 'a' in s, 3 in list, 'a' in d, 9 not in list, 1 == "
		 "1.0, [1, 2] < [1, 3]] }}",
			"[true, false, false, true, true, true, true, true]"},
		{"{{ [yes and n, no or 'd', not yes, 'x' if no else 'y' if yes else 'z', 1 ~ 2] }}",
			"[7, \"d\", false, \"y\", \"12\"]"},
		{"{{ [list[1:], s[::-1], s[-3:], list[-1], d.b[2].c, d['b'].0, 'ab' * 3, [0] * 2 + "
		 "[1], 'a' 'b'] }}",
			"[[1, 2, \"b\"], \"dlroW oll\u00e9h\", \"rld\", \"b\", \"x\", 1, "
			"\"ababab\", [0, 0, 1], \"ab\"]"},
		{"{{ (at - at, hour * 2, hour / hour, hour + hour > hour, at + hour, at - hour < "
		 "at) }}",
			"[0, 7200, 1.0, true, \"2026-03-28T03:30:05+00:00\", true]"},
		{"{{ 9223372036854775807 + 1 }}", "t.yaml:1:24: the result is too large"},
		{"{{ 1 // 0 }}", "t.yaml:1:6: division by zero"},
		{"{{ n + s }}", "t.yaml:1:6: \"+\" does not work between a number and a text"},
		{"{{ n < s }}", "t.yaml:1:6: a number and a text have no order"},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void filters_and_tests_are_jinjas(void)
{
	static const struct example examples[] = {
		{"{{ [s | upper, s | title, s | capitalize, s | length, ' x ' | trim, s | "
		 "replace('l', 'L', 1)] }}",
			"[\"H\u00c9LLO WORLD\", \"H\u00e9llo World\", \"H\u00e9llo world\", 11, "
			"\"x\", \"h\u00e9Llo World\"]"},
		{"{{ [nums | sort, words | sort, words | sort(case_sensitive=true), nums | unique, "
		 "words | unique] }}",
			"[[1, 2, 2, 3], [\"A\", \"a\", \"b\"], [\"A\", \"a\", \"b\"], [3, 1, 2], "
			"[\"b\", \"A\"]]"},
		{"{{ [rows | map(attribute='n'), words | map('upper'), rows | map(attribute='z', "
		 "default=0)] }}",
			"[[\"x\", \"y\"], [\"B\", \"A\", \"A\"], [0, 0]]"},
		{"{{ [nums | select('odd'), nums | reject('odd'), rows | selectattr('v', 'eq', 2) "
		 "| length] }}",
			"[[3, 1], [2, 2], 1]"},
		{"{{ [nums | min, nums | max, nums | sum, rows | sum('v'), nums | first, nums | "
		 "last, list | join('-')] }}",
			"[1, 3, 8, 3, 3, 2, \"3-1-2-b\"]"},
		{"{{ ['12' | int, '12.7' | int, 'x' | int(5), 'ff' | int(0, 16), '1.5' | float, "
		 "2.5 | round, 3.14159 | round(2) ~ ''] }}",
			"[12, 12, 5, 255, 1.5, 2.0, \"3.14\"]"},
		{"{{ d | tojson }}",
			"\"{\\\"a\\\": 1, \\\"b\\\": [1, 2, {\\\"c\\\": \\\"x\\\"}], \\\"k y\\\": "
			"null}\""},
		{"{{ \"<a&'b>\" | tojson }}", "\"\\\"\\\\u003ca\\\\u0026\\\\u0027b\\\\u003e\\\"\""},
		{"{{ [x | default('a'), d.z | d('b'), '' | default('c', true), x is defined, d.z "
		 "is undefined] }}",
			"[\"a\", \"b\", \"c\", false, true]"},
		{"{{ [n is odd, n is divisibleby 7, s is string, no is none, no is not none, f is "
		 "float, n is in [7]] }}",
			"[true, true, true, true, false, true, true]"},
		{"{{ '%s-%03d-%.2f|%5s|' | format('a', 7, 1.005, 'é') }}",
			"\"a-007-1.00|    \u00e9|\""},
		{"{{ [at | ds, at | ds_nodash, at | ts, at | ts_nodash, at | ts_nodash_with_tz] }}",
			"[\"2026-03-28\", \"20260328\", \"2026-03-28T02:30:05+00:00\", "
			"\"20260328T023005\", \"20260328T023005+0000\"]"},
		{"{{ 'x' | int }}",
			"t.yaml:1:10: the text is not a number; give a default: int(0)"},
		{"{{ [] | first }}", "t.yaml:1:9: there is no first item in an empty list"},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void methods_are_those_of_python_and_pendulum(void)
{
	static const struct example examples[] = {
		{"{{ [key.split('/')[-1], key.rsplit('.', 1), 'a b'.split(), key.startswith('a/'), "
		 "'-'.join(['a', 'b'])] }}",
			"[\"c.tar.gz\", [\"a/b/c.tar\", \"gz\"], [\"a\", \"b\"], true, \"a-b\"]"},
		{"{{ [key.find('b'), key.replace('/', '_'), '5'.zfill(3), 'abc'.center(8, '*'), "
		 "'it\\'s'.title()] }}",
			"[2, \"a_b_c.tar.gz\", \"005\", \"**abc***\", \"It'S\"]"},
		{"{{ [d.get('a'), d.get('q'), d.get('q', 3), d.keys(), list.index(2), "
		 "nums.count(2)] }}",
			"[1, null, 3, [\"a\", \"b\", \"k y\"], 2, 2]"},
		{"{{ [at.year, at.day_of_week, at.quarter, at.date(), at.isoformat(), "
		 "at.timestamp()] }}",
			"[2026, 5, 1, \"2026-03-28\", \"2026-03-28T02:30:05+00:00\", "
			"1774665005.0]"},
		{"{{ at.strftime('%a %A %b %B %d %-d %e %f %H %I %j %m %M %p %S %y %Y %z %:z %Z %% "
		 "%F %T %G-W%V-%u %U %W') }}",
			"\"Sat Saturday Mar March 28 28 28 000000 02 02 087 03 30 AM 05 26 2026 "
			"+0000 +00:00 UTC % 2026-03-28 02:30:05 2026-W13-6 12 12\""},
		{"{{ at.format('YYYY-MM-DD[T]HH:mm:ss Z dddd') }}",
			"\"2026-03-28T02:30:05 +00:00 Saturday\""},
		/* A day later is in the hour that summer time skips; a month is as long as it is.
		 */
		{"{{ [berlin.add(days=1), berlin.add(hours=24), berlin.add(months=-1, days=3), "
		 "berlin.subtract(years=1)] }}",
			"[\"2026-03-29T03:00:00+02:00\", \"2026-03-29T03:30:05+02:00\", "
			"\"2026-03-03T02:30:05+01:00\", \"2025-03-28T02:30:05+01:00\"]"},
		{"{{ [at.replace(hour=0), at.start_of('month'), at.end_of('month'), "
		 "at.start_of('week')] }}",
			"[\"2026-03-28T00:30:05+00:00\", \"2026-03-01T00:00:00+00:00\", "
			"\"2026-03-31T23:59:59.999999+00:00\", \"2026-03-23T00:00:00+00:00\"]"},
		{"{{ at.in_timezone('America/New_York') }}", "\"2026-03-27T22:30:05-04:00\""},
		{"{{ [hour.total_seconds(), hour.in_minutes(), hour.days, hour.seconds] }}",
			"[3600.0, 60, 0, 3600]"},
		{"{{ ti.xcom_pull('a', key=n) }}", "[[\"a\"], {\"key\": 7}]"},
		{"{{ at.strftime('%Q') }}", "t.yaml:1:7: \"%Q\" is not a directive of strftime"},
		{"{{ at.add(years=9000) }}",
			"t.yaml:1:7: the instant is outside of the years 1 to 9999"},
		{"{{ s.uper() }}",
			"t.yaml:1:6: a text has no method \"uper\"; did you mean \"upper\"?"},
		{"{{ s.upper }}", "t.yaml:1:6: \"upper\" is a method; write upper()"},
		{"{{ s.split(sep=1, sep2=2) }}", "t.yaml:1:6: \"split\" has no argument \"sep2\""},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void statements_choose_repeat_and_keep(void)
{
	static const struct example examples[] = {
		{"{% if n > 9 %}a{% elif n > 5 %}b{% else %}c{% endif %}", "\"b\""},
		{"{% for x in nums %}{{ loop.index }}{{ x }}{{ '' if loop.last else ',' }}{% "
		 "endfor %}",
			"\"13,21,32,42\""},
		{"{% for x in [] %}a{% else %}none{% endfor %}", "\"none\""},
		{"{% for k, v in d.items() if v %}{{ k }}={{ v }};{% endfor %}",
			"\"a=1;b=[1, 2, {'c': 'x'}];\""},
		{"{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}",
			"\"21\""},
		{"{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% "
		 "endfor %}{{ ns.n }}",
			"\"10\""},
		{"{% set a, b = [1, 2] %}{{ b }}{{ a }}{% set c %}<{{ n }}>{% endset %}{{ c }}",
			"\"21<7>\""},
		{"a {%- if yes -%} b {%- endif -%} c {{- n -}} d", "\"abc7d\""},
		{"{# no #}x{% raw %}{{ no }}{% endraw %}${#y}", "\"x{{ no }}${#y}\""},
		{"{% for x in [1] %}{% for y in [2, 3] %}{{ loop.cycle('o', 'e') }}{% endfor %}{{ "
		 "loop.length }}{% endfor %}",
			"\"oe1\""},
		{"{% set a, b = [1] %}", "t.yaml:1:1: 2 names cannot take 1 values"},
		{"{% set d.a = 1 %}", "t.yaml:1:1: only a namespace() can be changed, not a map"},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void an_undefined_name_is_an_error_with_its_place(void)
{
	static const struct example examples[] = {
		{"a\n  {{ x }}", "t.yaml:2:6: \"x\" is not defined"},
		{"{{ d.aa }}", "t.yaml:1:6: \"d\" has no \"aa\"; did you mean \"a\"?"},
		{"{{ d['aa'] }}", "t.yaml:1:6: \"d\" has no \"aa\"; did you mean \"a\"?"},
		{"{{ x.y | default(1) }}", "t.yaml:1:4: \"x\" is not defined"},
		{"{{ list[9] }}", "t.yaml:1:9: a list of 4 has no index 9"},
		{"{{ 1 if no }}", "t.yaml:1:6: the condition is false and there is no else"},
		{"{% if x %}{% endif %}", "t.yaml:1:7: \"x\" is not defined"},
		{"{{ ti.nothing }}", "t.yaml:1:7: \"ti\" has no \"nothing\""},
		{"{{ ti.broken }}", "t.yaml:1:7: the store does not answer"},
		{"{{ ti.xcom_pull('a', 'b') }}", "t.yaml:1:7: xcom_pull wants one task"},
		{"{{ ti }}",
			"t.yaml:1:4: an object has no value of its own; name one of its "
			"attributes"},
		{"{{ nothing() }}", "t.yaml:1:4: \"nothing\" is not defined"},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void a_mistake_is_found_when_it_is_parsed(void)
{
	static const struct example examples[] = {
		{"{{ n", "1:1: \"{{\" is not closed by \"}}\""},
		{"{{ }}", "1:4: expected a value before \"}}\""},
		{"{{ n n }}", "1:6: expected \"}}\", not \"n\""},
		{"{{ n = 1 }}", "1:6: expected \"}}\", not \"=\"; write == to compare"},
		{"{{ n | uper }}", "1:8: unknown filter \"uper\"; did you mean \"upper\"?"},
		{"{{ n is defind }}", "1:9: unknown test \"defind\"; did you mean \"defined\"?"},
		{"{{ s | replace('a') }}",
			"1:8: the filter \"replace\" wants the argument \"new\""},
		{"{{ s | upper(1) }}", "1:8: the filter \"upper\" takes no arguments"},
		{"{% fi n %}", "1:4: unknown tag \"fi\"; did you mean \"if\"?"},
		{"{% include 'a' %}",
			"1:4: unknown tag \"include\"; templates have the tags if, for, set and "
			"raw"},
		{"{% if n %}a", "1:1: \"{% endif %}\" is missing for what begins here"},
		{"a{% endif %}", "1:5: \"endif\" has nothing here that it belongs to"},
		{"{{ 'a }}", "1:4: the text that begins with ' is not closed"},
		{"{{ 99999999999999999999 }}",
			"1:4: the number \"99999999999999999999\" is too large"},
		{"{{ n && f }}", "1:6: unexpected \"&\" in an expression; write and, or, not"},
		{"{# a",
			"1:1: the comment that begins with \"{#\" is not closed; close it with #}, "
			"or write {{ '{#' }} for the two characters"},
		{"\xff", "1:1: the text is not UTF-8"},
		{"{% for loop in n %}{% endfor %}", "1:8: \"loop\" cannot be given a value"},
	};
	check(examples, G_N_ELEMENTS(examples));
}

static void no_template_takes_forever_or_all_memory(void)
{
	static const struct {
		const char *text, *says;
	} examples[] = {
		{"{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}",
			"steps"},
		{"{{ range(1000000000) | length }}", "steps"},
		{"{{ 'a' * 100000000 }}", "too large"},
		{"{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s ~ "
		 "ns.s %}{% endfor %}",
			"steps"},
		{"{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, "
		 "ns.l] %}{% endfor %}{{ ns.l }}",
			"steps"},
		{"{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] "
		 "%}{% endfor %}{{ ns.l }}",
			"nested too deep"},
		{"{% for i in range(99999) %}{{ 'a' * 1000 }}{% endfor %}", "16 MiB"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
		g_autofree char *result = render(examples[i].text);
		if (!strstr(result, examples[i].says))
			g_error("%s gives %.100s", examples[i].text, result);
	}
	g_autoptr(GString) deep = g_string_new("{{ ");
	for (int i = 0; i < 100000; i++)
		g_string_append_c(deep, '(');
	g_autofree char *brackets = render(deep->str);
	g_assert_nonnull(strstr(brackets, "{{"));
	g_string_append(deep, "}}");
	g_string_assign(deep, "{{ 1");
	for (int i = 0; i < 100000; i++)
		g_string_append(deep, "+1");
	g_string_append(deep, " }}");
	g_autofree char *sum = render(deep->str);
	g_assert_nonnull(strstr(sum, "too long"));
}

static void visit(void *data, const struct template_use *use)
{
	GString *seen = data;
	for (size_t i = 0; i < use->n; i++)
		g_string_append_printf(seen, "%s%s", i > 0 ? "." : "", use->names[i]);
	g_string_append_printf(seen, "@%u", use->place.column);
	if (use->is_call) {
		json_t *arguments = json_array(), *keywords = json_object();
		for (size_t i = 0; i < use->n_arguments; i++)
			json_array_append_new(arguments,
				use->arguments[i] ? json_incref(use->arguments[i])
						  : json_string("?"));
		for (size_t i = 0; i < use->n_keywords; i++)
			json_object_set_new(keywords, use->keywords[i],
				use->keyword_values[i] ? json_incref(use->keyword_values[i])
						       : json_string("?"));
		char *a = json_dumps(arguments, JSON_COMPACT),
		     *k = json_dumps(keywords, JSON_COMPACT);
		g_string_append_printf(seen, "(%s%s)", a, k);
		free(a);
		free(k);
		json_decref(arguments);
		json_decref(keywords);
	}
	g_string_append(seen, use->has_default ? "? " : " ");
}

static void a_walk_sees_what_a_template_asks_for(void)
{
	static const struct example examples[] = {
		{"{{ params.db['x'].y }}", "params.db.x.y@4 "},
		{"{{ ti.xcom_pull(task_ids='a', key=k).z }}",
			"ti.xcom_pull@4([]{\"task_ids\":\"a\",\"key\":\"?\"}) k@35 "},
		{"{{ f(1, [-2], x) | upper }}", "f@4([1,[-2],\"?\"]{}) x@15 "},
		{"{{ a.b | default(c) }}{{ d.e is defined }}", "a.b@4? c@18 d.e@26? "},
		{"{% if a.b is defined %}{{ a.b }}{% endif %}{{ a.c }}", "a.b@7? a.b@27? a.c@47 "},
		{"{% for x in xs if x.ok %}{{ x.y }}{{ loop.index }}{{ z }}{% endfor %}{{ x }}",
			"xs@13 z@54 x@73 "},
		{"{% set v = w %}{{ v.k }}{{ range(n) }}{{ namespace(a=b) }}", "w@12 n@34 b@54 "},
		{"{{ a[b].c }}{{ a[1:n] }}{{ x if y else [z, {'k': q}] }}",
			"a@4 b@6 a@16 n@20 y@33 x@28 z@41 q@50 "},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
		struct arena *arena = arena_new();
		struct problems *problems = problems_new();
		g_autoptr(GString) seen = g_string_new(NULL);
		struct template *template = template_parse(
			arena, examples[i].text, (struct place){"t.yaml", 1, 1}, problems);
		template_walk(template, visit, seen);
		g_assert_cmpstr(seen->str, ==, examples[i].result);
		problems_free(problems);
		arena_free(arena);
	}
}

static void places_are_those_of_the_yaml_file(void)
{
	static const char source[] = "a: |\n    one\n    two {{ x }}\n";
	struct place place = template_place((struct place){"t", 1, 4}, false, true, source);
	g_assert_cmpuint(place.line, ==, 2);
	g_assert_cmpuint(place.column, ==, 5);
	place = template_place((struct place){"t", 3, 7}, false, false, source);
	g_assert_cmpuint(place.column, ==, 8);
	place = template_place((struct place){"t", 3, 7}, true, false, source);
	g_assert_cmpuint(place.column, ==, 7);
	place = template_place((struct place){"t", 1, 4}, false, true, NULL);
	g_assert_cmpuint(place.column, ==, 1);
	g_assert_true(template_is_needed("a {{ b }}"));
	g_assert_true(template_is_needed("{% if %}"));
	g_assert_false(template_is_needed("{ {a} ${b} {#"));
	g_assert_true(template_has_method("strftime"));
	g_assert_false(template_has_method("append"));
	for (const char *const *name = template_methods(); name[0] && name[1]; name++)
		g_assert_cmpstr(name[0], <, name[1]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/template/one_expression_alone_keeps_its_type",
		one_expression_alone_keeps_its_type);
	g_test_add_func("/template/operators_follow_python", operators_follow_python);
	g_test_add_func("/template/filters_and_tests_are_jinjas", filters_and_tests_are_jinjas);
	g_test_add_func("/template/methods_are_those_of_python_and_pendulum",
		methods_are_those_of_python_and_pendulum);
	g_test_add_func(
		"/template/statements_choose_repeat_and_keep", statements_choose_repeat_and_keep);
	g_test_add_func("/template/an_undefined_name_is_an_error_with_its_place",
		an_undefined_name_is_an_error_with_its_place);
	g_test_add_func("/template/a_mistake_is_found_when_it_is_parsed",
		a_mistake_is_found_when_it_is_parsed);
	g_test_add_func("/template/no_template_takes_forever_or_all_memory",
		no_template_takes_forever_or_all_memory);
	g_test_add_func("/template/a_walk_sees_what_a_template_asks_for",
		a_walk_sees_what_a_template_asks_for);
	g_test_add_func(
		"/template/places_are_those_of_the_yaml_file", places_are_those_of_the_yaml_file);
	return g_test_run();
}
