/* SPDX-License-Identifier: MIT */
/* The DAG folder: what a file's change means for the DAGs it defines. */
#include <dirent.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/folder.h"
#include "daemon/watch.h"
#include "lib/dag/shelf.h"
#include "lib/yaml/yaml.h"

#define TASKS "tasks: [{task_id: a, operator: bash, bash_command: date}]\n"

static char *path;
static GString *told;
static struct operators *operators;
static struct folder *folder;
static bool wants_another_look;

/* ---- a disk that fails ---- */

static int read_error, list_error; /* errno, or 0 */

ssize_t __real_read(int fd, void *buffer, size_t size);
ssize_t __wrap_read(int fd, void *buffer, size_t size);
struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);

ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
	if (read_error == 0)
		return __real_read(fd, buffer, size);
	errno = read_error;
	return -1;
}

struct dirent *__wrap_readdir(DIR *dir)
{
	if (list_error == 0)
		return __real_readdir(dir);
	errno = list_error;
	return NULL;
}

/* Its name where numbers of files are wide. */
struct dirent *__wrap_readdir64(DIR *dir)
{
	return __wrap_readdir(dir);
}

/* ---- what is told ---- */

static void on_loaded(void *data, struct dag *dag)
{
	g_string_append_printf(told, "loaded %s (%s); ", dag->dag_id, dag->file);
}

static void on_gone(void *data, const char *dag_id)
{
	g_string_append_printf(told, "gone %s; ", dag_id);
}

static void on_problems(void *data, const char *file, const struct problems *problems)
{
	for (unsigned i = 0; i < problems->list->len; i++) {
		const struct problem *problem = problems->list->pdata[i];
		g_string_append_printf(told, "%s:%u: %s; ", file, problem->line, problem->message);
	}
}

static void on_incomplete(void *data)
{
	wants_another_look = true;
}

static void put(const char *name, const char *text)
{
	g_autofree char *file = g_build_filename(path, name, NULL);
	g_autofree char *parent = g_path_get_dirname(file);
	g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
	g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void take(const char *name)
{
	g_autofree char *file = g_build_filename(path, name, NULL);
	g_assert_cmpint(g_unlink(file), ==, 0);
}

/* What was told since the last look, once there is nothing left to be done. */
static void expect(const char *expected)
{
	while (folder_work(folder, 1))
		;
	g_assert_cmpstr(told->str, ==, expected);
	g_string_truncate(told, 0);
}

static void set_up(void)
{
	struct problems *problems = problems_new();
	const char *folders[] = {g_getenv("DAGD_OPERATORS"), NULL};
	path = g_dir_make_tmp("dagd-folder-XXXXXX", NULL);
	told = g_string_new(NULL);
	operators = operators_load(folders, problems);
	problems_free(problems);
	folder = folder_open(&(struct folder_options){.path = path,
		.context = {.operators = operators},
		.on_loaded = on_loaded,
		.on_gone = on_gone,
		.on_problems = on_problems,
		.on_incomplete = on_incomplete});
	wants_another_look = false;
}

static void remove_tree(const char *at)
{
	bool is_link = g_file_test(at, G_FILE_TEST_IS_SYMLINK);
	g_autoptr(GDir) dir = is_link ? NULL : g_dir_open(at, 0, NULL);
	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *file = g_build_filename(at, name, NULL);
		remove_tree(file);
	}
	g_assert_cmpint(g_remove(at), ==, 0);
}

static void tear_down(void)
{
	folder_close(folder);
	operators_free(operators);
	g_string_free(told, TRUE);
	remove_tree(path);
	g_free(path);
}

static void names_decide_what_is_a_dag_file(void)
{
	static const struct {
		const char *name;
		bool is_one;
	} files[] = {{"a.yaml", true}, {"a.yml", true}, {"sub/a.yaml", true}, {"a.json", false},
		{"config/a.yaml", false}, {"sub/config/a.yaml", true}, {".a.yaml", false},
		{"_a.yaml", false}, {".git/a.yaml", false}, {"_old/a.yaml", false},
		{"a.yaml~", false}, {".a.yaml.swp", false}};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		g_assert_cmpint(folder_is_dag_file(files[i].name), ==, files[i].is_one);
}

static void a_mistake_leaves_the_last_good_version(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS);
	folder_refresh(folder, "a.yaml");
	expect("loaded one (a.yaml); ");
	put("a.yaml", "dag_id: one\nretires: 3\n" TASKS);
	folder_refresh(folder, "a.yaml");
	expect("a.yaml:2: unknown key \"retires\"; ");
	g_assert_nonnull(folder_file_of(folder, "one"));
	put("a.yaml", "dag_id: one\ntags: [x]\n" TASKS);
	folder_refresh(folder, "a.yaml");
	expect("loaded one (a.yaml); ");
	tear_down();
}

static void a_dag_that_left_its_file_is_gone(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS "---\ndag_id: two\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (a.yaml); loaded two (a.yaml); ");
	put("a.yaml", "dag_id: two\n" TASKS);
	folder_rescan(folder);
	expect("gone one; ");
	take("a.yaml");
	folder_refresh(folder, "a.yaml");
	expect("gone two; ");
	tear_down();
}

