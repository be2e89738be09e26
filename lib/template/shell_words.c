/* SPDX-License-Identifier: MIT */
/* Words, operators and keywords of bash, where no quote is open. */
#include <string.h>

#include "lib/template/shell_scan.h"

void document_free(void *data)
{
	struct document *document = data;
	g_free(document->delimiter);
	g_free(document);
}

static void command_clear(struct command *command)
{
	GString *word = command->word, *previous = command->previous;
	*command = (struct command){.word = word, .previous = previous};
	g_string_truncate(word, 0);
	g_string_truncate(previous, 0);
}

/* Slots of the pipeline before this command, and here-documents in it, are read by it as code. */
static void reader_judge(struct scanner *scanner, struct frame *frame)
{
	g_autofree char *why = g_strdup_printf(
		"the value would reach %s, which would run it as code", frame->command.name);

	scanner->has_reader = true;
	for (size_t i = frame->pipeline_slot; i < frame->command_slot; i++)
		slot_refuse_code(&scanner->slots[i], why);
	if (frame->here_string_slot >= 0)
		slot_refuse_code(&scanner->slots[frame->here_string_slot], why);
	for (guint i = frame->pipeline_document; i < scanner->documents->len; i++)
		((struct document *)scanner->documents->pdata[i])->feeds_code = true;
}

void command_end(struct scanner *scanner, enum command_end end)
{
	word_end(scanner);
	struct frame *frame = scanner_frame(scanner);
	bool was_compound = frame->is_compound_end;

	if (command_reads_code(&frame->command))
		reader_judge(scanner, frame);
	frame->command_slot = scanner->n_seen;
	if (end == PIPELINE_END) {
		frame->pipeline_slot = scanner->n_seen;
		frame->pipeline_document = scanner->documents->len;
	} else if (was_compound) {
		/* What came before the compound's last word cannot be told from what is in it. */
		frame->pipeline_slot = frame->first_slot;
		frame->pipeline_document = 0;
	}
	frame->is_compound_end = false;
	frame->here_string_slot = frame->operand_slot = -1;
	command_clear(&frame->command);
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (**words == *word && strcmp(*words, word) == 0)
			return true;
	return false;
}

/* The word is a keyword, and what follows is read accordingly. */
static bool keyword_read(struct scanner *scanner, struct frame *frame, const char *word)
{
	static const char *const openers[] = {"if", "then", "elif", "else", "while", "until", "do",
		"{", "!", "time", "coproc", NULL};
	static const char *const closers[] = {"fi", "done", "}", "esac", NULL};
	struct command *command = &frame->command;

	if (is_one_of(word, openers))
		return true;
	if (is_one_of(word, closers)) {
		frame->n_cases -= strcmp(word, "esac") == 0 && frame->n_cases > 0;
		frame->is_compound_end = command->has_name = true;
		return true;
	}
	if (strcmp(word, "for") == 0 || strcmp(word, "select") == 0) {
		command->has_name = true;
		g_strlcpy(command->name, word, sizeof(command->name));
		return true;
	}
	if (strcmp(word, "case") == 0) {
		frame->n_cases++;
		frame->header = HEADER_CASE;
		return true;
	}
	if (strcmp(word, "function") == 0) {
		frame->header = HEADER_FUNCTION;
		return true;
	}
	if (strcmp(word, "[[") != 0)
		return false;
	command->has_name = frame->is_compound_end = true;
	frame_push(scanner, FRAME_TEST);
	return true;
}

/* `case word in`, `function name`: words that are neither commands nor arguments. */
static void header_read(struct frame *frame, const char *word)
{
	if (frame->header == HEADER_FUNCTION) {
		frame->header = HEADER_NONE;
	} else if (strcmp(word, "in") == 0 && !frame->command.is_quoted) {
		frame->header = HEADER_NONE;
		frame->is_in_pattern = true;
	}
}

