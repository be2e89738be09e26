/* SPDX-License-Identifier: MIT */
/*
 * Follows bash through a script: quotes, expansions, commands and here-documents are frames of a
 * stack, and each mark is judged by all frames around it. A script that cannot be followed to its
 * end takes no values at all: better a clear refusal than a value in the wrong place.
 */
#include <string.h>

#include "lib/template/shell_scan.h"

/* Most words of most scripts need no more room. */
enum { WORD_SIZE = 48 };

static void scan_until(struct scanner *scanner, const char *end);

void scanner_lose(struct scanner *scanner, const char *reason)
{
	if (!scanner->lost)
		scanner->lost = reason;
}

struct frame *scanner_frame(struct scanner *scanner)
{
	return &g_array_index(scanner->frames, struct frame, scanner->frames->len - 1);
}

void frame_push(struct scanner *scanner, enum frame_kind kind)
{
	struct frame frame = {.kind = kind,
		.first_slot = scanner->n_seen,
		.pipeline_slot = scanner->n_seen,
		.command_slot = scanner->n_seen,
		.pipeline_document = scanner->documents->len,
		.operand_slot = -1,
		.word_slot = -1,
		.here_string_slot = -1};
	frame.begin = frame.word_begin = frame.operand_begin = scanner->out->len;
	frame.command.word = g_string_sized_new(WORD_SIZE);
	frame.command.previous = g_string_sized_new(WORD_SIZE);
	if (scanner->frames->len > 100)
		scanner_lose(scanner, "the script is nested too deep");
	g_array_append_val(scanner->frames, frame);
}

void frame_pop(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	if (scanner->frames->len == 1) {
		scanner_lose(scanner, "a bracket is closed that was not opened");
		return;
	}
	flow_frame(scanner, frame);
	g_string_free(frame->command.word, TRUE);
	g_string_free(frame->command.previous, TRUE);
	g_array_set_size(scanner->frames, scanner->frames->len - 1);
}

/* The command whose word is being read, below the quotes around it. */
struct frame *scanner_words(struct scanner *scanner)
{
	for (guint i = scanner->frames->len; i-- > 0;) {
		struct frame *frame = &g_array_index(scanner->frames, struct frame, i);
		if (frame->kind != FRAME_DOUBLE)
			return frame;
	}
	return NULL;
}

/* What the shell puts there becomes a part of the word; without quotes it may be none, or several.
 */
static void word_expansion(struct scanner *scanner)
{
	struct frame *frame = scanner_words(scanner);
	bool is_bare = scanner_frame(scanner) == frame;
	frame->command.may_vanish |= is_bare && !word_is_assignment(frame->command.word->str);
	g_string_append_c(frame->command.word, SHELL_EXPANSION);
	frame->command.is_in_word = true;
}

static void word_append(struct scanner *scanner, char c)
{
	struct frame *frame = scanner_words(scanner);
	g_string_append_c(frame->command.word, c);
	frame->command.is_in_word = true;
}

void scanner_copy(struct scanner *scanner, size_t n)
{
	g_string_append_len(scanner->out, scanner->at, (gssize)n);
	scanner->at += n;
}

static size_t run_length(const struct scanner *scanner, const char *marks)
{
	return MIN(strcspn(scanner->at, marks), (size_t)(scanner->end - scanner->at));
}

void scan_word(struct scanner *scanner, const char *marks)
{
	struct command *command = &scanner_words(scanner)->command;
	/* The first one was looked at already, and means nothing where it stands. */
	size_t n = MAX(run_length(scanner, marks), 1);
	g_string_append_len(command->word, scanner->at, (gssize)n);
	command->is_in_word = true;
	scanner_copy(scanner, n);
}

/* A backslash and what it takes the meaning of; before a value it would take that of our own quote.
 */
static void scan_backslash(struct scanner *scanner)
{
	char next = scanner->at + 1 < scanner->end ? scanner->at[1] : '\0';

	if (next == SHELL_MARK) {
		slot_refuse(&scanner->slots[scanner->n_seen], "a value cannot follow a backslash");
		scanner_copy(scanner, 1);
		return;
	}
	if (next && next != '\n') {
		word_append(scanner, next);
		scanner_words(scanner)->command.is_quoted = true;
	}
	scanner_copy(scanner, next ? 2 : 1);
}

