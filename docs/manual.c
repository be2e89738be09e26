/* SPDX-License-Identifier: MIT */
/*
 * manual configuration, manual operators FOLDER: prints a page of the manual as the code knows it,
 * from the table of configuration keys and from the manifests.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/config.h"
#include "lib/dag/operator.h"

static const char operators_head[] =
	"# Operators\n\n"
	"What a task can do. An operator's parameters are written beside the task's own keys, "
	"which "
	"are described in\n[dag-file.md](dag-file.md); each may hold templates unless it says "
	"otherwise. This page is made "
	"from the manifests,\n`operators/*/operator.yaml`; `dagctl operators show NAME` prints the "
	"same.\n\n"
	"| type | what is written |\n|---|---|\n"
	"| text, shell | text; in a shell script each `{{ }}` becomes a reference to a variable, "
	"never code |\n"
	"| integer, number, boolean | a number, `true` or `false` |\n"
	"| duration | `30s`, `5m`, `1h30m`, `2d`, `PT5M`, or a number of seconds |\n"
	"| size | `10MiB`, `2.5GB`, or a number of bytes |\n"
	"| list, map, any | as in YAML |\n"
	"| connection | the id of a connection, which `dagctl connections add` makes |\n\n";

static const char plugins[] =
	"## Plugins\n\n"
	"A folder in `operators/` of the home (under systemd `/etc/dagd/operators/`) with a "
	"manifest "
	"of its own is an operator\nlike these: `operators/NAME/operator.yaml`, and beside it the "
	"program where there is one, in any language. dagd reads\nmanifests when it starts.\n\n"
	"```yaml\n"
	"name: greet\n"
	"summary: Greets someone.\n"
	"parameters:\n"
	"  who: {type: text, required: true, summary: The one who is greeted.}\n"
	"run: [./greet.py]          # a file of this folder; \"{who}\" as a word would be its "
	"value\n"
	"arguments: stdin           # the arguments as one JSON object on standard input\n"
	"output: file               # results are the JSON object that it writes to $DAGD_OUTPUT\n"
	"```\n\n"
	"The other keys of a manifest are `description`, `aliases`, `cwd_parameter`, "
	"`skip_code_parameter`, `value_parameter`, `one_of`,\n`flow`, `destroys_data`, "
	"`tests_connections` and `examples`; a parameter may be `secret`, `constant`, "
	"`not_empty`\n(where it is written, it may not come out null or empty), `path` (of a file "
	"or a URL), "
	"`document` (of MongoDB) or `addresses`\n(of mail), and have a `default`, `choices`, or "
	"`values_in`, which says that it is "
	"code and which parameter "
	"takes the "
	"values for it. "
	"`lib/dag/operator.h` has a sentence for each.\n\n"
	"With `flow: wait` the operator is a sensor: it exits 75 when what it waits for is not "
	"there yet, and is run again after\n`poke_interval`, as the same try; its users get "
	"the "
	"parameters of all sensors. With `flow: branch` its `return_value` names\nthe tasks that "
	"are followed, with `flow: short_circuit` it says whether anything after it is done.\n\n"
	"With `tests_connections: [mysql]` its program is asked by `dagctl connections test` "
	"whether "
	"a connection of that type\nworks: it is run with one more word, `--test-connection`, and "
	"`{\"connection\": {\"conn_id\", \"conn_type\", \"host\", ...}}`\non standard input. It "
	"exits 0 when the connection works, and the last line that it prints says what answered; "
	"else the\nlast line of its standard error is the reason. After ten seconds it is ended.\n";

static const char *default_text(const struct parameter *parameter, char **text)
{
	if (parameter->required)
		return "required";
	if (!parameter->default_value)
		return "";
	g_autofree char *json =
		json_dumps(parameter->default_value, JSON_ENCODE_ANY | JSON_COMPACT);
	*text = g_strdup_printf("`%s`", json);
	return *text;
}

static void print_type(const struct parameter *parameter)
{
	if (!parameter->choices) {
		printf("%s%s%s%s", parameter_type_name(parameter->type),
			parameter->secret ? ", secret" : "",
			parameter->values_in || parameter->is_constant ? ", no templates" : "",
			parameter->not_empty ? ", not empty" : "");
		return;
	}
	for (const char *const *choice = parameter->choices; *choice; choice++)
		printf("%s`%s`", choice == parameter->choices ? "" : ", ", *choice);
}

static void print_parameters(const struct operator* which)
{
	if (which->n_parameters == 0)
		return;
	puts("| parameter | type | default | meaning |\n|---|---|---|---|");
	for (size_t i = 0; i < which->n_parameters; i++) {
		const struct parameter *parameter = &which->parameters[i];
		g_autofree char *text = NULL;
		printf("| `%s` | ", parameter->name);
		print_type(parameter);
		printf(" | %s | %s |\n", default_text(parameter, &text), parameter->summary);
	}
	putchar('\n');
}

static void print_operator(const struct operator* which)
{
	printf("## %s\n\n%s\n\n", which->name, which->summary);
	if (which->description)
		printf("%s\n", which->description);
	print_parameters(which);
	if (which->destroys_data)
		puts("It destroys data: `on_lost: fail` is the default of its tasks.\n");
	if (which->tests_connections[0]) {
		g_autofree char *types = g_strjoinv("`, `", (char **)which->tests_connections);
		printf("`dagctl connections test` asks it whether connections of type `%s` "
		       "work.\n\n",
			types);
	}
	if (which->aliases[0]) {
		g_autofree char *names = g_strjoinv("`, `", (char **)which->aliases);
		printf("Other names: `%s`.\n\n", names);
	}
	if (which->examples)
		printf("```yaml\n%s```\n\n", which->examples);
}

static int print_operators(const char *folder)
{
	struct problems *problems = problems_new();
	const char *folders[] = {folder, NULL};
	struct operators *operators = operators_load(folders, problems);
	unsigned n_errors = problems->n_errors;
	for (unsigned i = 0; i < problems->list->len; i++) {
		g_autofree char *text = problem_text(problems->list->pdata[i], NULL);
		fputs(text, stderr);
	}
	fputs(operators_head, stdout);
	for (const char *const *name = operators_names(operators); *name; name++)
		print_operator(operators_get(operators, *name));
	fputs(plugins, stdout);
	operators_free(operators);
	problems_free(problems);
	return n_errors > 0;
}

static int print_configuration(void)
{
	g_autofree char *text = config_manual();
	fputs(text, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "configuration") == 0)
		return print_configuration();
	if (argc == 3 && strcmp(argv[1], "operators") == 0)
		return print_operators(argv[2]);
	fputs("usage: manual configuration | manual operators FOLDER\n", stderr);
	return 2;
}
