/* SPDX-License-Identifier: MIT */
/* What a task would get under a name, wherever it comes from. */
#include "daemon/api/entries.h"
#include "daemon/api/reply.h"
#include "daemon/secret_command.h"

struct search {
	struct request *request;
	struct daemon *daemon;
	const struct entry_kind *kind;
	struct answers *answers;
	entry_found *on_found;
};

static void search_free(void *data)
{
	struct search *search = data;
	answers_free(search->answers);
	g_free(search);
}

static void on_answered(void *data, const char *why);

static void search_go_on(struct search *search)
{
	struct daemon *daemon = search->daemon;
	const struct entry_kind *kind = search->kind;
	const char *name = request_path(search->request, kind->path_name);
	struct lookup lookup = {&daemon->sources, search->answers, daemon->reader};
	g_autoptr(GError) error = NULL;
	enum source source;
	void *row = entry_new(kind);
	switch (kind->look_up(&lookup, name, row, &source, &error)) {
	case FOUND:
		search->on_found(search->request, daemon, row, source);
		break;
	case FOUND_NOTHING:
		entry_refuse_unknown(search->request, daemon, kind, name);
		break;
	case FOUND_WAIT:
		asking_begin(daemon->secret_command, search->answers, on_answered, search);
		break;
	case FOUND_WRONG:
		request_refuse(search->request, 502, "%s", error->message);
		break;
	}
	entry_free(kind, row);
}

static void on_answered(void *data, const char *why)
{
	struct search *search = data;
	if (why)
		request_refuse(search->request, search->daemon->is_stopping ? 503 : 502, "%s", why);
	else
		search_go_on(search);
}

void entry_search(struct request *request, struct daemon *daemon, const struct entry_kind *kind,
	entry_found *on_found)
{
	struct search *search = g_new0(struct search, 1);
	*search = (struct search){request, daemon, kind, answers_new(), on_found};
	request_set_data(request, search, search_free);
	search_go_on(search);
}