/* '...' and $'...', whose first quote is next; a value leaves the quotes, which begin anew after
 * it. */
static void scan_single(struct scanner *scanner, bool is_ansi)
{
	scanner_copy(scanner, is_ansi ? 2 : 1);
	scanner_words(scanner)->command.is_quoted = scanner_words(scanner)->command.is_in_word =
		true;
	while (scanner->at < scanner->end && *scanner->at != '\'') {
		if (*scanner->at == SHELL_MARK) {
			slot_put(scanner, is_ansi ? QUOTES_ANSI : QUOTES_SINGLE);
		} else if (is_ansi && *scanner->at == '\\') {
			scan_backslash(scanner);
		} else {
			if (*scanner->at == '\n' && scanner->documents->len > 0)
				scanner_lose(scanner,
					"a here-document begins on the line of a longer text");
			scan_word(scanner, "'\\\n" SHELL_MARK_TEXT);
		}
	}
	if (scanner->at == scanner->end)
		scanner_lose(scanner, "a quote is not closed");
	else
		scanner_copy(scanner, 1);
}

/* `...`, in which quoting has rules of its own: no value may stand there. */
static void scan_backtick(struct scanner *scanner)
{
	size_t begin = scanner->out->len;
	scanner_copy(scanner, 1);
	while (scanner->at < scanner->end && *scanner->at != '`') {
		if (*scanner->at == SHELL_MARK) {
			slot_refuse(&scanner->slots[scanner->n_seen],
				"a value cannot stand in `...`; write $(...)");
			slot_put(scanner, QUOTES_NONE);
			continue;
		}
		scanner_copy(scanner,
			*scanner->at == '\\' && scanner->at[1] && scanner->at[1] != SHELL_MARK ? 2
											       : 1);
	}
	if (scanner->at >= scanner->end)
		scanner_lose(scanner, "a ` is not closed");
	else
		scanner_copy(scanner, 1);
	flow_substitution(scanner, begin);
	word_expansion(scanner);
}

/* What begins with `$`. */
static void scan_dollar(struct scanner *scanner)
{
	const char *at = scanner->at;
	size_t left = (size_t)(scanner->end - at);
	enum frame_kind kind = scanner_frame(scanner)->kind;
	bool is_quoted = kind == FRAME_DOUBLE || kind == FRAME_HERE;

	word_expansion(scanner);
	if (left > 1 && at[1] == SHELL_MARK) {
		slot_refuse(&scanner->slots[scanner->n_seen],
			"a value cannot be the name of a variable; write {{ }} without the \"$\"");
		scanner_copy(scanner, 1);
	} else if (left > 2 && at[1] == '(' && at[2] == '(') {
		scanner_copy(scanner, 3);
		frame_push(scanner, FRAME_ARITHMETIC);
	} else if (left > 1 && at[1] == '(') {
		scanner_copy(scanner, 2);
		frame_push(scanner, FRAME_COMMAND);
	} else if (left > 1 && at[1] == '{') {
		scanner_copy(scanner, 2);
		frame_push(scanner, FRAME_PARAMETER);
		scanner_frame(scanner)->is_in_quotes = is_quoted;
	} else if (left > 1 && at[1] == '[') {
		scanner_copy(scanner, 2);
		frame_push(scanner, FRAME_BRACKET);
	} else if (left > 1 && at[1] == '\'' && !is_quoted) {
		scan_single(scanner, true);
	} else if (left > 1 && at[1] == '"' && !is_quoted) {
		scanner_copy(scanner, 2);
		frame_push(scanner, FRAME_DOUBLE);
	} else {
		/* `$$`, `$?` and the like are whole; of `$name` the rest is text. */
		scanner_copy(scanner, left > 1 && strchr("$?#!@*-_", at[1]) ? 2 : 1);
	}
}

