/* SPDX-License-Identifier: MIT */
/*
 * Shell templates. The author's text is the script; where a value belongs there is a mark first,
 * then the scanner, which sees the whole script, makes a reference to a variable of it.
 */
#include <string.h>

#include "lib/base/instant.h"
#include "lib/template/render.h"
#include "lib/template/shell.h"

/* A string of the environment may have 32 pages with its NUL (MAX_ARG_STRLEN). */
enum { VARIABLE_BYTES_MAX = 128 * 1024 };

static void slot_clear(void *data)
{
	struct shell_slot *slot = data;
	g_free((char *)slot->text);
	g_free((char *)slot->variable);
	g_free(slot->refusal);
}

static GArray *slots_new(void)
{
	GArray *slots = g_array_new(FALSE, TRUE, sizeof(struct shell_slot));
	g_array_set_clear_func(slots, slot_clear);
	return slots;
}

/* Digits and what numbers, dates and times are made of; nothing that any language would run. */
static bool text_is_plain(const char *text)
{
	size_t len = strlen(text);
	const char *first = text + (*text == '-' || *text == '+');
	return len <= 40 && g_ascii_isdigit(*first) && strspn(text, "0123456789+-.:TZ") == len;
}

/* `| unsafe` at the outside of an expression: the text itself becomes script. */
static bool is_unsafe(const struct expression *expression)
{
	return expression->kind == EXPR_FILTER && strcmp(expression->name, "unsafe") == 0;
}

struct emitted {
	GArray *slots;      /* of struct shell_slot */
	GPtrArray *inlined; /* what became script */
};

static bool shell_emit(struct render *render, const struct expression *expression,
	const struct template_value *value)
{
	struct emitted *emitted = render->emit_data;
	GArray *slots = emitted->slots;
	g_autoptr(GString) text = g_string_new(NULL);

	if (!value_print(render, value, text))
		return false;
	if (strlen(text->str) != text->len)
		return render_fail(
			render, "the value holds a NUL character, which no variable can");
	if (is_unsafe(expression)) {
		if (strchr(text->str, SHELL_MARK))
			return render_fail(render, "the value holds a control character");
		g_string_append_len(render->out, text->str, (gssize)text->len);
		g_ptr_array_add(emitted->inlined, g_strdup(text->str));
		return true;
	}
	struct shell_slot slot = {.place = expression->place,
		.is_plain = text_is_plain(text->str),
		.variable = g_strdup_printf("DAGD_VALUE_%u", slots->len + 1)};
	size_t size = strlen(slot.variable) + 1 + text->len + 1;
	slot.text = g_strdup(text->str);
	g_array_append_val(slots, slot);
	if (size > VARIABLE_BYTES_MAX)
		return render_fail(render,
			"the value has %zu bytes; the system takes at most 128 KiB", text->len);
	g_string_append_c(render->out, SHELL_MARK);
	return true;
}

static size_t count_marks(const char *text, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += text[i] == SHELL_MARK;
	return n;
}

static void script_fail(
	struct place place, const char *why, struct place *failed_at, GError **error)
{
	g_set_error(error, LIB_ERROR, 0, "%s", why);
	if (failed_at)
		*failed_at = place;
	else
		g_prefix_error(error, "%s:%u:%u: ", place.file ? place.file : "template",
			place.line, place.column);
}

/* The script with its references, and their variables. */
static char *script_finish(const struct template *template, const GString *marked, GArray *slots,
	struct shell_values *values, struct place *failed_at, GError **error)
{
	if (count_marks(marked->str, marked->len) != slots->len) {
		script_fail(
			template->place, "the script holds a control character", failed_at, error);
		return NULL;
	}
	g_autoptr(GString) script =
		shell_scan(marked->str, (struct shell_slot *)slots->data, slots->len);
	for (guint i = 0; i < slots->len; i++) {
		const struct shell_slot *slot = &g_array_index(slots, struct shell_slot, i);
		if (slot->refusal) {
			script_fail(slot->place, slot->refusal, failed_at, error);
			return NULL;
		}
	}
	for (guint i = 0; i < slots->len; i++) {
		const struct shell_slot *slot = &g_array_index(slots, struct shell_slot, i);
		if (slot->is_referenced)
			g_ptr_array_add(
				values->env, g_strdup_printf("%s=%s", slot->variable, slot->text));
		if (slot->is_inlined)
			g_ptr_array_add(values->inlined, g_strdup(slot->text));
	}
	return g_strdup(script->str);
}

char *template_render_shell(const struct template *template, const struct template_object *scope,
	struct shell_values *values, struct place *failed_at, GError **error)
{
	g_autoptr(GArray) slots = slots_new();
	struct emitted emitted = {slots, values->inlined};
	struct render render = {.scope = scope, .emit = shell_emit, .emit_data = &emitted};
	g_autoptr(GString) marked = render_all(template, &render, failed_at, error);

	return marked ? script_finish(template, marked, slots, values, failed_at, error) : NULL;
}