static void an_unchanged_file_is_not_told_again(void)
{
	set_up();
	put("sub/a.yaml", "dag_id: one\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (sub/a.yaml); ");
	folder_rescan(folder);
	folder_refresh(folder, "sub/a.yaml");
	expect("");
	put("sub/a.yaml", "dag_id: one\n" TASKS);
	folder_rescan(folder);
	expect(""); /* written anew with the same text */
	tear_down();
}

static void two_files_cannot_define_one_dag(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS);
	put("b.yaml", "dag_id: one\ntags: [b]\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (a.yaml); b.yaml:1: dag_id \"one\" is defined in a.yaml already; ");
	take("a.yaml");
	folder_refresh(folder, "a.yaml");
	expect("gone one; loaded one (b.yaml); ");
	tear_down();
}

static void an_id_that_its_file_gives_up_goes_to_the_other_file(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS);
	put("b.yaml", "dag_id: one\ntags: [b]\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (a.yaml); b.yaml:1: dag_id \"one\" is defined in a.yaml already; ");
	put("a.yaml", "dag_id: two\n" TASKS);
	folder_refresh(folder, "a.yaml");
	expect("loaded two (a.yaml); gone one; loaded one (b.yaml); ");
	tear_down();
}

static void a_file_that_somebody_writes_stays_as_it_was(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (a.yaml); ");
	g_autofree char *file = g_build_filename(path, "a.yaml", NULL);
	FILE *stream = fopen(file, "w");
	fputs("dag_id: two\n" TASKS, stream);
	fflush(stream);
	folder_refresh(folder, "a.yaml");
	expect("");
	g_assert_true(folder_adopt(folder, "a.yaml", "one"));
	g_autofree char *link_path = g_build_filename(path, "b.yaml", NULL);
	g_assert_cmpint(link(file, link_path), ==, 0);
	folder_refresh(folder, "b.yaml");
	expect("");
	fclose(stream);
	folder_refresh(folder, "a.yaml");
	/* And again, since "one" is free. */
	expect("loaded two (a.yaml); gone one; "
	       "b.yaml:1: dag_id \"two\" is defined in a.yaml already; "
	       "b.yaml:1: dag_id \"two\" is defined in a.yaml already; ");
	tear_down();
}

static void what_is_no_file_of_text_is_a_problem(void)
{
	set_up();
	g_autofree char *fifo = g_build_filename(path, "fifo.yaml", NULL);
	g_assert_cmpint(mkfifo(fifo, 0644), ==, 0);
	g_autofree char *large = g_strnfill(YAML_SIZE_MAX + 1, '#');
	put("large.yaml", large);
	folder_rescan(folder);
	while (folder_work(folder, 1))
		;
	g_assert_nonnull(strstr(told->str, "fifo.yaml:0: is not a regular file; "));
	g_assert_nonnull(
		strstr(told->str, "large.yaml:0: has 16777217 bytes; at most 16 MiB is read; "));
	tear_down();
}

static void a_file_that_the_disk_does_not_give_is_looked_at_again(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (a.yaml); ");
	put("a.yaml", "dag_id: one\nowner: somebody\n" TASKS);
	g_assert_false(wants_another_look);
	read_error = EIO;
	folder_refresh(folder, "a.yaml");
	expect("a.yaml:0: cannot be read: Input/output error; ");
	read_error = 0;
	g_assert_true(wants_another_look);
	g_assert_cmpstr(folder_file_of(folder, "one")->file, ==, "a.yaml");
	folder_rescan(folder);
	expect("loaded one (a.yaml); ");
	tear_down();
}

static void a_folder_whose_list_breaks_off_is_looked_at_again(void)
{
	set_up();
	put("a.yaml", "dag_id: one\n" TASKS);
	folder_rescan(folder);
	expect("loaded one (a.yaml); ");
	put("b.yaml", "dag_id: two\n" TASKS);
	g_assert_false(wants_another_look);
	list_error = EIO;
	folder_rescan(folder);
	expect("");
	list_error = 0;
	g_assert_true(wants_another_look);
	folder_rescan(folder);
	expect("loaded two (b.yaml); ");
	tear_down();
}

static void a_link_that_leads_back_up_is_not_followed(void)
{
	set_up();
	put("sub/a.yaml", "dag_id: one\n" TASKS);
	g_autofree char *link = g_build_filename(path, "sub", "up", NULL);
	g_assert_cmpint(symlink("..", link), ==, 0);
	folder_rescan(folder);
	expect("loaded one (sub/a.yaml); ");
	tear_down();
}

/* ---- noticing changes ---- */

struct notice {
	uv_loop_t loop;
	GString *text;
};

static void on_file(void *data, const char *file)
{
	struct notice *notice = data;
	g_string_append_printf(notice->text, "%s; ", file);
	uv_stop(&notice->loop);
}