/* What has a meaning in quotes, too. False when the next character has none. */
bool scan_expansion(struct scanner *scanner)
{
	switch (*scanner->at) {
	case '$':
		scan_dollar(scanner);
		return true;
	case '`':
		scan_backtick(scanner);
		return true;
	case '\\':
		scan_backslash(scanner);
		return true;
	default:
		return false;
	}
}

/* Quotes outside of quotes. */
bool scan_quote(struct scanner *scanner)
{
	if (*scanner->at == '\'') {
		scan_single(scanner, false);
		return true;
	}
	if (*scanner->at != '"')
		return false;
	scanner_words(scanner)->command.is_quoted = scanner_words(scanner)->command.is_in_word =
		true;
	scanner_copy(scanner, 1);
	frame_push(scanner, FRAME_DOUBLE);
	return true;
}

static void scan_in_double(struct scanner *scanner)
{
	if (*scanner->at == SHELL_MARK) {
		slot_put(scanner, QUOTES_DOUBLE);
	} else if (*scanner->at == '"') {
		scanner_copy(scanner, 1);
		frame_pop(scanner);
	} else if (!scan_expansion(scanner)) {
		if (*scanner->at == '\n' && scanner->documents->len > 0)
			scanner_lose(
				scanner, "a here-document begins on the line of a longer text");
		scan_word(scanner, "\"$`\\\n" SHELL_MARK_TEXT);
	}
}

static void scan_in_here(struct scanner *scanner)
{
	if (*scanner->at == SHELL_MARK)
		slot_put(scanner, QUOTES_DOUBLE);
	else if (!scan_expansion(scanner))
		scanner_copy(scanner, run_length(scanner, "$`\\" SHELL_MARK_TEXT));
}

/* Arithmetic and `${...}`: only their end and what is quoted in them matter. */
static void scan_in_code(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	char c = *scanner->at, open = '(', close = ')';

	if (frame->kind == FRAME_PARAMETER) {
		open = '{';
		close = '}';
	} else if (frame->kind == FRAME_BRACKET) {
		open = '[';
		close = ']';
	}
	if (c == SHELL_MARK) {
		slot_put(scanner, QUOTES_NONE);
		return;
	}
	if (frame->is_in_quotes && c == '\'') {
		/* Whether it quotes there depends on the operator. */
		scanner_lose(scanner, "a ' stands in a ${...} between double quotes");
		scanner_copy(scanner, 1);
		return;
	}
	if (scan_quote(scanner) || scan_expansion(scanner))
		return;
	scanner_copy(scanner, 1);
	if (c == open && frame->kind != FRAME_PARAMETER)
		frame->n_open++;
	if (c == '\n' && scanner->documents->len > 0)
		scanner_lose(scanner, "a here-document begins on the line of a longer text");
	if (c != close)
		return;
	if (frame->n_open > 0) {
		frame->n_open--;
		return;
	}
	if (frame->kind == FRAME_ARITHMETIC) {
		if (scanner->at < scanner->end && *scanner->at == ')')
			scanner_copy(scanner, 1);
		else
			scanner_lose(scanner,
				"\"((\" is not closed by \"))\"; write \"( (\" for a subshell");
	}
	frame_pop(scanner);
}

static void scan_until(struct scanner *scanner, const char *end)
{
	const char *outer = scanner->end;

	scanner->end = end;
	while (scanner->at < end) {
		switch (scanner_frame(scanner)->kind) {
		case FRAME_COMMAND:
		case FRAME_ARRAY:
		case FRAME_TEST:
		case FRAME_PATTERN:
			scan_in_command(scanner);
			break;
		case FRAME_DOUBLE:
			scan_in_double(scanner);
			break;
		case FRAME_HERE:
			scan_in_here(scanner);
			break;
		case FRAME_ARITHMETIC:
		case FRAME_BRACKET:
		case FRAME_PARAMETER:
			scan_in_code(scanner);
			break;
		}
	}
	scanner->end = outer;
}

