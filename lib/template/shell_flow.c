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

static void holder_clear(void *data)
{
	struct holder *holder = data;
	g_free(holder->name);
}

void flow_open(struct scanner *scanner)
{
	scanner->holders = g_array_new(FALSE, FALSE, sizeof(struct holder));
	g_array_set_clear_func(scanner->holders, holder_clear);
	scanner->arithmetic = g_string_new(NULL);
	scanner->has_maps = strstr(scanner->at, " -A ") != NULL;
}

void flow_hold(struct scanner *scanner, const char *word, struct shell_slot *slot)
{
	if (!word_is_assignment(word))
		return;
	struct holder holder = {g_strndup(word, strspn(word, name_letters)), slot};
	g_array_append_val(scanner->holders, holder);
}

void flow_read(struct scanner *scanner, size_t begin)
{
	const GString *out = scanner->out;
	g_string_append_len(scanner->arithmetic, out->str + begin, (gssize)(out->len - begin));
	g_string_append_c(scanner->arithmetic, ' ');
}

static bool is_read(const struct scanner *scanner, const char *name)
{
	const char *at = scanner->arithmetic->str;
	while (*at) {
		size_t n = strspn(at, name_letters);
		/* `#name` is the length of what it holds. */
		bool is_length = at > scanner->arithmetic->str && at[-1] == '#';
		if (n == strlen(name) && memcmp(at, name, n) == 0 && !is_length)
			return true;
		at += n > 0 ? n : 1;
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
	g_string_free(scanner->arithmetic, TRUE);
}
