/* SPDX-License-Identifier: MIT */
/* All values are sealed with another key. */
#include "daemon/api/key.h"

#include "daemon/api/reply.h"
#include "daemon/api/secret.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"

struct rotation {
	struct request *request;
	struct daemon *daemon;
};

static void on_changed(void *data, int64_t n_values, const GError *error)
{
	g_autofree struct rotation *rotation = data;
	struct daemon *daemon = rotation->daemon;
	if (error) {
		request_fail(rotation->request, error);
		return;
	}
	journal(JOURNAL_INFO, "%" G_GINT64_FORMAT " values are sealed with a new key", n_values);
	g_autofree char *key = g_build_filename(
		daemon->home.state, daemon->credential_key ? "key.new" : "key", NULL);
	request_answer(rotation->request, 200,
		json_pack("{s:I, s:s, s:b}", "values", (json_int_t)n_values, "key_file", key,
			"is_credential", daemon->credential_key != NULL));
}

void key_rotate(struct request *request, void *data)
{
	static const char *const known[] = {"new_key", "keep_old", NULL};
	struct daemon *daemon = data;
	const char *new_key, *keep_old;
	const json_t *body =
		request_is_of_owner(request, "keys are") ? request_body(request) : NULL;
	if (!body || !body_has_only(request, body, known)
		|| !body_text(request, body, "new_key", &new_key)
		|| !body_text(request, body, "keep_old", &keep_old))
		return;
	if (keep_old && !g_path_is_absolute(keep_old)) {
		request_refuse_field(request,
			&(struct field){"body", "keep_old", "value_error", json_string(keep_old)},
			"keep_old is to be the absolute path of a file");
		return;
	}
	struct rotation *rotation = g_new(struct rotation, 1);
	*rotation = (struct rotation){request, daemon};
	store_change_key(
		daemon->store, g_strdup(new_key), g_strdup(keep_old), on_changed, rotation);
}
