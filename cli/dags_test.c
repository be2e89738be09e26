/* SPDX-License-Identifier: MIT */
/* `dags test`: one run of one DAG in the foreground, by a dagd that nobody else sees. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/dag_file.h"
#include "cli/dags.h"
#include "cli/follow.h"
#include "cli/print.h"
#include "cli/private_dagd.h"
#include "cli/unscheduled.h"

const struct option dags_test_options[] = {
	{"conf", 'c', "JSON", "params of the run, a JSON object; `-` reads it from stdin"},
	{"param", 'p', "NAME=VALUE",
		"one param: JSON where it reads as such, else text; may be repeated"},
	{"dag-id", 0, "DAG", "which DAG of a file that defines several"},
	{NULL},
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number)
{
	is_interrupted = 1;
	/* Whoever sends it again does not want to wait; what is written to nobody does no harm. */
	signal(number, number == SIGPIPE ? SIG_IGN : SIG_DFL);
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction action = {.sa_handler = on_signal};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

static int run_follow(const struct private_dagd *dagd, const char *dag_id, const json_t *run,
	enum follow_show show)
{
	struct follow_options options = {
		.address = &dagd->address,
		.dag_id = dag_id,
		.run_id = json_string_value(json_object_get(run, "dag_run_id")),
		.show = show,
		.is_private = true,
		.is_interrupted = show == FOLLOW_NOTHING ? NULL : &is_interrupted,
	};
	return options.run_id ? follow(&options) : EXIT_REFUSED;
}

/* Its tasks would go on without their dagd: the run is ended first. */
static void run_end(const struct private_dagd *dagd, const char *dag_id, const json_t *run)
{
	g_autofree char *path = path_of(API "/dags/%s/dagRuns/%s", dag_id,
		json_string_value(json_object_get(run, "dag_run_id")));
	json_auto_t *body = json_pack("{s:s}", "state", "failed");
	say("interrupted: the run is ended");
	json_auto_t *answer = ask(&dagd->address, "PATCH", path, body, NULL);
	if (answer)
		run_follow(dagd, dag_id, run, FOLLOW_NOTHING);
}

/* Gives one list of the lender to the private dagd; what it is has to be made with a POST each. */
static bool lend_list(const struct address *lender, const struct private_dagd *dagd,
	const char *nouns, GError **error)
{
	g_autofree char *from = g_strdup_printf(OWN_API "/%s/export", nouns);
	g_autofree char *to = g_strdup_printf(API "/%s", nouns);
	json_auto_t *answer = ask(lender, "GET", from, NULL, error);
	size_t i;
	json_t *entry;
	if (!answer)
		return false;
	json_array_foreach(json_object_get(answer, nouns), i, entry)
	{
		json_object_del(entry, "is_encrypted");
		json_auto_t *made = ask(&dagd->address, "POST", to, entry, error);
		if (!made)
			return false;
	}
	return true;
}

/* Whether it may miss a variable or a connection: `var.`, `conn.`, or a parameter such as conn_id.
 */
static bool may_borrow(const struct dag *dag)
{
	return strstr(dag->text, "var.") || strstr(dag->text, "conn");
}

/* Variables and connections of the home, as far as its daemon is there to give them. */
static void lend(
	const struct address *lender, const struct private_dagd *dagd, const struct dag *dag)
{
	g_autoptr(GError) error = NULL;
	if (lend_list(lender, dagd, "variables", &error)
		&& lend_list(lender, dagd, "connections", &error))
		return;
	if (may_borrow(dag))
		say("the run has no variables and connections: %s", error->message);
}

/* Pools bound what runs beside each other in all DAGs; this run is alone. */
static void pool_open(const struct private_dagd *dagd, const char *name)
{
	g_autofree char *path = path_of(API "/pools/%s", name);
	json_auto_t *slots = json_pack("{s:i}", "slots", -1);
	json_auto_t *pool = json_pack("{s:s, s:i}", "name", name, "slots", -1);
	json_auto_t *changed = ask(&dagd->address, "PATCH", path, slots, NULL);
	G_GNUC_UNUSED json_auto_t *made =
		changed ? NULL : ask(&dagd->address, "POST", API "/pools", pool, NULL);
}

