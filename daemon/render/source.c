/* SPDX-License-Identifier: MIT */
/*
 * Airflow's order: its secrets backends are here a command and a folder, then comes the
 * environment, then the store. What is not in the store is read each time that it is asked for.
 */
#include "daemon/render/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/connection_text.h"
#include "lib/base/error.h"
#include "lib/base/ident.h"

enum { TEXT_MAX = 1 << 20 };

const char *const source_names[] = {"command", "folder", "environment", "store"};

void sources_clear(struct sources *sources)
{
	g_strfreev(sources->command);
	g_free(sources->folder);
	*sources = (struct sources){NULL};
}

/* A text that was found, and where: for sentences. */
struct text {
	enum source source;
	char *where, *value;
};

static void text_clear(struct text *text)
{
	if (text->value)
		explicit_bzero(text->value, strlen(text->value));
	g_free(text->value);
	g_free(text->where);
}

/* What is asked for: `connection "warehouse"`. */
struct secret_name {
	enum secret_kind kind;
	const char *name;
};

static const char *noun(const struct secret_name *secret)
{
	return secret->kind == SECRET_CONNECTION ? "connection" : "variable";
}

static enum found say_wrong(
	const struct secret_name *secret, const char *where, const char *why, GError **error)
{
	error_say(error, "%s \"%s\" in %s: %s", noun(secret), secret->name, where, why);
	return FOUND_WRONG;
}

/* ---- the command ---- */

static enum found command_look(const struct lookup *lookup, const struct secret_name *secret,
	struct text *text, GError **error)
{
	const struct answer *answer =
		lookup->answers ? answers_get(lookup->answers, secret->kind, secret->name) : NULL;
	if (!lookup->answers)
		return say_wrong(secret, "secrets.command", "it cannot be asked here", error);
	if (!answer && !answers_want(lookup->answers, secret->kind, secret->name))
		return say_wrong(
			secret, "secrets.command", "too many values are asked for at once", error);
	if (!answer || !answer->is_known) {
		error_say(error, "%s \"%s\" is waited for", noun(secret), secret->name);
		return FOUND_WAIT;
	}
	if (!answer->text)
		return FOUND_NOTHING;
	*text = (struct text){SOURCE_COMMAND, g_strdup("secrets.command"), g_strdup(answer->text)};
	return FOUND;
}

/* ---- the folder ---- */

static void drop_newline(char *text)
{
	size_t len = strlen(text);
	if (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (len > 0 && text[len - 1] == '\r')
		text[--len] = '\0';
}

/* What is read at most, with a zero byte after it; NULL and why not. */
static char *file_text(int fd, const char **why)
{
	struct stat stat;
	if (fstat(fd, &stat) < 0) {
		*why = g_strerror(errno);
		return NULL;
	}
	*why = !S_ISREG(stat.st_mode)     ? "it is no file"
		: stat.st_size > TEXT_MAX ? "it is larger than 1 MiB"
					  : NULL;
	if (*why)
		return NULL;
	char *text = g_malloc0(TEXT_MAX + 1);
	size_t n_read = 0;
	ssize_t n = 1;
	while (n > 0 && n_read < TEXT_MAX) {
		n = read(fd, text + n_read, TEXT_MAX - n_read);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			n_read += (size_t)n;
	}
	if (n < 0)
		*why = g_strerror(errno);
	else if (!g_utf8_validate(text, (gssize)n_read, NULL))
		*why = "it is not text in UTF-8";
	if (!*why)
		return text;
	explicit_bzero(text, n_read);
	g_free(text);
	return NULL;
}

/* A folder that is not there has not been mounted, or is misspelt: what another place has under the
 * name may be an older value. */
static bool folder_is_there(const char *folder)
{
	return access(folder, F_OK) == 0 || errno != ENOENT;
}

static enum found folder_look(const struct sources *sources, const struct secret_name *secret,
	struct text *text, GError **error)
{
	g_autofree char *path = g_strdup_printf("%s/%s.%s", sources->folder,
		secret->kind == SECRET_CONNECTION ? "conn" : "var", secret->name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why = fd < 0 ? g_strerror(errno) : NULL;
	bool is_missing = fd < 0 && (errno == ENOENT || errno == ENAMETOOLONG);
	if (is_missing && folder_is_there(sources->folder))
		return FOUND_NOTHING;
	if (is_missing)
		return say_wrong(secret, sources->folder, "there is no such folder", error);
	char *value = fd < 0 ? NULL : file_text(fd, &why);
	if (fd >= 0)
		close(fd);
	if (!value)
		return say_wrong(secret, path, why, error);
	if (secret->kind == SECRET_CONNECTION)
		drop_newline(value);
	*text = (struct text){SOURCE_FOLDER, g_steal_pointer(&path), value};
	return FOUND;
}

/* ---- the environment ---- */

static enum found environment_look(
	const struct secret_name *secret, struct text *text, GError **error)
{
	static const char *const prefixes[][2] = {[SECRET_VARIABLE] = {"DAGD_VAR_", "AIRFLOW_VAR_"},
		[SECRET_CONNECTION] = {"DAGD_CONN_", "AIRFLOW_CONN_"}};
	g_autofree char *upper = g_ascii_strup(secret->name, -1);
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes[0]); i++) {
		g_autofree char *name = g_strconcat(prefixes[secret->kind][i], upper, NULL);
		const char *value = g_getenv(name);
		if (!value || (secret->kind == SECRET_CONNECTION && !*value))
			continue;
		if (!g_utf8_validate(value, -1, NULL))
			return say_wrong(secret, name, "it is not text in UTF-8", error);
		*text = (struct text){SOURCE_ENVIRONMENT, g_steal_pointer(&name), g_strdup(value)};
		return FOUND;
	}
	return FOUND_NOTHING;
}

