/* SPDX-License-Identifier: MIT */
/*
 * A question is one run of the command, for one name; askings are those who wait for it. What is
 * asked for while a run for it is under way is not asked for again: a thousand tasks that begin
 * with one password are one run, or a few.
 */
#include "daemon/secret_command.h"

#include <string.h>

#include "daemon/daemon.h"
#include "daemon/process.h"
#include "daemon/program.h"

enum { AGAIN_FIRST_MS = 1000, AGAIN_MAX_MS = 60000 };
enum { RUNNING_MAX = 8, ANSWER_MAX = (1 << 20) + 1 };

struct secret_command {
	struct daemon *daemon;
	char **env;
	GHashTable *questions; /* key -> struct question, owned */
	GQueue waiting;        /* of those questions: they are not run yet */
	unsigned n_running;
	GQueue settled; /* of askings that are to be told */
	uv_timer_t pump;
	unsigned again_ms; /* after what it waits when there is no process for the next one */
};

struct question {
	struct secret_command *command;
	enum secret_kind kind;
	char *name, *key;
	GPtrArray *askings;
	struct program *program; /* NULL: it waits */
	int64_t timeout_us;
};

struct asking {
	struct secret_command *command;
	struct answers *answers;
	asking_done *on_done;
	void *data;
	unsigned n_left; /* questions that it waits for */
	char *why;       /* of one that is settled; NULL: all answers are there */
};

/* ---- where values come from ---- */

void sources_read(struct sources *sources, const struct config *config)
{
	const char *credentials = g_getenv("CREDENTIALS_DIRECTORY");
	*sources = (struct sources){.command_timeout_us = config->secrets_command_timeout_us};
	if (*config->secrets_command)
		g_shell_parse_argv(config->secrets_command, NULL, &sources->command, NULL);
	if (*config->secrets_folder)
		sources->folder = g_strdup(config->secrets_folder);
	else if (credentials && *credentials)
		sources->folder = g_strdup(credentials);
}

/* ---- who asks ---- */

static void on_pump(uv_timer_t *timer);
static void pump_soon(struct secret_command *command);

/* Nobody waits for it any more. */
static void question_drop(struct question *question)
{
	struct secret_command *command = question->command;
	if (question->program) {
		program_stop(question->program);
		command->n_running--;
		pump_soon(command);
	} else {
		g_queue_remove(&command->waiting, question);
	}
	g_hash_table_remove(command->questions, question->key);
}

/* It waits for no question any more. */
static void asking_leave(struct asking *asking)
{
	GHashTableIter questions;
	void *item;
	g_autoptr(GPtrArray) dropped = g_ptr_array_new();
	g_hash_table_iter_init(&questions, asking->command->questions);
	while (asking->n_left > 0 && g_hash_table_iter_next(&questions, NULL, &item)) {
		struct question *question = item;
		if (!g_ptr_array_remove_fast(question->askings, asking))
			continue;
		asking->n_left--;
		if (question->askings->len == 0)
			g_ptr_array_add(dropped, question);
	}
	for (unsigned i = 0; i < dropped->len; i++)
		question_drop(dropped->pdata[i]);
}

static void asking_free(struct asking *asking)
{
	g_free(asking->why);
	g_free(asking);
}

void asking_stop(struct asking *asking)
{
	if (!asking)
		return;
	asking_leave(asking);
	g_queue_remove(&asking->command->settled, asking);
	asking_free(asking);
}

/* Its callback is called in the next turn of the loop. */
static void asking_settle(struct asking *asking, const char *why)
{
	asking_leave(asking);
	asking->why = g_strdup(why);
	g_queue_push_tail(&asking->command->settled, asking);
	pump_soon(asking->command);
}

static void asking_tell(struct asking *asking)
{
	asking->on_done(asking->data, asking->why);
	asking_free(asking);
}

/* ---- what is asked ---- */

static const char *word_of(enum secret_kind kind)
{
	return kind == SECRET_CONNECTION ? "connection" : "variable";
}

static char *question_key(enum secret_kind kind, const char *name)
{
	return g_strconcat(word_of(kind), " ", name, NULL);
}

static void question_free(void *data)
{
	struct question *question = data;
	g_ptr_array_unref(question->askings);
	g_free(question->name);
	g_free(question->key);
	g_free(question);
}

/* With a text, with NULL where there is nothing of that name, or with what has failed. */
static void question_end(struct question *question, const char *text, const char *failed)
{
	g_autofree char *why = failed
		? g_strdup_printf("%s \"%s\" cannot be had: secrets.command %s",
			word_of(question->kind), question->name, failed)
		: NULL;
	g_hash_table_steal(question->command->questions, question->key);
	for (unsigned i = 0; i < question->askings->len; i++) {
		struct asking *asking = question->askings->pdata[i];
		asking->n_left--;
		if (!why)
			answers_put(asking->answers, question->kind, question->name, text);
		if (why || asking->n_left == 0)
			asking_settle(asking, why);
	}
	question_free(question);
}

/* Its only line ends as lines do; what is longer than a line is left as it is but for that. */
static char *output_text(const struct program_end *end)
{
	size_t len = end->output_size;
	if (len > 0 && end->output[len - 1] == '\n')
		len--;
	if (len > 0 && end->output[len - 1] == '\r')
		len--;
	return g_utf8_validate(end->output, (gssize)len, NULL) ? g_strndup(end->output, len) : NULL;
}