static void pools_open(const struct private_dagd *dagd, const struct dag *dag)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (g_hash_table_add(names, (char *)dag->tasks[i].pool))
			pool_open(dagd, dag->tasks[i].pool);
}

static int run_once(const struct invocation *invocation, const struct private_dagd *dagd,
	const char *dag_id, json_t *conf)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = path_of(API "/dags/%s/dagRuns", dag_id);
	json_auto_t *body = json_pack("{s:O, s:n}", "conf", conf, "logical_date");
	json_auto_t *run = ask(&dagd->address, "POST", path, body, &error);
	if (!run)
		return refuse(error);
	int code = run_follow(
		dagd, dag_id, run, invocation->output == OUTPUT_JSON ? FOLLOW_JSON : FOLLOW_PEOPLE);
	if (is_interrupted)
		run_end(dagd, dag_id, run);
	return is_interrupted ? EXIT_REFUSED : code;
}

static int test_dag(const struct invocation *invocation, const struct dag *dag)
{
	g_autoptr(GError) error = NULL;
	struct private_dagd dagd;
	json_auto_t *conf = invocation_conf(invocation, &error);
	if (!conf)
		return refuse_usage(invocation, error);
	json_auto_t *params = dag_params(dag, conf, &error);
	if (!params)
		return refuse(error);
	g_autofree char *text = unscheduled_text(dag->text, strlen(dag->text));
	catch_signals();
	bool is_open = private_dagd_open(
		&dagd, invocation->address, dag->dag_id, text, &is_interrupted, &error);
	if (is_open) {
		lend(invocation->address, &dagd, dag);
		pools_open(&dagd, dag);
	}
	int code = is_open       ? run_once(invocation, &dagd, dag->dag_id, conf)
		: is_interrupted ? EXIT_REFUSED
				 : refuse(error);
	private_dagd_close(&dagd);
	return code;
}

static int test_file(const struct invocation *invocation, const char *path, const char *dag_id)
{
	struct problems *problems = problems_new();
	struct operators *operators = operators_open(invocation->address, NULL);
	struct dag_file *file = dag_file_read(path, operators, problems);
	const struct dag *dag = dag_file_choose(file, dag_id, problems);
	int code = dag ? test_dag(invocation, dag) : EXIT_REFUSED;
	dag_file_free(file);
	operators_free(operators);
	problems_free(problems);
	return code;
}

static bool file_defines(const char *path, const struct operators *operators, const char *dag_id)
{
	struct problems *problems = problems_new();
	struct dag_file *file = dag_file_read(path, operators, problems);
	bool defines = false;
	for (unsigned i = 0; file->dags && i < file->dags->len; i++)
		defines = defines
			|| strcmp(((struct dag *)file->dags->pdata[i])->dag_id, dag_id) == 0;
	/* A wrong file is meant, too, when it has the DAG's name: it is then told what is wrong. */
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *yaml = g_strconcat(dag_id, ".yaml", NULL);
	defines = defines || (problems->n_errors > 0 && strcmp(name, yaml) == 0);
	dag_file_free(file);
	problems_free(problems);
	return defines;
}

/* The file of the home that defines a DAG: g_free; NULL: none. */
static char *file_of_dag(const char *folder, const struct address *address, const char *dag_id)
{
	struct operators *operators = operators_open(address, NULL);
	g_autoptr(GPtrArray) files = dag_files_below(folder);
	char *found = NULL;
	for (unsigned i = 0; !found && i < files->len; i++)
		if (file_defines(files->pdata[i], operators, dag_id))
			found = g_strdup(files->pdata[i]);
	operators_free(operators);
	return found;
}

int dags_test(struct invocation *invocation)
{
	const char *word = invocation_argument(invocation, 0);
	if (word_is_file(word))
		return test_file(invocation, word, invocation_option(invocation, "dag-id"));
	g_autofree char *folder = dags_folder(invocation->address);
	g_autofree char *path = file_of_dag(folder, invocation->address, word);
	if (path)
		return test_file(invocation, path, word);
	say("no file in %s defines a DAG \"%s\"", folder, word);
	return EXIT_REFUSED;
}
