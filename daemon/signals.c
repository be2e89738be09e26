/* SPDX-License-Identifier: MIT */
#include "daemon/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "daemon/follow.h"
#include "daemon/journal.h"
#include "daemon/retention.h"
#include "daemon/secret_command.h"
#include "daemon/tzdata.h"

enum { STOP_MAX_US = 700 * 1000 };

static const int stop_signals[] = {SIGTERM, SIGINT};

static struct {
	uv_async_t *stop;
	volatile sig_atomic_t signal;  /* 0: none has come */
	volatile sig_atomic_t is_told; /* in the journal */
} asked;

static void on_hurry(int signal)
{
	static const char late[] = "stops in the midst of its work; running tasks go on\n";
	if (!asked.is_told)
		(void)!write(STDERR_FILENO, late, sizeof late - 1);
	_exit(0);
}

/*
 * The disk, a query, or a program that cannot be killed may take longer than whoever stops dagd
 * wants to wait. Nobody was told of what is not stored by then, and the next dagd decides it again:
 * the same as after a power cut.
 */
static void hurry(void)
{
	struct sigaction action = {.sa_handler = on_hurry};
	struct itimerval timer = {.it_value = {.tv_usec = STOP_MAX_US}};
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/*
 * On whichever thread can: the time runs from now on, not from when the loop hears of it, which may
 * be in the midst of the start of a hundred workers.
 */
static void on_asked(int signal)
{
	int error = errno;
	if (asked.signal == 0) {
		asked.signal = signal;
		hurry();
		uv_async_send(asked.stop);
	}
	errno = error;
}

static void on_stop(uv_async_t *handle)
{
	struct daemon *daemon = handle->data;
	daemon->is_stopping = true;
	journal_notify("STOPPING=1");
	journal(JOURNAL_INFO, "stops on %s; running tasks go on", strsignal(asked.signal));
	asked.is_told = true;
	uv_stop(handle->loop);
}

static void config_take(struct daemon *daemon, struct config *config)
{
	for (const struct config_key *key = config_keys; key->section; key++) {
		g_autofree char *old = config_text(&daemon->config, key);
		g_autofree char *new = config_text(config, key);
		if (!key->is_reloadable && !g_str_equal(old, new))
			journal(JOURNAL_WARNING, "%s.%s is changed by a restart only", key->section,
				key->name);
	}
	struct config before = daemon->config;
	daemon->config = *config;
	config_clear(&before);
	sources_clear(&daemon->sources);
	sources_read(&daemon->sources, &daemon->config);
	journal_set_level(daemon->config.log_level);
	engine_set_workers(daemon->engine, daemon->config.parallelism);
	executor_set_workers(daemon->executor, daemon->config.parallelism);
}

static void on_hangup(uv_signal_t *handle, int signal)
{
	struct daemon *daemon = handle->data;
	if (daemon->is_stopping)
		return;
	struct problems *problems = problems_new();
	struct config config;
	g_auto(GStrv) environment = g_get_environ();
	journal_notify("RELOADING=1");
	bool is_fine = config_read(&config, daemon->home.config, environment, problems);
	journal_problems(problems);
	problems_free(problems);
	if (is_fine) {
		config_take(daemon, &config);
	} else {
		config_clear(&config);
		journal(JOURNAL_ERROR, "the configuration is left as it was");
	}
	tzdata_reread(daemon->tzdata);
	follow_again(daemon);
	retention_begin(daemon->retention);
	turn_tick(daemon->turn);
}

/* It stood still: a commit, of nothing, finds out whether another dagd has taken over. */
static void on_continue(uv_signal_t *handle, int signal)
{
	struct daemon *daemon = handle->data;
	if (!daemon->is_stopping)
		turn_batch(daemon->turn);
}

/* Until the very end: who is asked twice to stop does not do so in the middle of it. */
static void stop_open(struct daemon *daemon)
{
	struct sigaction action = {.sa_handler = on_asked, .sa_flags = SA_RESTART};
	int code = uv_async_init(daemon->loop, &daemon->stop, on_stop);
	g_assert(code == 0);
	daemon->stop.data = daemon;
	uv_unref((uv_handle_t *)&daemon->stop);
	asked.stop = &daemon->stop;
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < G_N_ELEMENTS(stop_signals); i++)
		sigaction(stop_signals[i], &action, NULL);
}

static void stop_close(struct daemon *daemon)
{
	if (!daemon->stop.data)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(stop_signals); i++)
		signal(stop_signals[i], SIG_IGN);
	uv_close((uv_handle_t *)&daemon->stop, NULL);
}

void signals_open(struct daemon *daemon)
{
	static const struct {
		int signal;
		uv_signal_cb callback;
	} signals[N_SIGNALS] = {{SIGHUP, on_hangup}, {SIGCONT, on_continue}};
	for (size_t i = 0; i < N_SIGNALS; i++) {
		uv_signal_t *handle = &daemon->signals[i];
		uv_signal_init(daemon->loop, handle);
		handle->data = daemon;
		uv_signal_start(handle, signals[i].callback, signals[i].signal);
		uv_unref((uv_handle_t *)handle);
	}
	stop_open(daemon);
}

void signals_close(struct daemon *daemon)
{
	for (size_t i = 0; i < N_SIGNALS; i++)
		if (daemon->signals[i].data)
			uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	stop_close(daemon);
	uv_run(daemon->loop, UV_RUN_DEFAULT);
}
