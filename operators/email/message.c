/* SPDX-License-Identifier: MIT */
#include "operators/email/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/instant.h"
#include "operators/program.h"

static bool refuse(GError **error, const char *sentence)
{
	g_set_error_literal(error, LIB_ERROR, 0, sentence);
	return false;
}

/* ---- from the arguments ---- */

/* Headers that the message itself has. */
static const char *const own_headers[] = {"from", "to", "cc", "bcc", "subject", "date",
	"message-id", "mime-version", "content-type", "content-transfer-encoding",
	"content-disposition", NULL};

static bool header_check(const char *name, const json_t *value, GError **error)
{
	const char *text = json_string_value(value);
	g_autofree char *lower = g_ascii_strdown(name, -1);
	const char *why = NULL;
	if (!text || strpbrk(text, "\r\n"))
		why = "its value is no text of one line";
	else if (g_strv_contains(own_headers, lower))
		why = "the operator writes this header itself";
	for (const char *p = name; *p && !why; p++)
		if (!g_ascii_isgraph(*p) || *p == ':')
			why = "it is no name of a header";
	if (why)
		g_set_error(error, LIB_ERROR, 0, "custom_headers: \"%s\": %s", name, why);
	return !why;
}

static bool headers_check(const json_t *headers, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach(
		(json_t *)headers, name, value) if (!header_check(name, value, error)) return false;
	return true;
}

static bool content_check(const struct message *message, GError **error)
{
	size_t i;
	json_t *file;
	if (!message->subject || strpbrk(message->subject, "\r\n"))
		return refuse(error, "subject: not a text of one line");
	if (!message->html && !message->text)
		return refuse(error, "the mail is empty: give html_content or text");
	json_array_foreach(message->files, i, file) if (!json_is_string(file)) return refuse(
		error, "files: not a list of paths");
	return headers_check(message->more_headers, error);
}

static bool people_read(
	const json_t *arguments, const char *sender, struct message *message, GError **error)
{
	const char *from = program_text(arguments, "from_email");
	if (!from)
		from = sender;
	if (!from)
		return refuse(error,
			"nobody sends it: give from_email, or have it in the extra of "
			"the connection");
	if (!address_read("from_email", from, &message->from, error)
		|| !addresses_read(message->to, "to", json_object_get(arguments, "to"), error)
		|| !addresses_read(message->cc, "cc", json_object_get(arguments, "cc"), error)
		|| !addresses_read(message->bcc, "bcc", json_object_get(arguments, "bcc"), error))
		return false;
	if (message->to->len + message->cc->len + message->bcc->len > 0)
		return true;
	return refuse(error, "to: nobody");
}

/* The domain of the sender: this host's name is nobody's business. */
static char *id_make(const struct address *from)
{
	g_autofree char *uuid = g_uuid_string_random();
	return g_strdup_printf("<%s%s>", uuid, strrchr(from->mailbox, '@'));
}

bool message_read(
	const json_t *arguments, const char *sender, struct message *message, GError **error)
{
	*message = (struct message){
		.to = addresses_new(),
		.cc = addresses_new(),
		.bcc = addresses_new(),
		.subject = program_text(arguments, "subject"),
		.html = program_text(arguments, "html_content"),
		.text = program_text(arguments, "text"),
		.files = json_object_get(arguments, "files"),
		.more_headers = json_object_get(arguments, "custom_headers"),
	};
	if (content_check(message, error) && people_read(arguments, sender, message, error)) {
		message->id = id_make(message->from);
		return true;
	}
	message_clear(message);
	return false;
}

void message_clear(struct message *message)
{
	if (message->from)
		address_free(message->from);
	g_ptr_array_unref(message->to);
	g_ptr_array_unref(message->cc);
	g_ptr_array_unref(message->bcc);
	g_free(message->id);
	*message = (struct message){0};
}

/* ---- to the server ---- */

static struct curl_slist *header_add(struct curl_slist *headers, const char *name, const char *text)
{
	g_autofree char *line = g_strdup_printf("%s: %s", name, text);
	return curl_slist_append(headers, line);
}

