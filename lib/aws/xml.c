/* SPDX-License-Identifier: MIT */
#include "lib/aws/xml.h"

#include <string.h>

#include <expat.h>
#include <glib.h>

enum { DEPTH_MAX = 16 };

struct reading {
	XML_Parser parser;
	GString *path, *text;
	int depth;
	bool refused;
	xml_visitor *visit;
	void *data;
};

static void on_start(void *data, const char *name, const char **attributes)
{
	struct reading *reading = data;
	if (++reading->depth > DEPTH_MAX) {
		reading->refused = true;
		XML_StopParser(reading->parser, XML_FALSE);
		return;
	}
	if (reading->path->len > 0)
		g_string_append_c(reading->path, '/');
	g_string_append(reading->path, name);
	g_string_truncate(reading->text, 0);
}

static void on_end(void *data, const char *name)
{
	struct reading *reading = data;
	/* expat still reports the end of an empty element after it was stopped. */
	if (reading->refused)
		return;
	reading->visit(reading->data, reading->path->str, reading->text->str);
	g_string_truncate(reading->text, 0);
	const char *slash = strrchr(reading->path->str, '/');
	g_string_truncate(reading->path, slash ? (gsize)(slash - reading->path->str) : 0);
	reading->depth--;
}

static void on_text(void *data, const char *text, int n)
{
	struct reading *reading = data;
	g_string_append_len(reading->text, text, n);
}

/* AWS sends none; its entities could grow without end. */
static void on_doctype(
	void *data, const char *name, const char *system, const char *public, int has_subset)
{
	struct reading *reading = data;
	reading->refused = true;
	XML_StopParser(reading->parser, XML_FALSE);
}

bool xml_read(const char *text, size_t size, xml_visitor *visit, void *data)
{
	struct reading reading = {
		.parser = XML_ParserCreate(NULL),
		.path = g_string_new(NULL),
		.text = g_string_new(NULL),
		.visit = visit,
		.data = data,
	};
	XML_SetUserData(reading.parser, &reading);
	XML_SetElementHandler(reading.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
	bool whole = size <= G_MAXINT
		&& XML_Parse(reading.parser, text, (int)size, XML_TRUE) == XML_STATUS_OK;
	XML_ParserFree(reading.parser);
	g_string_free(reading.path, TRUE);
	g_string_free(reading.text, TRUE);
	return whole && !reading.refused;
}

struct search {
	const char *path;
	char *text;
};

static void search_visit(void *data, const char *path, const char *text)
{
	struct search *search = data;
	if (strcmp(path, search->path) == 0) {
		g_free(search->text);
		search->text = g_strdup(text);
	}
}

char *xml_text(const char *text, size_t size, const char *path)
{
	struct search search = {.path = path};
	xml_read(text, size, search_visit, &search);
	return search.text;
}
