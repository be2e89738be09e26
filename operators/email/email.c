/* SPDX-License-Identifier: MIT */
/* Sends a mail through an SMTP server. */
#include <stdio.h>
#include <string.h>

#include "lib/base/instant.h"
#include "operators/connection.h"
#include "operators/connection_test.h"
#include "operators/email/message.h"
#include "operators/program.h"

enum { PORT_SSL = 465, PORT_STARTTLS = 587, PORT_PLAIN = 25, TIMEOUT_S = 60 };

static const char *const types[] = {"smtp", "email", NULL};

enum tls { TLS_SSL, TLS_STARTTLS, TLS_NONE };

struct server {
	const struct connection *connection;
	enum tls tls;
	int port;
	const char *ca_file;
	bool is_unverified;
	int64_t timeout_s;
};

static const char *const tls_words[] = {
	[TLS_SSL] = "ssl", [TLS_STARTTLS] = "starttls", [TLS_NONE] = "none"};

static bool tls_read(const struct connection *connection, enum tls *tls, GError **error)
{
	const json_t *extra = connection->extra;
	const char *word = program_text(extra, "tls");
	bool no_ssl = program_boolean(extra, "disable_ssl", false);
	*tls = connection->port == 0 || connection->port == PORT_SSL ? TLS_SSL : TLS_STARTTLS;
	if (no_ssl)
		*tls = program_boolean(extra, "disable_tls", false) ? TLS_NONE : TLS_STARTTLS;
	for (unsigned i = 0; word && i < G_N_ELEMENTS(tls_words); i++)
		if (strcmp(word, tls_words[i]) == 0) {
			*tls = (enum tls)i;
			return true;
		}
	if (word)
		g_set_error(error, LIB_ERROR, 0,
			"tls in the extra of the connection: \"%s\" is none of ssl, starttls, none",
			word);
	return !word;
}

static bool server_read(const struct connection *connection, struct server *server, GError **error)
{
	static const int ports[] = {
		[TLS_SSL] = PORT_SSL, [TLS_STARTTLS] = PORT_STARTTLS, [TLS_NONE] = PORT_PLAIN};
	*server = (struct server){
		.connection = connection,
		.ca_file = program_text(connection->extra, "ca_file"),
		.is_unverified = !program_boolean(connection->extra, "verify", true),
		.timeout_s = program_integer(connection->extra, "timeout", TIMEOUT_S),
	};
	if (!connection->host || strpbrk(connection->host, "/@ \t\r\n")) {
		g_set_error(error, LIB_ERROR, 0, "the connection \"%s\" names no host of a server",
			connection->id ? connection->id : "");
		return false;
	}
	if (!tls_read(connection, &server->tls, error))
		return false;
	server->port = connection->port ? connection->port : ports[server->tls];
	return true;
}

static void server_set(CURL *curl, const struct server *server)
{
	const struct connection *connection = server->connection;
	bool is_ipv6 = strchr(connection->host, ':') && connection->host[0] != '[';
	g_autofree char *url =
		g_strdup_printf("%s://%s%s%s:%d", server->tls == TLS_SSL ? "smtps" : "smtp",
			is_ipv6 ? "[" : "", connection->host, is_ipv6 ? "]" : "", server->port);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)server->timeout_s);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
		server->tls == TLS_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	if (server->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca_file);
	if (server->is_unverified) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (connection->user || connection->password) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, connection->user ? connection->user : "");
		curl_easy_setopt(
			curl, CURLOPT_PASSWORD, connection->password ? connection->password : "");
	}
	printf("mail through %s, port %d, tls %s\n", connection->host, server->port,
		tls_words[server->tls]);
}

/* Why curl could not send it; NULL: it is sent. */
static char *send_message(CURL *curl, const struct message *message, curl_mime *body)
{
	char why[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = message_headers(message);
	struct curl_slist *recipients = message_recipients(message);
	g_autofree char *from = g_strdup_printf("<%s>", message->from->mailbox);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, body);
	CURLcode code = curl_easy_perform(curl);
	curl_slist_free_all(headers);
	curl_slist_free_all(recipients);
	if (code == CURLE_OK)
		return NULL;
	return g_strdup(*why ? why : curl_easy_strerror(code));
}