/* Where the body that begins here ends: at its delimiter's line, or at the end of the script. */
static const char *document_end(struct scanner *scanner, const struct document *document)
{
	size_t len = strlen(document->delimiter);
	for (const char *line = scanner->at; line < scanner->end;) {
		const char *next = memchr(line, '\n', (size_t)(scanner->end - line));
		const char *text = line;
		size_t line_len = (size_t)((next ? next : scanner->end) - line);
		while (document->strips_tabs && *text == '\t' && line_len > 0) {
			text++;
			line_len--;
		}
		if (line_len == len && memcmp(text, document->delimiter, len) == 0)
			return line;
		if (!document->is_quoted && line_len > 0 && text[line_len - 1] == '\\')
			scanner_lose(scanner, "a line of a here-document ends in a backslash");
		line = next ? next + 1 : scanner->end;
	}
	return scanner->end;
}

static void document_scan(struct scanner *scanner, const struct document *document)
{
	const char *end = document_end(scanner, document);
	size_t n_frames = scanner->frames->len;

	if (document->is_quoted) {
		while (scanner->at < end) {
			if (*scanner->at != SHELL_MARK) {
				scanner_copy(scanner, 1);
				continue;
			}
			slot_refuse_code(&scanner->slots[scanner->n_seen],
				"a value cannot stand in a here-document whose delimiter is "
				"quoted; "
				"write the delimiter without quotes");
			slot_put(scanner, QUOTES_LITERAL);
		}
	} else {
		frame_push(scanner, FRAME_HERE);
		scanner_frame(scanner)->feeds_code = document->feeds_code;
		scanner_frame(scanner)->is_apart = true;
		scan_until(scanner, end);
		if (scanner->frames->len != n_frames + 1)
			scanner_lose(scanner, "a bracket in a here-document is not closed");
		while (scanner->frames->len > n_frames)
			frame_pop(scanner);
	}
	/* The delimiter's own line. */
	const char *line_end = memchr(scanner->at, '\n', (size_t)(scanner->end - scanner->at));
	scanner_copy(scanner, (size_t)((line_end ? line_end + 1 : scanner->end) - scanner->at));
}

void scan_documents(struct scanner *scanner)
{
	if (scanner->documents->len > 0) {
		g_autoptr(GPtrArray) documents = scanner->documents;
		scanner->documents = g_ptr_array_new_with_free_func(document_free);
		for (guint i = 0; i < documents->len; i++)
			document_scan(scanner, documents->pdata[i]);
	}
	for (guint i = 0; i < scanner->frames->len; i++)
		g_array_index(scanner->frames, struct frame, i).pipeline_document = 0;
}

static void scanner_finish(struct scanner *scanner)
{
	word_end(scanner); /* may be `]]` */
	if (scanner->frames->len == 1)
		command_end(scanner, PIPELINE_END);
	else
		scanner_lose(scanner, "a quote or a bracket is not closed");
	if (scanner->documents->len > 0)
		scanner_lose(scanner, "a here-document has no text");
	while (scanner->frames->len > 1)
		frame_pop(scanner);
	struct frame *frame = scanner_frame(scanner);
	g_string_free(frame->command.word, TRUE);
	g_string_free(frame->command.previous, TRUE);
	g_array_free(scanner->frames, TRUE);
	g_ptr_array_unref(scanner->documents);
	for (size_t i = 0; i < scanner->n_slots && scanner->lost; i++) {
		g_autofree char *sentence = g_strdup_printf(
			"this script cannot be followed far enough to put a value into it: %s",
			scanner->lost);
		slot_refuse_code(&scanner->slots[i], sentence);
	}
}

GString *shell_scan(const char *script, struct shell_slot *slots, size_t n)
{
	size_t len = strlen(script);
	struct scanner scanner = {.at = script,
		.end = script + len,
		.slots = slots,
		.n_slots = n,
		.out = g_string_sized_new(len + n * WORD_SIZE),
		.frames = g_array_new(FALSE, FALSE, sizeof(struct frame)),
		.documents = g_ptr_array_new_with_free_func(document_free)};

	flow_open(&scanner);
	frame_push(&scanner, FRAME_COMMAND);
	scan_until(&scanner, scanner.end);
	scanner_finish(&scanner);
	flow_close(&scanner);
	return scanner.out;
}
