/* SPDX-License-Identifier: MIT */
/*
 * A value that a variable holds is data until bash reads the variable where it wants a number: then
 * its text is an expression, and `a[$(reboot)]` runs reboot. So who holds a value is remembered,
 * and what arithmetic reads.
 */
#include <string.h>

#include "lib/template/shell_scan.h"

static const char name_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

struct holder {
	char *name;
	struct shell_slot *slot;
};

/* Arithmetic; in the subscript of the variable `map`, unless that is a map. */
struct reading {
	char *map, *text;
};

struct range {
	size_t begin, end;
};

static void holder_clear(void *data)
{
	struct holder *holder = data;
	g_free(holder->name);
}

static void reading_clear(void *data)
{
	struct reading *reading = data;
	g_free(reading->map);
	g_free(reading->text);
}

void flow_open(struct scanner *scanner)
{
	scanner->holders = g_array_new(FALSE, FALSE, sizeof(struct holder));
	g_array_set_clear_func(scanner->holders, holder_clear);
	scanner->readings = g_array_new(FALSE, FALSE, sizeof(struct reading));
	g_array_set_clear_func(scanner->readings, reading_clear);
	scanner->substitutions = g_array_new(FALSE, FALSE, sizeof(struct range));
	scanner->maps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static char *name_of(const char *word)
{
	return g_strndup(word, strspn(word, name_letters));
}

void flow_hold(struct scanner *scanner, const char *word, struct shell_slot *slot)
{
	if (!word_is_assignment(word))
		return;
	struct holder holder = {name_of(word), slot};
	g_array_append_val(scanner->holders, holder);
}

void flow_map(struct scanner *scanner, const char *word)
{
	g_hash_table_add(scanner->maps, name_of(word));
}

void flow_substitution(struct scanner *scanner, size_t begin)
{
	struct range range = {begin, scanner->out->len};
	GArray *all = scanner->substitutions;
	while (all->len > 0 && g_array_index(all, struct range, all->len - 1).begin >= begin)
		g_array_set_size(all, all->len - 1); /* it is inside of this one */
	g_array_append_val(all, range);
}

/* Without the commands in it: arithmetic reads only what they print. */
static void reading_add(struct scanner *scanner, char *map, size_t begin, size_t end)
{
	const GArray *all = scanner->substitutions;
	GString *text = g_string_new(NULL);
	guint i = all->len;
	while (i > 0 && g_array_index(all, struct range, i - 1).begin >= begin)
		i--;
	for (; i < all->len && g_array_index(all, struct range, i).end <= end; i++) {
		const struct range *range = &g_array_index(all, struct range, i);
		g_string_append_len(
			text, scanner->out->str + begin, (gssize)(range->begin - begin));
		begin = range->end;
	}
	g_string_append_len(text, scanner->out->str + begin, (gssize)(end - begin));
	struct reading reading = {map, g_string_free(text, FALSE)};
	g_array_append_val(scanner->readings, reading);
}

void flow_read(struct scanner *scanner, size_t begin)
{
	reading_add(scanner, NULL, begin, scanner->out->len);
}

void flow_subscript(struct scanner *scanner, const char *name, size_t begin)
{
	const char *script = scanner->out->str, *open = strchr(script + begin, '[');
	const char *end = open ? subscript_end(open) : NULL;
	if (end)
		reading_add(
			scanner, name_of(name), (size_t)(open - script), (size_t)(end - script));
}

/* `${name[1]}`, `${name:1}`, but not `${name:-text}`. */
static void flow_parameter(struct scanner *scanner, size_t begin)
{
	const char *script = scanner->out->str, *name = script + begin;
	name += strspn(name, "!#");
	const char *at = name + strspn(name, name_letters);
	at += strspn(at, "@*");
	if (g_str_has_prefix(at, "[@]") || g_str_has_prefix(at, "[*]"))
		at += strlen("[@]");
	if (*at == '[') {
		reading_add(scanner, name_of(name), (size_t)(at - script), scanner->out->len);
		const char *end = strstr(at, "]:");
		at = end ? end + 1 : "";
	}
	if (*at == ':' && !strchr("-=+?", at[1]))
		flow_read(scanner, (size_t)(at - script));
}

void flow_frame(struct scanner *scanner, const struct frame *frame)
{
	if (frame->kind == FRAME_COMMAND)
		flow_substitution(scanner, frame->begin);
	else if (frame->kind == FRAME_PARAMETER)
		flow_parameter(scanner, frame->begin);
	else if (frame->kind == FRAME_ARITHMETIC || frame->kind == FRAME_BRACKET)
		flow_read(scanner, frame->begin);
}

static bool text_reads(const char *text, const char *name)
{
	for (const char *at = text; *at;) {
		size_t n = strspn(at, name_letters);
		/* The length of what it holds is a number. */
		bool is_length = at - text >= 3 && memcmp(at - 3, "${#", 3) == 0;
		if (n == strlen(name) && memcmp(at, name, n) == 0 && !is_length)
			return true;
		at += n > 0 ? n : 1;
	}
	return false;
}

static bool is_read(const struct scanner *scanner, const char *name)
{
	for (guint i = 0; i < scanner->readings->len; i++) {
		const struct reading *reading =
			&g_array_index(scanner->readings, struct reading, i);
		bool is_text = reading->map && g_hash_table_contains(scanner->maps, reading->map);
		if (!is_text && text_reads(reading->text, name))
			return true;
	}
	return false;
}

void flow_close(struct scanner *scanner)
{
	for (guint i = 0; i < scanner->holders->len; i++) {
		const struct holder *holder = &g_array_index(scanner->holders, struct holder, i);
		const char *text = holder->slot->text;
		if (!text || !*text || holder->slot->is_plain || !is_read(scanner, holder->name))
			continue;
		g_autofree char *why = g_strdup_printf(
			"the value is no number, and bash would run what \"%s\" holds as code in "
			"arithmetic; write {{ ... | int }}",
			holder->name);
		slot_refuse(holder->slot, why);
	}
	g_array_unref(scanner->holders);
	g_array_unref(scanner->readings);
	g_array_unref(scanner->substitutions);
	g_hash_table_unref(scanner->maps);
}
