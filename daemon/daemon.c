/* SPDX-License-Identifier: MIT */
#include "daemon/daemon.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/api/api.h"
#include "daemon/backup.h"
#include "daemon/cgroup.h"
#include "daemon/cleaner.h"
#include "daemon/clock.h"
#include "daemon/follow.h"
#include "daemon/inspection.h"
#include "daemon/journal.h"
#include "daemon/launches.h"
#include "daemon/leash.h"
#include "daemon/process.h"
#include "daemon/report.h"
#include "daemon/retention.h"
#include "daemon/secret_command.h"
#include "daemon/signals.h"
#include "daemon/tzdata.h"
#include "daemon/watchdog.h"
#include "lib/base/instant.h"

enum { EXIT_REFUSED = 1, EXIT_BUSY = 75 };
/* Some 6 MB; those of a hundred DAGs that people write. */
enum { SHELF_TASKS_MAX = 2000 };

char *daemon_log_path(const struct daemon *daemon, const struct run_record *run,
	const char *task_id, int map_index, unsigned try_number)
{
	g_autofree char *mapped =
		map_index < 0 ? g_strdup("") : g_strdup_printf("map_index=%d/", map_index);
	return g_strdup_printf("%s/dag_id=%s/run_id=%s/task_id=%s/%sattempt=%u.log",
		daemon->home.logs, run->dag_id, run->run_id, task_id, mapped, try_number);
}

/* ---- what the parts report becomes events ---- */

static void on_due(void *data)
{
	turn_tick(((struct daemon *)data)->turn);
}

static void on_ended(void *data, const struct wire_result *result)
{
	struct daemon *daemon = data;
	launches_go_on(daemon->launches);
	turn_add_report(daemon->turn, report_new_ended(result));
}

static void on_claimed(void *data, int64_t id, int pid)
{
	struct daemon *daemon = data;
	struct attempt *attempt = attempts_get(daemon->attempts, id);
	if (attempt)
		attempt->record.pid = pid;
	launches_go_on(daemon->launches);
}

static void on_lost(void *data, int64_t attempt, const char *reason)
{
	journal(JOURNAL_WARNING, "attempt %" G_GINT64_FORMAT " is lost: %s", attempt, reason);
	turn_add_report(((struct daemon *)data)->turn, report_new_lost(attempt, reason));
}

static void on_taken_back(void *data, int64_t attempt, const char *reason)
{
	struct daemon *daemon = data;
	journal(JOURNAL_INFO, "attempt %" G_GINT64_FORMAT " is taken back: %s", attempt, reason);
	/* Of this dagd's own: what made it fail is likely to last. */
	if (daemon->is_recovered)
		launches_hold(daemon->launches, reason);
	turn_add_report(daemon->turn, report_new_taken_back(attempt, reason));
}

static void on_notice(void *data, const char *sentence)
{
	journal(JOURNAL_WARNING, "%s", sentence);
}

void daemon_sign(struct daemon *daemon)
{
	home_sign(daemon->lock, daemon->boot_id);
	daemon->is_signed = true;
}

static void on_recovered(void *data)
{
	struct daemon *daemon = data;
	daemon->is_recovered = true;
	/* Else it is told as soon as the database can be written. */
	if (!turn_refusal(daemon->turn))
		turn_add(daemon->turn, (struct event){.kind = EVENT_RECOVERED}, NULL, NULL);
	journal_notify("READY=1");
	journal(JOURNAL_INFO, "ready");
	retention_begin(daemon->retention);
	if (daemon->was_cut)
		inspection_begin(daemon);
	else
		daemon_sign(daemon);
}

/* ---- opening, in the order in which the parts need each other ---- */

static bool problems_print(struct problems *problems)
{
	bool is_fine = problems->n_errors == 0;
	for (unsigned i = 0; i < problems->list->len; i++) {
		g_autofree char *text = problem_text(problems->list->pdata[i], NULL);
		fputs(text, stderr);
	}
	problems_free(problems);
	return is_fine;
}

/* Paths from the configuration are relative to the home. */
static void path_override(char **path, const char *configured, const struct home *home)
{
	if (!configured || !*configured)
		return;
	g_free(*path);
	*path = home->path ? g_canonicalize_filename(configured, home->path)
			   : g_canonicalize_filename(configured, "/");
}

static bool open_config(struct daemon *daemon)
{
	struct problems *problems = problems_new();
	g_auto(GStrv) environment = g_get_environ();
	g_autoptr(GError) error = NULL;
	config_read(&daemon->config, daemon->home.config, environment, problems);
	if (!journal_set_level(daemon->config.log_level))
		problem_add(problems, (struct place){.file = daemon->home.config},
			"logging.logging_level: \"%s\" is none of error, warning, info, debug",
			daemon->config.log_level);
	if (!zone_get(daemon->config.default_timezone, &error))
		problem_add(problems, (struct place){.file = daemon->home.config},
			"core.default_timezone: %s", error->message);
	path_override(&daemon->home.dags, daemon->config.dags_folder, &daemon->home);
	path_override(&daemon->home.logs, daemon->config.base_log_folder, &daemon->home);
	sources_read(&daemon->sources, &daemon->config);
	return problems_print(problems);
}

