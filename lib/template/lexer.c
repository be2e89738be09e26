/* SPDX-License-Identifier: MIT */
/*
 * Text to tokens. Author's text between tags is one token; inside a tag there are names, strings,
 * numbers and signs. Brackets are counted, so that `}}` ends a tag only where no bracket is open.
 */
#include <string.h>

#include "lib/template/ast.h"

struct lexer {
	struct arena *arena;
	struct problems *problems;
	const char *at;
	struct place place; /* of `at` */
	unsigned first_column;
	GArray *tokens;
	unsigned n_open; /* brackets */
};

static void lexer_advance(struct lexer *lexer, size_t n)
{
	for (size_t i = 0; i < n; i++, lexer->at++) {
		if (*lexer->at == '\n') {
			lexer->place.line++;
			lexer->place.column = lexer->first_column;
		} else if ((*lexer->at & 0xc0) != 0x80) {
			lexer->place.column++;
		}
	}
}

static void lexer_add(
	struct lexer *lexer, enum token_kind kind, struct place place, const char *text, size_t len)
{
	struct token token = {.kind = kind, .place = place, .text = text, .len = len};
	g_array_append_val(lexer->tokens, token);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The first tag at or after `text`. The `{#` of the shell's `${#name}` is none. */
static const char *tag_find(const char *start)
{
	for (const char *at = strchr(start, '{'); at != NULL; at = strchr(at + 1, '{')) {
		if (at[1] == '{' || at[1] == '%')
			return at;
		if (at[1] == '#' && (at == start || at[-1] != '$'))
			return at;
	}
	return NULL;
}

/* Text between tags; a `-` in the tag that follows it takes the blanks at its end. */
static void lex_text(struct lexer *lexer, const char *end)
{
	size_t len = (size_t)(end - lexer->at), kept = len;

	if (end[0] == '{' && end[1] != '\0' && end[2] == '-') {
		while (kept > 0 && is_blank(lexer->at[kept - 1]))
			kept--;
	}
	if (kept > 0)
		lexer_add(lexer, TOKEN_TEXT, lexer->place, lexer->at, kept);
	lexer_advance(lexer, len);
}

static void skip_blanks(struct lexer *lexer)
{
	while (is_blank(*lexer->at))
		lexer_advance(lexer, 1);
}

static bool lex_comment(struct lexer *lexer)
{
	const char *end = strstr(lexer->at + 2, "#}");

	if (end == NULL) {
		problem_add(lexer->problems, lexer->place,
			"the comment that begins with \"{#\" is not closed");
		problem_hint(lexer->problems,
			"close it with #}, or write {{ '{#' }} for the two characters");
		return false;
	}
	bool is_trimmed = end[-1] == '-' && end - 1 > lexer->at + 1;
	lexer_advance(lexer, (size_t)(end + 2 - lexer->at));
	if (is_trimmed)
		skip_blanks(lexer);
	return true;
}

/* Whether `at` is a whole tag `{% name %}`; *after is what follows it, *trims whether it ends in
 * `-%}`. */
static bool tag_is_bare(const char *at, const char *name, const char **after, bool *trims)
{
	if (at[0] != '{' || at[1] != '%')
		return false;
	at += 2;
	if (*at == '-' || *at == '+')
		at++;
	while (is_blank(*at))
		at++;
	if (strncmp(at, name, strlen(name)) != 0)
		return false;
	at += strlen(name);
	while (is_blank(*at))
		at++;
	*trims = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	*after = at + 2;
	return at[0] == '%' && at[1] == '}';
}

/* `{% raw %} ... {% endraw %}`: its text is the author's, whatever it holds. */
static bool lex_raw(struct lexer *lexer, const char *after, bool trims)
{
	struct place begin = lexer->place;
	const char *end;

	lexer_advance(lexer, (size_t)(after - lexer->at));
	if (trims)
		skip_blanks(lexer);
	for (end = strstr(lexer->at, "{%"); end != NULL; end = strstr(end + 2, "{%")) {
		if (tag_is_bare(end, "endraw", &after, &trims))
			break;
	}
	if (end == NULL)
		return problem_add(
			lexer->problems, begin, "\"{%% raw %%}\" has no \"{%% endraw %%}\"");
	lex_text(lexer, end);
	lexer_advance(lexer, (size_t)(after - lexer->at));
	if (trims)
		skip_blanks(lexer);
	return true;
}

static int hex_digits(const char *at, int n)
{
	int value = 0;
	for (int i = 0; i < n; i++) {
		int digit = g_ascii_xdigit_value(at[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* Appends what the escape at `at` (a backslash) stands for; returns its length, 0 when it is wrong.
 */
static size_t lex_escape(const char *at, GString *out)
{
	static const char letters[] = "ntrbfva\\'\"", meanings[] = "\n\t\r\b\f\v\a\\'\"";
	const char *letter = at[1] == '\0' ? NULL : strchr(letters, at[1]);

	if (letter != NULL) {
		g_string_append_c(out, meanings[letter - letters]);
		return 2;
	}
	if (at[1] == '\n')
		return 2;
	if (at[1] == 'x' || at[1] == 'u') {
		int n = at[1] == 'x' ? 2 : 4, code = hex_digits(at + 2, n);
		if (code <= 0 || (code >= 0xd800 && code < 0xe000))
			return 0;
		g_string_append_unichar(out, (gunichar)code);
		return (size_t)n + 2;
	}
	g_string_append_c(out, '\\'); /* as in Python, an unknown escape stands for itself */
	return 1;
}

static bool lex_string(struct lexer *lexer)
{
	struct place begin = lexer->place;
	char quote = *lexer->at;
	g_autoptr(GString) out = g_string_new(NULL);

	lexer_advance(lexer, 1);
	while (*lexer->at != quote) {
		if (*lexer->at == '\0')
			return problem_add(lexer->problems, begin,
				"the text that begins with %c is not closed", quote);
		size_t n = 1;
		if (*lexer->at == '\\') {
			n = lex_escape(lexer->at, out);
			if (n == 0)
				return problem_add(lexer->problems, lexer->place,
					"\"%.4s\" is not a valid escape in a text", lexer->at);
		} else {
			g_string_append_c(out, *lexer->at);
		}
		lexer_advance(lexer, n);
	}
	lexer_advance(lexer, 1);
	lexer_add(lexer, TOKEN_STRING, begin, arena_strndup(lexer->arena, out->str, out->len),
		out->len);
	return true;
}

/* The digits of one base with single `_` between them, appended to `out`; how many characters. */
static size_t lex_digits(const char *at, const char *digits, GString *out)
{
	size_t n = 0;
	for (;; n++) {
		bool is_joint =
			at[n] == '_' && n > 0 && at[n + 1] != '\0' && strchr(digits, at[n + 1]);
		if (is_joint)
			continue;
		if (at[n] == '\0' || strchr(digits, at[n]) == NULL)
			return n;
		g_string_append_c(out, at[n]);
	}
}

/* Fraction and exponent at `at`, appended to `out`; how many characters. */
static size_t lex_fraction(const char *at, GString *out)
{
	size_t n = 0;
	if (at[0] == '.' && g_ascii_isdigit(at[1])) {
		g_string_append_c(out, '.');
		n = 1 + lex_digits(at + 1, "0123456789", out);
	}
	size_t sign = at[n] == 'e' || at[n] == 'E' ? (at[n + 1] == '+' || at[n + 1] == '-') : 0;
	if ((at[n] == 'e' || at[n] == 'E') && g_ascii_isdigit(at[n + 1 + sign])) {
		g_string_append_len(out, at + n, (gssize)(1 + sign));
		n += 1 + sign;
		n += lex_digits(at + n, "0123456789", out);
	}
	return n;
}

static json_t *number_make(struct lexer *lexer, const char *digits, int base, bool is_real)
{
	json_t *number;
	if (is_real) {
		number = json_real(g_ascii_strtod(digits, NULL)); /* NULL when it is infinite */
	} else {
		gint64 value;
		number = g_ascii_string_to_signed(digits, (guint)base, 0, G_MAXINT64, &value, NULL)
			? json_integer(value)
			: NULL;
	}
	if (number == NULL)
		problem_add(
			lexer->problems, lexer->place, "the number \"%s\" is too large", digits);
	else
		arena_adopt(lexer->arena, number, (void (*)(void *))json_decref);
	return number;
}

static bool lex_number(struct lexer *lexer)
{
	static const struct {
		char letter;
		int base;
		const char *digits;
	} bases[] = {{'x', 16, "0123456789abcdefABCDEF"}, {'o', 8, "01234567"}, {'b', 2, "01"}};
	const char *at = lexer->at;
	g_autoptr(GString) digits = g_string_new(NULL);
	int base = 10;
	size_t n = 0;
	bool is_real = false;

	for (size_t i = 0; i < G_N_ELEMENTS(bases) && at[0] == '0'; i++) {
		if (g_ascii_tolower(at[1]) == bases[i].letter) {
			base = bases[i].base;
			n = 2 + lex_digits(at + 2, bases[i].digits, digits);
		}
	}
	if (base == 10) {
		/* After a dot (`list.0.1`) there is no fraction. */
		bool after_dot = lexer->tokens->len > 0
			&& token_is(
				&g_array_index(lexer->tokens, struct token, lexer->tokens->len - 1),
				".");
		n = lex_digits(at, "0123456789", digits);
		size_t fraction = after_dot ? 0 : lex_fraction(at + n, digits);
		is_real = fraction > 0;
		n += fraction;
	}
	bool is_octal = !is_real && base == 10 && digits->len > 1 && digits->str[0] == '0';
	if (digits->len == 0 || is_octal || g_ascii_isalnum(at[n]) || at[n] == '_')
		return problem_add(lexer->problems, lexer->place, "\"%.*s\" is not a number",
			(int)strspn(at,
				"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"),
			at);
	json_t *number = number_make(lexer, digits->str, base, is_real);
	if (number == NULL)
		return false;
	lexer_add(lexer, TOKEN_NUMBER, lexer->place, at, n);
	g_array_index(lexer->tokens, struct token, lexer->tokens->len - 1).number = number;
	lexer_advance(lexer, n);
	return true;
}

static bool lex_sign(struct lexer *lexer)
{
	static const char *const signs[] = {"==", "!=", "<=", ">=", "**", "//", "+", "-", "*", "/",
		"%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|", NULL};

	for (size_t i = 0; signs[i] != NULL; i++) {
		size_t len = strlen(signs[i]);
		if (strncmp(lexer->at, signs[i], len) != 0)
			continue;
		if (strchr("([{", signs[i][0]) != NULL)
			lexer->n_open++;
		if (strchr(")]}", signs[i][0]) != NULL && lexer->n_open > 0)
			lexer->n_open--;
		lexer_add(lexer, TOKEN_SIGN, lexer->place, lexer->at, len);
		lexer_advance(lexer, len);
		return true;
	}
	problem_add(lexer->problems, lexer->place, "unexpected \"%.*s\" in an expression",
		(int)(g_utf8_next_char(lexer->at) - lexer->at), lexer->at);
	if (lexer->at[0] == '&' || lexer->at[0] == '!')
		problem_hint(lexer->problems, "write and, or, not");
	return false;
}

static bool lex_token(struct lexer *lexer)
{
	char c = *lexer->at;

	if (c == '\'' || c == '"')
		return lex_string(lexer);
	if (g_ascii_isdigit(c))
		return lex_number(lexer);
	if (!g_ascii_isalpha(c) && c != '_')
		return lex_sign(lexer);
	size_t n = 1;
	while (g_ascii_isalnum(lexer->at[n]) || lexer->at[n] == '_')
		n++;
	lexer_add(lexer, TOKEN_NAME, lexer->place, lexer->at, n);
	lexer_advance(lexer, n);
	return true;
}

/* A tag {{ }} or {% %} from its first character to its last. */
static bool lex_tag(struct lexer *lexer)
{
	bool is_output = lexer->at[1] == '{';
	const char *end = is_output ? "}}" : "%}";
	struct place begin = lexer->place;

	lexer_add(lexer, is_output ? TOKEN_OUTPUT_BEGIN : TOKEN_BLOCK_BEGIN, begin, lexer->at, 2);
	lexer_advance(lexer, lexer->at[2] == '-' || lexer->at[2] == '+' ? 3 : 2);
	lexer->n_open = 0;
	for (;;) {
		skip_blanks(lexer);
		if (*lexer->at == '\0')
			return problem_add(lexer->problems, begin, "\"%s\" is not closed by \"%s\"",
				is_output ? "{{" : "{%", end);
		bool trims = *lexer->at == '-';
		size_t sign = trims || (*lexer->at == '+' && !is_output) ? 1 : 0;
		if (lexer->n_open == 0 && strncmp(lexer->at + sign, end, 2) == 0) {
			lexer_add(lexer, is_output ? TOKEN_OUTPUT_END : TOKEN_BLOCK_END,
				lexer->place, lexer->at + sign, 2);
			lexer_advance(lexer, sign + 2);
			if (trims)
				skip_blanks(lexer);
			return true;
		}
		if (!lex_token(lexer))
			return false;
	}
}

static bool lex_all(struct lexer *lexer)
{
	while (*lexer->at != '\0') {
		const char *tag = tag_find(lexer->at), *after;
		bool trims, ok;
		lex_text(lexer, tag == NULL ? lexer->at + strlen(lexer->at) : tag);
		if (tag == NULL)
			return true;
		if (tag[1] == '#')
			ok = lex_comment(lexer);
		else if (tag_is_bare(tag, "raw", &after, &trims))
			ok = lex_raw(lexer, after, trims);
		else
			ok = lex_tag(lexer);
		if (!ok)
			return false;
	}
	return true;
}

struct token *lex(
	struct arena *arena, const char *text, struct place place, struct problems *problems)
{
	if (place.line == 0)
		place.line = place.column = 1;
	struct lexer lexer = {.arena = arena,
		.problems = problems,
		.at = text,
		.place = place,
		.first_column = place.column,
		.tokens = g_array_new(FALSE, FALSE, sizeof(struct token))};
	bool ok = lex_all(&lexer);

	lexer_add(&lexer, TOKEN_END, lexer.place, lexer.at, 0);
	struct token *tokens = NULL;
	if (ok) {
		tokens = arena_array(arena, lexer.tokens->len, sizeof(struct token));
		memcpy(tokens, lexer.tokens->data, lexer.tokens->len * sizeof(struct token));
	}
	g_array_free(lexer.tokens, TRUE);
	return tokens;
}
