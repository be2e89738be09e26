/* SPDX-License-Identifier: MIT */
#include "operators/http/answer.h"

#include <string.h>

#include "lib/base/instant.h"

enum { STATUS_MIN = 100, STATUS_MAX = 599, STATUS_ERROR = 400 };

/* Of a secret that is cut nobody can tell that it is one: who shows the quote as a reason cuts it
 * when it is masked. */
enum { QUOTE_MAX = 16 << 10 };

/* `200`, `"200"` or `"2xx"`; 0: none of these. */
static int status_read(const json_t *value)
{
	gint64 number = json_integer_value(value);
	const char *text = json_string_value(value);
	if (text && strlen(text) == 3 && g_ascii_strcasecmp(text + 1, "xx") == 0)
		return text[0] >= '1' && text[0] <= '5' ? text[0] - '0' : 0;
	if (text && !g_ascii_string_to_signed(text, 10, STATUS_MIN, STATUS_MAX, &number, NULL))
		return 0;
	return number >= STATUS_MIN && number <= STATUS_MAX ? (int)number : 0;
}

bool statuses_read(const json_t *list, struct statuses *statuses, GError **error)
{
	size_t i;
	json_t *value;
	*statuses = (struct statuses){
		.any_below_400 = !list || json_is_null(list),
		.list = g_array_new(FALSE, FALSE, sizeof(int)),
	};
	json_array_foreach(list, i, value)
	{
		int status = status_read(value);
		if (status == 0) {
			g_autofree char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
			g_set_error(error, LIB_ERROR, 0,
				"response_check: %s is neither a status such as 200 nor a class "
				"such as 2xx",
				text);
			statuses_clear(statuses);
			return false;
		}
		g_array_append_val(statuses->list, status);
	}
	return true;
}

void statuses_clear(struct statuses *statuses)
{
	g_clear_pointer(&statuses->list, g_array_unref);
}

bool statuses_have(const struct statuses *statuses, long status)
{
	if (statuses->any_below_400)
		return status < STATUS_ERROR;
	for (unsigned i = 0; i < statuses->list->len; i++) {
		int one = g_array_index(statuses->list, int, i);
		if (one == status || one == status / 100)
			return true;
	}
	return false;
}

void answer_mask(struct http_answer *answer, const char *secret)
{
	if (secret && *secret)
		g_string_replace(answer->body, secret, "***", 0);
}

static bool is_text(const struct http_answer *answer)
{
	return g_utf8_validate_len(answer->body->str, answer->body->len, NULL);
}

json_t *answer_value(const struct http_answer *answer)
{
	const char *type = http_header(answer, "content-type");
	bool is_json = type && strstr(type, "json");
	const GString *body = answer->body;
	if (body->len == 0 || !is_text(answer))
		return NULL;
	json_t *value = is_json ? json_loadb(body->str, body->len, JSON_DECODE_ANY, NULL) : NULL;
	return value ? value : json_string(body->str);
}

char *answer_quote(const struct http_answer *answer)
{
	if (!is_text(answer))
		return g_strdup("");
	g_autofree char *text = g_strdup(answer->body->str);
	g_strstrip(text);
	text[strcspn(text, "\r\n")] = '\0';
	return g_utf8_strlen(text, -1) > QUOTE_MAX ? g_utf8_substring(text, 0, QUOTE_MAX)
						   : g_steal_pointer(&text);
}