static bool refuse(const char *why)
{
	fprintf(stderr, "dagd: %s\n", why);
	return false;
}

static bool open_operators(struct daemon *daemon, const struct daemon_options *options)
{
	struct problems *problems = problems_new();
	g_autoptr(GPtrArray) folders = g_ptr_array_new();
	for (const char *const *folder = options->operator_folders; *folder; folder++)
		g_ptr_array_add(folders, (char *)*folder);
	g_ptr_array_add(folders, daemon->home.operators);
	g_ptr_array_add(folders, NULL);
	daemon->operators = operators_load((const char *const *)folders->pdata, problems);
	problems_print(problems); /* one broken plugin does not stop the others */
	/* But to go on without one that is only out of reach would fail the tasks that have it. */
	if (!operators_are_complete(daemon->operators))
		return refuse("the operators above cannot be read now: start it again later");
	daemon->dag_context = (struct dag_context){
		.operators = daemon->operators,
		.zone = zone_get(daemon->config.default_timezone, NULL),
		.is_paused_upon_creation = daemon->config.dags_are_paused_at_creation,
		.max_map_length = daemon->config.max_map_length,
	};
	daemon->shelf = dag_shelf_new(&daemon->dag_context, SHELF_TASKS_MAX);
	return true;
}

/* The key as a credential; NULL: there is none. */
static char *credential_key(void)
{
	const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
	g_autofree char *path = folder ? g_build_filename(folder, "dagd.key", NULL) : NULL;
	bool is_there = path && g_file_test(path, G_FILE_TEST_EXISTS);
	return is_there ? g_steal_pointer(&path) : NULL;
}

static void key_tell(const struct daemon *daemon)
{
	if (store_key_is_ahead(daemon->store))
		journal(JOURNAL_WARNING,
			"the credential dagd.key is older than the key that the values are sealed "
			"with, %s/key.new: put that in place of the credential",
			daemon->home.state);
}

static bool open_store(struct daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(daemon->home.state, "dagd.db", NULL);
	g_autofree char *key = g_build_filename(daemon->home.state, "key", NULL);
	daemon->credential_key = credential_key();
	struct store_options options = {
		.loop = daemon->loop,
		.path = path,
		.key_path = key,
		.credential_path = daemon->credential_key,
		.default_pool_slots = daemon->config.default_pool_slots,
	};
	daemon->store = store_open(&options, &error);
	if (!daemon->store)
		return refuse(error->message);
	daemon->reader = store_reader(daemon->store);
	key_tell(daemon);
	return true;
}

static void open_cgroup(struct daemon *daemon)
{
	const char *configured = daemon->config.task_cgroup;
	daemon->task_cgroup_suffix = cgroup_suffix(daemon->home.state);
	daemon->task_cgroup =
		cgroup_find(configured, daemon->task_cgroup_suffix, &daemon->task_cgroup_reason);
	if (!daemon->task_cgroup)
		journal(*configured ? JOURNAL_WARNING : JOURNAL_INFO,
			"tasks get no cgroup of their own: %s; what they leave running is looked "
			"for among all processes",
			daemon->task_cgroup_reason);
}

static bool open_executor(struct daemon *daemon, const char *worker)
{
	g_autoptr(GError) error = NULL;
	open_cgroup(daemon);
	struct executor_options options = {
		.loop = daemon->loop,
		.worker = worker,
		.state_folder = daemon->home.state,
		.boot_id = daemon->boot_id,
		.cgroup = daemon->task_cgroup,
		.cgroup_suffix = daemon->task_cgroup_suffix,
		.n_workers_max = daemon->config.parallelism,
		.file_limit = &daemon->file_limit,
		.events = {on_ended, on_claimed, on_lost, on_taken_back, on_notice, daemon},
	};
	daemon->executor = executor_open(&options, &error);
	if (!daemon->executor)
		return refuse(error->message);
	daemon->keeper = executor_worker(daemon->executor);
	return true;
}

static bool open_engine(struct daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	daemon->feed = feed_new();
	daemon->clock = clock_open(daemon->loop, on_due, daemon);
	daemon->turn = turn_open(daemon);
	daemon->secret_command = secret_command_open(daemon);
	daemon->launches = launches_open(daemon);
	daemon->writes = writes_new(daemon);
	daemon->connection_tests = connection_tests_open(daemon);
	daemon->cleaner = cleaner_open(daemon);
	daemon->retention = retention_open(daemon);
	if (!daemon->clock || !daemon->retention)
		return refuse("a timer cannot be made: there is no descriptor for it");
	return daemon_load_engine(daemon, &error) || refuse(error->message);
}