static void document_add(struct scanner *scanner, struct frame *frame)
{
	struct document *document = g_new0(struct document, 1);
	const char *word = frame->command.word->str;

	if (strchr(word, SHELL_MARK) || strchr(word, SHELL_EXPANSION))
		scanner_lose(scanner, "the delimiter of a here-document is not a plain word");
	document->delimiter = g_strdup(word);
	document->is_quoted = frame->command.is_quoted;
	document->strips_tabs = frame->strips_tabs;
	/* What a command in a compound does with the compound's stdin is not followed. */
	document->feeds_code = frame->is_compound_end && scanner->has_reader;
	g_ptr_array_add(scanner->documents, document);
	frame->is_document = false;
}

static void test_word(struct scanner *scanner, struct frame *frame, const char *word)
{
	static const char *const signs[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge", NULL};

	if (g_strv_contains(signs, word) && frame->operand_slot >= 0)
		slot_refuse_code(&scanner->slots[frame->operand_slot],
			"bash would run the value as code in a numeric comparison; "
			"write [ ... ] instead of [[ ... ]]");
	if (frame->is_number)
		flow_read(scanner, frame->word_begin);
	frame->is_number = g_strv_contains(signs, word);
	if (frame->is_number)
		flow_read(scanner, frame->operand_begin);
	frame->operand_slot = frame->word_slot;
	frame->operand_begin = frame->word_begin;
	g_string_assign(frame->command.previous, word);
}

/* `[subscript]=value`; the name stands before the bracket. */
static void array_word(struct scanner *scanner, const struct frame *frame, const char *word)
{
	if (*word == '[')
		flow_subscript(scanner, (frame - 1)->command.word->str, frame->word_begin);
}

/* What its words say of variables. */
static void command_flow(struct scanner *scanner, const struct frame *frame)
{
	const struct command *command = &frame->command;
	const char *word = command->word->str;
	bool is_declared = command->rule && command->rule->main == MAIN_DECLARE;

	if ((!command->has_name || is_declared) && word[strcspn(word, "[=")] == '[')
		flow_subscript(scanner, word, frame->word_begin);
	if (command->declares_maps)
		flow_map(scanner, word);
	if (command_wants_numbers(command))
		flow_read(scanner, frame->word_begin);
}

void word_end(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	struct command *command = &frame->command;
	const char *word = command->word->str;
	bool is_bare = !command->is_quoted;

	if (!command->is_in_word)
		return;
	command->is_in_word = false;
	if (frame->kind == FRAME_TEST && is_bare && strcmp(word, "]]") == 0) {
		frame_pop(scanner);
		return;
	}
	if (frame->kind == FRAME_TEST)
		test_word(scanner, frame, word);
	else if (frame->kind == FRAME_ARRAY)
		array_word(scanner, frame, word);
	else if (frame->kind != FRAME_COMMAND)
		; /* of patterns the words have no meaning here */
	else if (frame->is_document)
		document_add(scanner, frame);
	else if (command->is_redirected)
		command->is_redirected = command->is_here_string = false;
	else if (frame->header != HEADER_NONE)
		header_read(frame, word);
	else if (frame->is_in_pattern && is_bare && strcmp(word, "esac") == 0) {
		frame->is_in_pattern = false;
		frame->n_cases -= frame->n_cases > 0;
		frame->is_compound_end = command->has_name = true;
	} else if (!frame->is_in_pattern) {
		bool may_be_keyword = !command->has_name && !command->is_name_word && is_bare;
		guint depth = scanner->frames->len - 1;
		bool vanishes = command->may_vanish;
		if (!may_be_keyword || !keyword_read(scanner, frame, word))
			command_word(command);
		/* `[[` has pushed a frame. */
		frame = &g_array_index(scanner->frames, struct frame, depth);
		command = &frame->command;
		if (!vanishes)
			g_string_assign(command->previous, command->word->str);
		command_flow(scanner, frame);
	}
	frame->word_slot = -1;
	command->is_quoted = command->may_vanish = false;
	g_string_truncate(command->word, 0);
}

static char next_character(const struct scanner *scanner)
{
	return scanner->at + 1 < scanner->end ? scanner->at[1] : '\0';
}

/* `name()` and `name ()`: what follows is its body. */
static bool scan_function(struct scanner *scanner, struct frame *frame)
{
	const char *at = scanner->at + 1;
	while (at < scanner->end && (*at == ' ' || *at == '\t'))
		at++;
	if (at >= scanner->end || *at != ')')
		return false;
	scanner_copy(scanner, (size_t)(at + 1 - scanner->at));
	frame->header = HEADER_NONE;
	command_clear(&frame->command);
	return true;
}

static void scan_open(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	struct command *command = &frame->command;
	const char *word = command->word->str;
	size_t len = command->word->len;
	bool is_begin = frame->kind == FRAME_COMMAND && !command->is_in_word;
	bool is_double = next_character(scanner) == '(';

	if (frame->is_in_pattern || frame->kind == FRAME_TEST) {
		word_end(scanner);
		scanner_copy(scanner, 1);
	} else if (is_begin && is_double
		&& (!command->has_name || strcmp(command->name, "for") == 0)) {
		frame->is_compound_end = command->has_name = true;
		scanner_copy(scanner, 2);
		frame_push(scanner, FRAME_ARITHMETIC);
	} else if (is_begin && !command->has_name && frame->header == HEADER_NONE) {
		scanner_copy(scanner, 1);
		frame_push(scanner, FRAME_COMMAND);
		scanner_frame(scanner)->is_apart = true;
	} else if (frame->kind == FRAME_PATTERN || (len > 0 && strchr("?*+@!", word[len - 1]))) {
		scanner_copy(scanner, 1);
		frame_push(scanner, FRAME_PATTERN);
	} else if (len > 0 && word[len - 1] == '=' && word_is_assignment(word)) {
		scanner_copy(scanner, 1);
		frame_push(scanner, FRAME_ARRAY);
	} else if (frame->kind != FRAME_COMMAND || !scan_function(scanner, frame)) {
		scanner_lose(scanner, "a ( stands where none belongs");
		scanner_copy(scanner, 1);
	}
}

static void scan_close(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	bool was_apart = frame->is_apart;

	word_end(scanner);
	frame = scanner_frame(scanner);
	scanner_copy(scanner, 1);
	if (frame->kind == FRAME_TEST)
		return;
	if (frame->is_in_pattern) {
		frame->is_in_pattern = false;
		command_clear(&frame->command);
		return;
	}
	if (frame->kind == FRAME_COMMAND) {
		command_end(scanner, PIPELINE_END);
		if (scanner_frame(scanner)->n_cases > 0)
			scanner_lose(scanner, "a case has no esac");
	}
	frame_pop(scanner);
	if (was_apart) {
		frame = scanner_frame(scanner);
		frame->is_compound_end = frame->command.has_name = true;
	}
}

/* After `;;`, `;&` and `;;&` the next pattern comes. */
static void scan_semicolon(struct scanner *scanner)
{
	command_end(scanner, PIPELINE_END);
	struct frame *frame = scanner_frame(scanner);
	size_t n = 1;
	while (scanner->at + n < scanner->end && n < 3 && strchr(";&", scanner->at[n]))
		n++;
	scanner_copy(scanner, n);
	if (n > 1)
		frame->is_in_pattern = frame->n_cases > 0;
}

static void scan_bar(struct scanner *scanner)
{
	char next = next_character(scanner);
	command_end(scanner, next == '|' ? PIPELINE_END : COMMAND_PIPED);
	scanner_frame(scanner)->is_after_pipe = next != '|';
	scanner_copy(scanner, next == '|' || next == '&' ? 2 : 1);
}

/* <( ) and >( ) are a word, or a part of one. */
static void scan_substitution(struct scanner *scanner)
{
	struct command *command = &scanner_frame(scanner)->command;
	g_string_append_c(command->word, SHELL_EXPANSION);
	command->is_in_word = true;
	scanner_copy(scanner, 2);
	frame_push(scanner, FRAME_COMMAND);
}

static void scan_redirection(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	struct command *command = &frame->command;
	const char *at = scanner->at;
	size_t left = (size_t)(scanner->end - at);

	bool is_number = command->is_in_word && !command->is_quoted
		&& strspn(command->word->str, "0123456789") == command->word->len;
	if (is_number) {
		command->is_in_word = false;
		g_string_truncate(command->word, 0);
	}
	word_end(scanner);
	frame = scanner_frame(scanner);
	if (left > 2 && strncmp(at, "<<<", 3) == 0) {
		frame->command.is_redirected = frame->command.is_here_string = true;
		scanner_copy(scanner, 3);
	} else if (left > 1 && strncmp(at, "<<", 2) == 0) {
		frame->is_document = true;
		frame->strips_tabs = left > 2 && at[2] == '-';
		scanner_copy(scanner, frame->strips_tabs ? 3 : 2);
	} else {
		frame->command.is_redirected = true;
		scanner_copy(scanner, left > 1 && strchr(">&|", at[1]) ? 2 : 1);
		if (*at == '&' && scanner->at < scanner->end && *scanner->at == '>')
			scanner_copy(scanner, 1);
	}
}

static void scan_ampersand(struct scanner *scanner)
{
	char next = next_character(scanner);
	if (next == '>') {
		scan_redirection(scanner);
		return;
	}
	command_end(scanner, PIPELINE_END);
	scanner_copy(scanner, next == '&' ? 2 : 1);
}

static void scan_newline(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);

	word_end(scanner);
	frame = scanner_frame(scanner);
	scanner_copy(scanner, 1);
	if (frame->kind != FRAME_COMMAND) {
		if (scanner->documents->len > 0)
			scanner_lose(
				scanner, "a here-document begins on the line of a longer text");
		return;
	}
	bool goes_on = frame->is_after_pipe || frame->is_in_pattern || frame->header == HEADER_CASE;
	if (!goes_on)
		command_end(scanner, PIPELINE_END);
	scan_documents(scanner);
	frame = scanner_frame(scanner);
	frame->command_slot = scanner->n_seen;
	if (!goes_on)
		frame->pipeline_slot = scanner->n_seen;
}

