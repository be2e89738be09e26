/* SPDX-License-Identifier: MIT */
/* What becomes of a value in a script: a reference, its own digits, or a refusal. */
#include <string.h>

#include "lib/template/shell_scan.h"

void slot_refuse(struct shell_slot *slot, const char *why)
{
	if (!slot->refusal)
		slot->refusal = g_strdup(why);
}

void slot_refuse_code(struct shell_slot *slot, const char *why)
{
	if (!slot->is_plain)
		slot_refuse(slot, why);
}

/* What one frame around a value says against it (g_free), or NULL. */
static char *frame_refusal(const struct frame *frame, const struct shell_slot *slot)
{
	const struct command *command = &frame->command;
	const char *word = command->word->str;

	switch (frame->kind) {
	case FRAME_DOUBLE:
	case FRAME_PATTERN:
		return NULL;
	case FRAME_HERE:
		return frame->feeds_code ? g_strdup("the value would be code of the command that "
						    "reads this here-document")
					 : NULL;
	case FRAME_ARITHMETIC:
	case FRAME_BRACKET:
		return g_strdup("bash would run the value as code in arithmetic");
	case FRAME_PARAMETER:
		return g_strdup("a value cannot stand in ${...}; give it to a variable first");
	case FRAME_ARRAY:
		return word[0] == '[' && !strchr(word, ']')
			? g_strdup("bash would run the value as code in a subscript")
			: NULL;
	case FRAME_TEST:
		return NULL;
	case FRAME_COMMAND:
		break;
	}
	if (frame->is_document)
		return g_strdup("a value cannot be the delimiter of a here-document");
	if (frame->header != HEADER_NONE || frame->is_in_pattern)
		return NULL;
	switch (command_position(command)) {
	case POSITION_DATA:
		return NULL;
	case POSITION_NO_DASH:
		return slot->text && slot->text[0] == '-'
			? g_strdup_printf("a value that begins with \"-\" would be an option of %s",
				command->name)
			: NULL;
	case POSITION_NAME:
		return g_strdup("the value would be the name of a command");
	case POSITION_UNCERTAIN:
		return g_strdup_printf(
			"whether %s would run the value as code cannot be told; put expansions "
			"before "
			"it in double quotes, and an option and its value into one word",
			command->name);
	case POSITION_CODE:
		break;
	}
	return g_strdup_printf("%s would run the value as code", command->name);
}

static bool is_arithmetic_test(const char *word)
{
	static const char *const signs[] = {
		"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v", "-R", NULL};
	return g_strv_contains(signs, word);
}

/* The reason of the innermost frame that has one; an outer one judges the word the value is in. */
static char *slot_judge(struct scanner *scanner, const struct shell_slot *slot)
{
	for (guint i = scanner->frames->len; i-- > 0;) {
		struct frame *frame = &g_array_index(scanner->frames, struct frame, i);
		char *why = frame_refusal(frame, slot);
		if (why)
			return why;
		if (frame->kind == FRAME_TEST && is_arithmetic_test(frame->command.previous->str))
			return g_strdup_printf("bash would run the value as code after \"%s\"",
				frame->command.previous->str);
		frame->word_slot = (int)(slot - scanner->slots);
		if (frame->kind == FRAME_COMMAND && frame->command.is_here_string)
			frame->here_string_slot = frame->word_slot;
		/* The frame below has no word that this one is a part of. */
		i -= frame->is_apart && i > 0;
	}
	return NULL;
}

static void reference_put(GString *out, const char *variable, enum quotes quotes)
{
	switch (quotes) {
	case QUOTES_NONE:
		g_string_append_printf(out, "\"${%s}\"", variable);
		break;
	case QUOTES_DOUBLE:
	case QUOTES_LITERAL:
		g_string_append_printf(out, "${%s}", variable);
		break;
	case QUOTES_SINGLE:
		g_string_append_printf(out, "'\"${%s}\"'", variable);
		break;
	case QUOTES_ANSI:
		g_string_append_printf(out, "'\"${%s}\"$'", variable);
		break;
	}
}

void slot_put(struct scanner *scanner, enum quotes quotes)
{
	struct shell_slot *slot = &scanner->slots[scanner->n_seen];
	struct frame *words = scanner_words(scanner);
	g_autofree char *why = slot_judge(scanner, slot);

	if (why)
		slot_refuse_code(slot, why);
	/* Where a reference would be code or no reference, a number stands as it is. */
	if (slot->is_plain && slot->text && (why || quotes == QUOTES_LITERAL)) {
		g_string_append(scanner->out, slot->text);
		slot->is_inlined = true;
	} else {
		reference_put(scanner->out, slot->variable, quotes);
		slot->is_referenced = true;
	}
	flow_hold(scanner, words->command.word->str, slot);
	g_string_append_c(words->command.word, SHELL_MARK);
	words->command.is_in_word = true;
	scanner->n_seen++;
	scanner->at++;
}

void slot_skip(struct scanner *scanner)
{
	scanner->n_seen++;
	scanner->at++;
}