static void on_rescan(void *data)
{
	struct notice *notice = data;
	g_string_append(notice->text, "rescan; ");
	uv_stop(&notice->loop);
}

static bool on_work(void *data)
{
	return false;
}

static void wait_for(struct notice *notice, const char *expected)
{
	while (!strstr(notice->text->str, expected))
		uv_run(&notice->loop, UV_RUN_DEFAULT);
	g_string_truncate(notice->text, 0);
}

static void a_saved_file_is_noticed_when_it_is_whole(void)
{
	struct notice notice = {.text = g_string_new(NULL)};
	struct watch_events events = {on_file, on_rescan, on_work, &notice};
	path = g_dir_make_tmp("dagd-watch-XXXXXX", NULL);
	uv_loop_init(&notice.loop);
	struct watch *watch = watch_open(&notice.loop, path, &events, NULL);
	g_assert_nonnull(watch);
	put("a.yaml", "x"); /* a temporary file that is moved to its name */
	wait_for(&notice, "a.yaml; ");
	g_autofree char *file = g_build_filename(path, "b.yaml", NULL);
	FILE *stream = fopen(file, "w");
	fputs("half", stream);
	fflush(stream);
	g_assert_true(watch_is_touched(watch, "b.yaml"));
	g_string_truncate(notice.text, 0);
	fclose(stream);
	wait_for(&notice, "b.yaml; ");
	g_assert_false(watch_is_touched(watch, "b.yaml"));
	put("sub/c.yaml", "x");
	wait_for(&notice, "rescan; ");
	put("sub/d.yaml", "x");
	wait_for(&notice, "sub/d.yaml; ");
	take("b.yaml");
	wait_for(&notice, "b.yaml; ");
	watch_close(watch);
	uv_run(&notice.loop, UV_RUN_DEFAULT);
	g_assert_cmpint(uv_loop_close(&notice.loop), ==, 0);
	g_string_free(notice.text, TRUE);
	remove_tree(path);
	g_free(path);
}

static void on_loaded_of_many(void *data, struct dag *dag)
{
	g_assert_cmpuint(dag->n_tasks, ==, 4);
	g_assert_null(dag->tasks);
	++*(unsigned *)data;
}

static void the_tasks_of_hundreds_of_new_files_are_not_kept(void)
{
	enum { N = 300 };
	unsigned n = 0;
	set_up();
	struct folder_options options = {.path = path,
		.context = {.operators = operators},
		.on_loaded = on_loaded_of_many,
		.on_problems = on_problems,
		.data = &n};
	options.shelf = dag_shelf_new(&options.context, N);
	struct folder *many = folder_open(&options);
	for (unsigned i = 0; i < N; i++) {
		g_autofree char *name = g_strdup_printf("many%u.yaml", i);
		put(name,
			"tasks:\n- {task_id: a, operator: empty}\n- {task_id: b, operator: "
			"empty}\n- {task_id: c, operator: empty}\n- {task_id: d, operator: "
			"empty}\n");
	}
	folder_rescan(many);
	while (folder_work(many, G_MAXUINT))
		;
	g_assert_cmpuint(n, ==, N);
	expect("");
	folder_close(many);
	dag_shelf_free(options.shelf);
	tear_down();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/folder/names_decide_what_is_a_dag_file", names_decide_what_is_a_dag_file);
	g_test_add_func("/folder/a_mistake_leaves_the_last_good_version",
		a_mistake_leaves_the_last_good_version);
	g_test_add_func(
		"/folder/a_dag_that_left_its_file_is_gone", a_dag_that_left_its_file_is_gone);
	g_test_add_func(
		"/folder/an_unchanged_file_is_not_told_again", an_unchanged_file_is_not_told_again);
	g_test_add_func("/folder/two_files_cannot_define_one_dag", two_files_cannot_define_one_dag);
	g_test_add_func("/folder/an_id_that_its_file_gives_up_goes_to_the_other_file",
		an_id_that_its_file_gives_up_goes_to_the_other_file);
	g_test_add_func("/folder/a_file_that_somebody_writes_stays_as_it_was",
		a_file_that_somebody_writes_stays_as_it_was);
	g_test_add_func("/folder/what_is_no_file_of_text_is_a_problem",
		what_is_no_file_of_text_is_a_problem);
	g_test_add_func("/folder/a_file_that_the_disk_does_not_give_is_looked_at_again",
		a_file_that_the_disk_does_not_give_is_looked_at_again);
	g_test_add_func("/folder/a_folder_whose_list_breaks_off_is_looked_at_again",
		a_folder_whose_list_breaks_off_is_looked_at_again);
	g_test_add_func("/folder/a_link_that_leads_back_up_is_not_followed",
		a_link_that_leads_back_up_is_not_followed);
	g_test_add_func("/folder/the_tasks_of_hundreds_of_new_files_are_not_kept",
		the_tasks_of_hundreds_of_new_files_are_not_kept);
	g_test_add_func("/watch/a_saved_file_is_noticed_when_it_is_whole",
		a_saved_file_is_noticed_when_it_is_whole);
	return g_test_run();
}