static struct curl_slist *people_add(
	struct curl_slist *headers, const char *name, const GPtrArray *people)
{
	g_autofree char *text = addresses_text(people);
	return people->len ? header_add(headers, name, text) : headers;
}

struct curl_slist *message_headers(const struct message *message)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	/* Not by strftime, whose names of days are those of the locale. */
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autofree char *clock = g_date_time_format(now, "%Y %H:%M:%S +0000");
	g_autofree char *date = g_strdup_printf("%s, %d %s %s",
		days[g_date_time_get_day_of_week(now) - 1], g_date_time_get_day_of_month(now),
		months[g_date_time_get_month(now) - 1], clock);
	g_autofree char *from = address_text(message->from);
	g_autofree char *subject = header_text(message->subject);
	const char *name;
	json_t *value;
	struct curl_slist *headers = header_add(NULL, "Date", date);
	headers = header_add(headers, "From", from);
	headers = people_add(headers, "To", message->to);
	headers = people_add(headers, "Cc", message->cc);
	headers = header_add(headers, "Subject", subject);
	headers = header_add(headers, "Message-ID", message->id);
	json_object_foreach((json_t *)message->more_headers, name, value)
	{
		g_autofree char *text = header_text(json_string_value(value));
		headers = header_add(headers, name, text);
	}
	return headers;
}

static struct curl_slist *recipients_add(struct curl_slist *list, const GPtrArray *people)
{
	for (unsigned i = 0; i < people->len; i++)
		list = curl_slist_append(list, ((const struct address *)people->pdata[i])->mailbox);
	return list;
}

struct curl_slist *message_recipients(const struct message *message)
{
	struct curl_slist *list = recipients_add(NULL, message->to);
	list = recipients_add(list, message->cc);
	return recipients_add(list, message->bcc);
}

/* Lines of a mail end with CR and LF. */
static char *lines_text(const char *text)
{
	GString *lines = g_string_new(NULL);
	for (; *text; text++) {
		if (*text == '\n' && (lines->len == 0 || lines->str[lines->len - 1] != '\r'))
			g_string_append_c(lines, '\r');
		g_string_append_c(lines, *text);
	}
	return g_string_free(lines, FALSE);
}

static void text_add(curl_mime *mime, const char *text, const char *type)
{
	if (!text)
		return;
	g_autofree char *lines = lines_text(text);
	curl_mimepart *part = curl_mime_addpart(mime);
	curl_mime_data(part, lines, CURL_ZERO_TERMINATED);
	curl_mime_type(part, type);
	curl_mime_encoder(part, "quoted-printable");
}

static bool file_add(curl_mime *mime, const char *path, GError **error)
{
	g_autofree char *name = g_path_get_basename(path);
	if (access(path, R_OK) != 0 || g_file_test(path, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, LIB_ERROR, 0, "\"%s\" cannot be attached: %s", path,
			g_strerror(errno ? errno : EISDIR));
		return false;
	}
	curl_mimepart *part = curl_mime_addpart(mime);
	curl_mime_filedata(part, path);
	curl_mime_filename(part, name);
	curl_mime_type(part, "application/octet-stream");
	curl_mime_encoder(part, "base64");
	return true;
}

curl_mime *message_body(const struct message *message, CURL *curl, GError **error)
{
	size_t i;
	json_t *file;
	curl_mime *mime = curl_mime_init(curl), *forms = curl_mime_init(curl);
	/* The better form stands last. */
	text_add(forms, message->text, "text/plain; charset=utf-8");
	text_add(forms, message->html, "text/html; charset=utf-8");
	curl_mimepart *part = curl_mime_addpart(mime);
	curl_mime_subparts(part, forms);
	curl_mime_type(part, "multipart/alternative");
	json_array_foreach(message->files, i, file)
	{
		errno = 0;
		if (!file_add(mime, json_string_value(file), error)) {
			curl_mime_free(mime);
			return NULL;
		}
	}
	return mime;
}