static void scan_comment(struct scanner *scanner)
{
	while (scanner->at < scanner->end && *scanner->at != '\n') {
		if (*scanner->at == SHELL_MARK)
			slot_skip(scanner);
		else
			scanner_copy(scanner, 1);
	}
}

/* Operators of commands; False where the character has no such meaning. */
static bool scan_operator(struct scanner *scanner)
{
	switch (*scanner->at) {
	case '(':
		scan_open(scanner);
		return true;
	case ')':
		scan_close(scanner);
		return true;
	case '\n':
		scan_newline(scanner);
		return true;
	case ';':
	case '&':
	case '|':
	case '<':
	case '>':
		break;
	default:
		return false;
	}
	if (strchr("<>", *scanner->at) && next_character(scanner) == '(') {
		scan_substitution(scanner);
		return true;
	}
	if (scanner_frame(scanner)->is_in_pattern)
		word_end(scanner); /* may be `esac`, after which operators are operators */
	if (scanner_frame(scanner)->kind != FRAME_COMMAND
		|| scanner_frame(scanner)->is_in_pattern) {
		word_end(scanner);
		scanner_copy(scanner, 1);
	} else if (*scanner->at == ';') {
		scan_semicolon(scanner);
	} else if (*scanner->at == '&') {
		scan_ampersand(scanner);
	} else if (*scanner->at == '|') {
		scan_bar(scanner);
	} else {
		scan_redirection(scanner);
	}
	return true;
}

void scan_in_command(struct scanner *scanner)
{
	struct frame *frame = scanner_frame(scanner);
	char c = *scanner->at;

	if (!frame->command.is_in_word)
		frame->word_begin = scanner->out->len;
	if (c == ' ' || c == '\t') {
		word_end(scanner);
		scanner_copy(scanner, 1);
		return;
	}
	if (c == '#' && !frame->command.is_in_word && frame->kind != FRAME_PATTERN) {
		scan_comment(scanner);
		return;
	}
	if (c != '\n')
		frame->is_after_pipe = false;
	if (c == SHELL_MARK) {
		slot_put(scanner, QUOTES_NONE);
	} else if (!scan_operator(scanner) && !scan_quote(scanner) && !scan_expansion(scanner)) {
		/* Not `#`, which has a meaning at the beginning of a word only. */
		scan_word(scanner, " \t\n();&|<>'\"$`\\" SHELL_MARK_TEXT);
	}
}
