/* SPDX-License-Identifier: MIT */
/* From a file's text to its stories. */
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/instant.h"
#include "tests/story/story.h"

enum { WORKERS = 4, INDENT = 2 };

struct reader {
	const char *file;
	unsigned line;
	GPtrArray *stories;
	struct story *story;   /* being read */
	struct story_dag *dag; /* whose text is being read */
};

static void dag_free(void *data)
{
	struct story_dag *dag = data;
	g_free(dag->name);
	g_string_free(dag->text, TRUE);
	g_free(dag);
}

static void story_free(void *data)
{
	struct story *story = data;
	g_free(story->name);
	g_ptr_array_unref(story->dags);
	g_ptr_array_unref(story->lines);
	g_free(story);
}

static bool refuse(const struct reader *reader, GError **error, const char *what)
{
	g_set_error(error, LIB_ERROR, 0, "%s:%u: %s", reader->file, reader->line, what);
	return false;
}

static void story_begin(struct reader *reader, const char *name)
{
	struct story *story = g_new0(struct story, 1);
	story->name = g_strdup(name);
	story->line = reader->line;
	story->n_workers = WORKERS;
	story->begins_at = civil_to_wall(&(struct civil){.year = 2026, .month = 1, .day = 1});
	story->dags = g_ptr_array_new_with_free_func(dag_free);
	story->lines = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(reader->stories, story);
	reader->story = story;
}

/* `dag:` or `dag NAME:` */
static bool dag_begin(struct reader *reader, const char *line)
{
	size_t len = strlen(line);
	if (!g_str_has_prefix(line, "dag") || line[len - 1] != ':' || !strchr(" :", line[3]))
		return false;
	struct story_dag *dag = g_new0(struct story_dag, 1);
	dag->name = len > 5 ? g_strndup(line + 4, len - 5) : g_strdup("");
	dag->text = g_string_new(NULL);
	g_ptr_array_add(reader->story->dags, dag);
	reader->dag = dag;
	return true;
}

static bool begins_read(struct reader *reader, const char *text, GError **error)
{
	const char *rest = story_time_read(text, 0, &reader->story->begins_at);
	if (!rest || *rest)
		return refuse(reader, error, "begins: expected a date and a time");
	return true;
}

static bool header_read(struct reader *reader, const char *line, GError **error)
{
	if (g_str_has_prefix(line, "workers: "))
		reader->story->n_workers = (unsigned)g_ascii_strtoull(line + 9, NULL, 10);
	else if (g_str_has_prefix(line, "begins: "))
		return begins_read(reader, line + 8, error);
	else if (g_str_equal(line, "tells: everything"))
		reader->story->tells_everything = true;
	else if (!dag_begin(reader, line))
		return refuse(reader, error,
			"expected workers:, begins:, tells: everything, dag:, a time or a time in "
			"brackets");
	return true;
}

static bool line_read(struct reader *reader, const char *line, GError **error)
{
	if (reader->dag && (g_str_has_prefix(line, "  ") || !*line)) {
		g_string_append_printf(reader->dag->text, "%s\n", *line ? line + INDENT : "");
		return true;
	}
	reader->dag = NULL;
	if (!*line || *line == '#')
		return true;
	if (g_str_has_prefix(line, "story: ")) {
		story_begin(reader, line + 7);
		return true;
	}
	if (!reader->story)
		return refuse(reader, error, "expected a line \"story: ...\" first");
	if (*line != '[' && !g_ascii_isdigit(*line))
		return header_read(reader, line, error);
	g_ptr_array_add(reader->story->lines, g_strdup(line));
	return true;
}

GPtrArray *stories_read(const char *file, GError **error)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents(file, &text, NULL, error))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GPtrArray) stories = g_ptr_array_new_with_free_func(story_free);
	struct reader reader = {.file = file, .stories = stories};
	for (char **line = lines; *line; line++) {
		reader.line++;
		if (!line_read(&reader, g_strchomp(*line), error))
			return NULL;
	}
	if (stories->len == 0) {
		refuse(&reader, error, "there is no story in it");
		return NULL;
	}
	return g_steal_pointer(&stories);
}
