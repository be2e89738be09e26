/* SPDX-License-Identifier: MIT */
/* What a run is given, against the rules of its DAG's params. */
#include "tests/unit/operator_fixture.h"

static struct operators *operators;

static void assert_json(const json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	g_assert_cmpstr(text, ==, expected);
	free(text);
}

static const struct {
	const char *conf, *params, *error;
} confs[] = {
	{NULL, NULL, "param \"must\" has no default and must be given in conf"},
	{"{\"must\":\"x\"}", "{\"limit\":5,\"mode\":\"a\",\"must\":\"x\",\"plain\":{\"k\":1}}",
		NULL},
	{"{\"must\":\"x\",\"limit\":9.0,\"plain\":[],\"more\":null}",
		"{\"limit\":9.0,\"mode\":\"a\",\"more\":null,\"must\":\"x\",\"plain\":[]}", NULL},
	{"{\"must\":7}", NULL, "param \"must\" is 7: type string was expected"},
	{"{\"must\":\"\"}", NULL,
		"param \"must\" has 0 characters: at least 1 were expected (minLength)"},
	{"{\"must\":\"xyzzy\"}", NULL,
		"param \"must\" has 5 characters: at most 4 were expected (maxLength)"},
	{"{\"must\":\"X\"}", NULL, "param \"must\" is \"X\": it must match the pattern ^[a-z]*$"},
	{"{\"must\":\"x\",\"limit\":true}", NULL,
		"param \"limit\" is true: type integer or null was expected"},
	{"{\"must\":\"x\",\"limit\":2.5}", NULL,
		"param \"limit\" is 2.5: type integer or null was expected"},
	{"{\"must\":\"x\",\"limit\":0}", NULL,
		"param \"limit\" is 0: at least 1 was expected (minimum)"},
	{"{\"must\":\"x\",\"limit\":11}", NULL,
		"param \"limit\" is 11: at most 10 was expected (maximum)"},
	{"{\"must\":\"x\",\"mode\":\"c\"}", NULL,
		"param \"mode\" is \"c\": one of [\"a\",\"b\"] was expected"},
	{"{\"must\":\"x\",\"day\":\"2026-02-30\"}", NULL,
		"param \"day\" is \"2026-02-30\": a date in the form of ISO 8601 was "
		"expected"},
	{"{\"must\":\"x\",\"names\":[\"a\",1]}", NULL,
		"param \"names\"[1] is 1: type string was expected"},
	{"{\"must\":\"x\",\"box\":{\"w\":1}}", NULL,
		"param \"box\" lacks \"h\", which is required"},
	{"{\"must\":\"x\",\"box\":{\"w\":\"1\",\"h\":1}}", NULL,
		"param \"box\".w is \"1\": type number was expected"},
	{"{\"must\":\"x\",\"password\":\"abc\"}", NULL,
		"param \"password\" is against its rule; its value is not shown"},
	{"{\"must\":{\"password\":\"abc\"}}", NULL,
		"param \"must\" is a map: type string was expected"},
	{"[]", NULL, "conf is no JSON object"},
};

static void conf_is_laid_over_the_params_and_checked(void)
{
	dag_auto struct dag *dag = fixture_dag(operators,
		"params:\n"
		"  plain: {k: 1}\n"
		"  must: {type: string, minLength: 1, maxLength: 4, pattern: \"^[a-z]*$\"}\n"
		"  limit: {type: [integer, \"null\"], default: 5, minimum: 1, maximum: 10}\n"
		"  mode: {enum: [a, b], default: a, title: Mode, description: Which, section: S}\n"
		"  day: {type: string, format: date, default: 2026-01-01}\n"
		"  names: {type: array, items: {type: string}, default: []}\n"
		"  box:\n"
		"    type: object\n"
		"    properties: {w: {type: number}, h: {type: number}}\n"
		"    required: [w, h]\n"
		"    default: {w: 1, h: 2}\n"
		"  password: {type: string, minLength: 8, default: \"12345678\"}\n"
		"tasks: [{task_id: a, operator: empty}]\n");
	for (size_t i = 0; i < G_N_ELEMENTS(confs); i++) {
		g_autoptr(GError) error = NULL;
		json_t *conf = confs[i].conf ? json_loads(confs[i].conf, 0, NULL) : NULL;
		json_t *params = dag_params(dag, conf, &error);
		g_assert_cmpstr(error ? error->message : NULL, ==, confs[i].error);
		g_assert_true((params != NULL) == (confs[i].params != NULL));
		/* Those that are not in the expected text are the same in all. */
		for (const char *const *name =
				(const char *const[]){"day", "names", "box", "password", NULL};
			params && *name; name++)
			json_object_del(params, *name);
		if (params)
			assert_json(params, confs[i].params);
		json_decref(params);
		json_decref(conf);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	operators = fixture_operators();
	g_test_add_func("/params/conf_is_laid_over_the_params_and_checked",
		conf_is_laid_over_the_params_and_checked);
	int status = g_test_run();
	operators_free(operators);
	return status;
}