static int message_send(const struct server *server, const struct message *message)
{
	g_autoptr(GError) error = NULL;
	CURL *curl = curl_easy_init();
	g_assert(curl);
	unsigned n = message->to->len + message->cc->len + message->bcc->len;
	curl_mime *body = message_body(message, curl, &error);
	g_autofree char *why = NULL;
	if (body) {
		server_set(curl, server);
		why = send_message(curl, message, body);
	} else {
		why = g_strdup(error->message);
	}
	curl_mime_free(body);
	curl_easy_cleanup(curl);
	if (why)
		return program_fail("the mail was not sent: %s", why);
	printf("sent to %u, %s\n", n, message->id);
	return program_succeed(
		json_pack("{s:s, s:I}", "message_id", message->id, "recipients", (json_int_t)n));
}

static const char *sender_of(const struct connection *connection)
{
	const char *from = program_text(connection->extra, "from_email");
	if (from)
		return from;
	return connection->user && strchr(connection->user, '@') ? connection->user : NULL;
}

static int task_run(const json_t *arguments, struct connection *connection)
{
	g_autoptr(GError) error = NULL;
	struct server server;
	struct message message;
	if (!connection_read(arguments, "conn_id", types, connection, &error)
		|| !server_read(connection, &server, &error)
		|| !message_read(arguments, sender_of(connection), &message, &error))
		return program_fail_for_good("%s", error->message);
	int code = message_send(&server, &message);
	message_clear(&message);
	return code;
}

/* ---- whether the connection works ---- */

struct replies {
	bool is_logged_in;
	char *refusal; /* the last one; NULL: none */
};

static size_t on_reply(char *line, size_t size, size_t n, void *data)
{
	struct replies *replies = data;
	size_t len = size * n;
	if (len >= 3 && memcmp(line, "235", 3) == 0)
		replies->is_logged_in = true;
	if (len >= 3 && (line[0] == '4' || line[0] == '5')) {
		g_free(replies->refusal);
		replies->refusal = g_strndup(line, len);
		g_strchomp(replies->refusal);
	}
	return len;
}

static int greeting_judge(
	const struct server *server, const struct replies *replies, const char *why)
{
	const char *refusal = replies->refusal;
	const struct connection *connection = server->connection;
	if (why)
		return program_fail("%s, port %d: %s%s%s", connection->host, server->port, why,
			refusal ? ": " : "", refusal ? refusal : "");
	/* A server that offers no login is spoken to without one. */
	if (connection->user && !replies->is_logged_in)
		return program_fail("%s, port %d takes no login, but the connection has one",
			connection->host, server->port);
	return connection_works("SMTP server at %s, port %d, tls %s, %s%s", connection->host,
		server->port, tls_words[server->tls],
		connection->user ? "logged in as " : "without a login",
		connection->user ? connection->user : "");
}

/* Greets, logs in, and leaves: no mail is begun. */
static int server_greet(struct server *server)
{
	char why[CURL_ERROR_SIZE] = "";
	struct replies replies = {0};
	CURL *curl = curl_easy_init();
	g_assert(curl);
	server->timeout_s = CONNECTION_TEST_S;
	server_set(curl, server);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &replies);
	CURLcode code = curl_easy_perform(curl);
	int status = greeting_judge(server, &replies,
		code == CURLE_OK ? NULL
			: *why   ? why
				 : curl_easy_strerror(code));
	curl_easy_cleanup(curl);
	g_free(replies.refusal);
	return status;
}

static int connection_test(const json_t *arguments, struct connection *connection)
{
	g_autoptr(GError) error = NULL;
	struct server server;
	if (!connection_read(arguments, "connection", types, connection, &error)
		|| !server_read(connection, &server, &error))
		return program_fail("%s", error->message);
	return server_greet(&server);
}

int main(int argc, char **argv)
{
	json_t *arguments = program_arguments();
	struct connection connection = {0};
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int code = connection_test_wanted(argc, argv) ? connection_test(arguments, &connection)
						      : task_run(arguments, &connection);
	connection_clear(&connection);
	json_decref(arguments);
	curl_global_cleanup();
	return code;
}