/* ---- all of them ---- */

/* Outside of the store a name may become that of a file, or a word of a command line. */
static enum found text_look(const struct lookup *lookup, const struct secret_name *secret,
	struct text *text, GError **error)
{
	enum found found = FOUND_NOTHING;
	if (!ident_check("name", secret->name, NULL))
		return FOUND_NOTHING;
	if (lookup->sources->command)
		found = command_look(lookup, secret, text, error);
	if (found == FOUND_NOTHING && lookup->sources->folder)
		found = folder_look(lookup->sources, secret, text, error);
	return found == FOUND_NOTHING ? environment_look(secret, text, error) : found;
}

enum found variable_look_up(const struct lookup *lookup, const char *key, struct variable *out,
	enum source *source, GError **error)
{
	struct secret_name secret = {SECRET_VARIABLE, key};
	struct text text = {0};
	GError *failed = NULL;
	enum found found = text_look(lookup, &secret, &text, error);
	if (found == FOUND) {
		*source = text.source;
		*out = (struct variable){
			.key = g_strdup(key), .value = g_steal_pointer(&text.value)};
		text_clear(&text);
	}
	if (found != FOUND_NOTHING)
		return found;
	*source = SOURCE_STORE;
	if (reader_variable(lookup->reader, key, out, &failed))
		return FOUND;
	if (!failed)
		return FOUND_NOTHING;
	g_propagate_error(error, failed);
	return FOUND_WRONG;
}

static char *field_take(const json_t *body, const char *name)
{
	return g_strdup(json_string_value(json_object_get(body, name)));
}

/* Of Airflow's, the type may be missing. */
static void connection_take(struct connection *out, const char *conn_id, const json_t *body)
{
	char *type = field_take(body, "conn_type");
	*out = (struct connection){
		.conn_id = g_strdup(conn_id),
		.conn_type = type ? type : g_strdup("generic"),
		.description = field_take(body, "description"),
		.host = field_take(body, "host"),
		.login = field_take(body, "login"),
		.password = field_take(body, "password"),
		.schema = field_take(body, "schema"),
		.extra = field_take(body, "extra"),
		.port = (int)json_integer_value(json_object_get(body, "port")),
	};
}

enum found connection_look_up(const struct lookup *lookup, const char *conn_id,
	struct connection *out, enum source *source, GError **error)
{
	struct secret_name secret = {SECRET_CONNECTION, conn_id};
	struct text text = {0};
	g_autoptr(GError) wrong = NULL;
	GError *failed = NULL;
	enum found found = text_look(lookup, &secret, &text, error);
	if (found == FOUND) {
		json_t *body = connection_of_text(text.value, &wrong);
		*source = text.source;
		if (body)
			connection_take(out, conn_id, body);
		else
			found = say_wrong(&secret, text.where, wrong->message, error);
		json_decref(body);
		text_clear(&text);
	}
	if (found != FOUND_NOTHING)
		return found;
	*source = SOURCE_STORE;
	if (reader_connection(lookup->reader, conn_id, out, &failed))
		return FOUND;
	if (!failed)
		return FOUND_NOTHING;
	g_propagate_error(error, failed);
	return FOUND_WRONG;
}