static void recover(struct daemon *daemon)
{
	g_autoptr(GPtrArray) attempts = attempts_list(daemon->attempts);
	g_autofree struct executor_left *left = g_new0(struct executor_left, attempts->len + 1);
	for (unsigned i = 0; i < attempts->len; i++) {
		const struct attempt_record *record =
			&((struct attempt *)attempts->pdata[i])->record;
		left[i].attempt = record->id;
		left[i].boot_id = record->boot_id;
		left[i].is_restored = g_strcmp0(record->boot_id, BOOT_RESTORED) == 0;
		memcpy(left[i].token, record->token, sizeof left[i].token);
	}
	executor_recover(daemon->executor, left, attempts->len, on_recovered);
}

static bool open_http(struct daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	struct http_options options = {
		.loop = daemon->loop,
		.socket = daemon->home.socket,
		.routes = api_routes,
		.data = daemon,
		.body_max = (size_t)daemon->config.body_max_bytes,
	};
	daemon->http = http_open(&options, &error);
	return daemon->http || refuse(error->message);
}

static bool open_leash(struct daemon *daemon, int parent_pid)
{
	g_autoptr(GError) error = NULL;
	daemon->leash = parent_pid ? leash_open(daemon, parent_pid, &error) : NULL;
	return !error || refuse(error->message);
}

static int open_home(struct daemon *daemon, const struct daemon_options *options)
{
	g_autoptr(GError) error = NULL;
	daemon->loop = process_begin(&daemon->file_limit, &error);
	daemon->boot_id = daemon->loop ? process_boot_id(&error) : NULL;
	bool is_found = daemon->boot_id && home_find(options->home, &daemon->home, &error)
		&& open_config(daemon) && home_make(&daemon->home, &error);
	if (is_found)
		daemon->lock = home_lock(&daemon->home, &error);
	if (daemon->lock >= 0) {
		daemon->was_cut = home_was_cut(daemon->lock, daemon->boot_id);
		return 0;
	}
	/* What is wrong in the configuration has been told. */
	if (error)
		refuse(error->message);
	return g_error_matches(error, HOME_ERROR, HOME_BUSY) ? EXIT_BUSY : EXIT_REFUSED;
}

int daemon_open(struct daemon *daemon, const struct daemon_options *options)
{
	*daemon = (struct daemon){.lock = -1};
	journal_open();
	daemon->started_at = clock_now();
	daemon->base_env = process_operator_env();
	int refused = open_home(daemon, options);
	if (refused)
		return refused;
	bool is_open = open_operators(daemon, options) && open_store(daemon) && open_engine(daemon)
		&& open_executor(daemon, options->worker) && follow_open(daemon)
		&& open_http(daemon) && open_leash(daemon, options->parent_pid);
	if (!is_open)
		return EXIT_REFUSED;
	daemon->tzdata = tzdata_open(daemon);
	recover(daemon);
	return 0;
}

/* ---- running ---- */

void daemon_run(struct daemon *daemon)
{
	struct watchdog *watchdog = watchdog_open(daemon->loop);
	signals_open(daemon);
	uv_run(daemon->loop, UV_RUN_DEFAULT);
	watchdog_close(watchdog);
}

void daemon_close(struct daemon *daemon)
{
	if (!daemon->loop)
		return;
	if (daemon->turn)
		turn_stop(daemon->turn);
	cleaner_stop(daemon->cleaner);
	backup_stop(daemon);
	writes_stop(daemon->writes);
	/* Attempts that wait for an answer are the next dagd's; requests are answered now. */
	launches_close(daemon->launches);
	secret_command_close(daemon->secret_command);
	connection_tests_close(daemon->connection_tests);
	store_close(daemon->store);
	http_close(daemon->http);
	watch_close(daemon->watch);
	executor_close(daemon->executor);
	clock_close(daemon->clock);
	retention_close(daemon->retention);
	tzdata_close(daemon->tzdata);
	leash_close(daemon->leash);
	turn_close(daemon->turn);
	writes_free(daemon->writes);
	uv_run(daemon->loop, UV_RUN_DEFAULT); /* until all handles are closed */
	signals_close(daemon);
	uv_loop_close(daemon->loop);
	cleaner_free(daemon->cleaner);
	folder_close(daemon->folder);
	engine_free(daemon->engine);
	dag_shelf_free(daemon->shelf);
	attempts_free(daemon->attempts);
	troubles_clear(daemon->troubles);
	feed_free(daemon->feed);
	operators_free(daemon->operators);
	sources_clear(&daemon->sources);
	config_clear(&daemon->config);
	home_clear(&daemon->home);
	g_strfreev(daemon->base_env);
	g_free(daemon->credential_key);
	g_free(daemon->boot_id);
	g_free(daemon->task_cgroup);
	g_free(daemon->task_cgroup_suffix);
	g_free(daemon->task_cgroup_reason);
	if (daemon->is_signed)
		home_sign_off(daemon->lock);
	if (daemon->lock >= 0)
		close(daemon->lock);
}