static void on_ended(void *data, const struct program_end *end)
{
	struct question *question = data;
	struct secret_command *command = question->command;
	bool did_exit = end->ending == PROGRAM_EXITED;
	bool has_text = did_exit && end->exit_code == 0;
	bool has_none = did_exit && end->exit_code == 1 && end->output_size == 0;
	char *text = has_text ? output_text(end) : NULL;
	g_autofree char *how = program_end_text(end, question->timeout_us);
	command->n_running--;
	question_end(question, text,
		has_text && !text          ? "printed what is not text in UTF-8"
			: text || has_none ? NULL
					   : how);
	if (text)
		explicit_bzero(text, strlen(text));
	g_free(text);
	pump_soon(command);
}

/* It waits for its turn again: what the system lacks is no answer. */
static void question_put_off(struct question *question, const char *why)
{
	struct secret_command *command = question->command;
	g_autofree char *sentence = g_strconcat("secrets.command ", why, NULL);
	trouble_begin(command->daemon->troubles, TROUBLE_SECRETS, sentence);
	g_queue_push_head(&command->waiting, question);
	uv_timer_start(&command->pump, on_pump, command->again_ms, 0);
	command->again_ms = MIN(command->again_ms * 2, AGAIN_MAX_MS);
}

/* False: none can be begun now. */
static bool question_begin(struct question *question)
{
	struct secret_command *command = question->command;
	const struct sources *sources = &command->daemon->sources;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	for (char **word = sources->command; word && *word; word++)
		g_ptr_array_add(argv, *word);
	if (argv->len == 0) {
		question_end(question, NULL, NULL); /* the configuration has changed */
		return true;
	}
	g_ptr_array_add(argv, (char *)word_of(question->kind));
	g_ptr_array_add(argv, question->name);
	g_ptr_array_add(argv, NULL);
	question->timeout_us = sources->command_timeout_us;
	struct program_order order = {
		.loop = command->daemon->loop,
		.keeper = command->daemon->keeper,
		.argv = (const char *const *)argv->pdata,
		.env = (const char *const *)command->env,
		.output_max = ANSWER_MAX,
		.timeout_us = question->timeout_us,
		.file_limit = &command->daemon->file_limit,
		.on_done = on_ended,
		.data = question,
	};
	question->program = program_start(&order, &error);
	if (g_error_matches(error, PROGRAM_ERROR, PROGRAM_SHORT)) {
		question_put_off(question, error->message);
		return false;
	}
	trouble_end(command->daemon->troubles, TROUBLE_SECRETS);
	command->again_ms = AGAIN_FIRST_MS;
	if (question->program)
		command->n_running++;
	else
		question_end(question, NULL, error->message);
	return true;
}

static void question_add(struct asking *asking, const struct answer *wanted)
{
	struct secret_command *command = asking->command;
	g_autofree char *key = question_key(wanted->kind, wanted->name);
	struct question *question = g_hash_table_lookup(command->questions, key);
	if (!question) {
		question = g_new0(struct question, 1);
		*question = (struct question){
			.command = command,
			.kind = wanted->kind,
			.name = g_strdup(wanted->name),
			.key = g_steal_pointer(&key),
			.askings = g_ptr_array_new(),
		};
		g_hash_table_insert(command->questions, question->key, question);
		g_queue_push_tail(&command->waiting, question);
	}
	g_ptr_array_add(question->askings, asking);
	asking->n_left++;
}

struct asking *asking_begin(
	struct secret_command *command, struct answers *answers, asking_done *on_done, void *data)
{
	g_autoptr(GPtrArray) wanted = answers_wanted(answers);
	struct asking *asking = g_new0(struct asking, 1);
	*asking = (struct asking){
		.command = command, .answers = answers, .on_done = on_done, .data = data};
	g_assert(wanted->len > 0);
	for (unsigned i = 0; i < wanted->len; i++)
		question_add(asking, wanted->pdata[i]);
	pump_soon(command);
	return asking;
}

/* ---- the loop ---- */

static void settled_tell(struct secret_command *command)
{
	while (command->settled.length > 0)
		asking_tell(g_queue_pop_head(&command->settled));
}

/* Nothing is begun and nobody is told from within a call of somebody else. */
static void on_pump(uv_timer_t *timer)
{
	struct secret_command *command = timer->data;
	settled_tell(command);
	while (command->n_running < RUNNING_MAX && command->waiting.length > 0
		&& question_begin(g_queue_pop_head(&command->waiting)))
		;
	if (command->waiting.length == 0)
		trouble_end(command->daemon->troubles, TROUBLE_SECRETS);
}

static void pump_soon(struct secret_command *command)
{
	uv_timer_start(&command->pump, on_pump, 0, 0);
}

struct secret_command *secret_command_open(struct daemon *daemon)
{
	struct secret_command *command = g_new0(struct secret_command, 1);
	command->daemon = daemon;
	command->env = process_command_env();
	command->again_ms = AGAIN_FIRST_MS;
	command->questions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, question_free);
	g_queue_init(&command->waiting);
	g_queue_init(&command->settled);
	uv_timer_init(daemon->loop, &command->pump);
	command->pump.data = command;
	return command;
}

static void on_closed(uv_handle_t *handle)
{
	struct secret_command *command = handle->data;
	g_hash_table_unref(command->questions);
	g_strfreev(command->env);
	g_free(command);
}

/* What anybody waits for is not asked any more, and what has been answered is of no more use. */
void secret_command_close(struct secret_command *command)
{
	if (!command)
		return;
	GHashTableIter questions;
	void *question;
	/* From the beginning each time: who stops to wait takes other questions along. */
	while (g_hash_table_iter_init(&questions, command->questions),
		g_hash_table_iter_next(&questions, NULL, &question))
		asking_settle(((struct question *)question)->askings->pdata[0], NULL);
	for (struct asking *asking; (asking = g_queue_pop_head(&command->settled));) {
		g_free(asking->why);
		asking->why = g_strdup("dagd is stopping");
		asking_tell(asking);
	}
	uv_close((uv_handle_t *)&command->pump, on_closed);
}
