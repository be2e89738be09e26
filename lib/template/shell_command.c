/* SPDX-License-Identifier: MIT */
/* Which arguments of which commands are code: a table, and the reading of words by it. */
#include <string.h>

#include "lib/template/shell.h"

static const struct command_rule rules[] = {
	/* bash itself */
	{"eval let alias unset", MAIN_ALL},
	{"wait", MAIN_DATA, .code_options = "p"},
	{"read", MAIN_ALL, .argument_options = "dinNptu", .code_options = "a"},
	{"mapfile readarray", MAIN_ALL, .argument_options = "dnOsuc", .code_options = "C"},
	{"getopts", MAIN_ALL, 1},
	{"printf", MAIN_DATA, .code_options = "v"},
	{". source trap", MAIN_CODE},
	{"declare typeset local readonly export", MAIN_DECLARE},
	{"test [", MAIN_TEST},
	{"echo cd true false : set shift which type hash", MAIN_DATA},
	/* those that run another command */
	{"command builtin nohup setsid time coproc", MAIN_COMMAND},
	{"exec", MAIN_COMMAND, .argument_options = "a"},
	{"sudo", MAIN_COMMAND, .argument_options = "CDghpRrTtUu"},
	{"doas", MAIN_COMMAND, .argument_options = "Cu"},
	{"env", MAIN_COMMAND, .argument_options = "uC", .code_options = "S"},
	{"nice", MAIN_COMMAND, .argument_options = "n"},
	{"ionice", MAIN_COMMAND, .argument_options = "cn"},
	{"timeout", MAIN_COMMAND, 1, .argument_options = "ks"},
	{"stdbuf", MAIN_COMMAND, .argument_options = "ioe"},
	{"chroot", MAIN_COMMAND, 1},
	{"flock", MAIN_COMMAND, 1, .argument_options = "wE", .code_options = "c", .permutes = true},
	{"strace", MAIN_COMMAND, .argument_options = "aeoOpsSuEbIPX"},
	{"xargs", MAIN_COMMAND, .argument_options = "adEILnPs"},
	{"unshare setpriv prlimit busybox fakeroot tini dumb-init", MAIN_COMMAND},
	{"systemd-run", MAIN_COMMAND, .argument_options = "EHMpu"},
	{"nsenter", MAIN_COMMAND, .argument_options = "GrStw"},
	{"taskset chrt gosu su-exec faketime", MAIN_COMMAND, 1},
	{"find", MAIN_FIND},
	{"watch parallel", MAIN_ALL},
	{"su runuser", MAIN_DATA, .code_options = "c", .long_code = "--command --session-command",
		.reads_code = true, .permutes = true},
	{"ssh", MAIN_ALL, 1, .argument_options = "BbcDEeFIiJLlmOpQRSWw", .code_options = "o",
		.reads_code = true},
	{"script", MAIN_DATA, .argument_options = "EIOTBo", .code_options = "c",
		.long_code = "--command", .permutes = true},
	{"at batch ed", MAIN_DATA, .reads_code = true},
	/* those that an option makes run another one, or that run what stands in a name */
	{"make gmake", MAIN_ALL, .argument_options = "CfIjloW"},
	{"tar bsdtar", MAIN_DATA, .argument_options = "bCfgHKLNTVX", .code_options = "FI",
		.long_code = "--to-command --checkpoint-action --use-compress-program "
			     "--rsh-command --rmt-command --info-script --new-volume-script",
		.permutes = true},
	{"rsync", MAIN_DATA, .argument_options = "BfMT", .code_options = "e",
		.long_code = "--rsh --rsync-path", .permutes = true},
	{"scp sftp", MAIN_DATA, .argument_options = "BbcDFiJlPRX", .code_options = "oS",
		.permutes = true},
	{"git", MAIN_DATA, .argument_options = "BbCFGLmoStu",
		.long_code = "--upload-pack --receive-pack --exec", .permutes = true},
	{"curl", MAIN_DATA, .argument_options = "AbCcDdEeFHmoPQrTtUuwXxYyz", .code_options = "K",
		.long_code = "--config", .permutes = true},
	{"wget", MAIN_DATA, .argument_options = "ABDIOPQRTUailotw", .code_options = "e",
		.long_code = "--execute --use-askpass", .permutes = true},
	{"sort", MAIN_DATA, .argument_options = "koST", .long_code = "--compress-program",
		.permutes = true},
	{"split", MAIN_DATA, .argument_options = "abClnt", .long_code = "--filter",
		.permutes = true},
	/* shells and languages */
	{"bash sh dash zsh ksh", MAIN_CODE, .argument_options = "oO", .reads_code = true},
	{"python python2 python3", MAIN_CODE, .argument_options = "WX", .code_options = "cm",
		.reads_code = true, .code_is_last = true},
	{"perl", MAIN_CODE, .argument_options = "I", .code_options = "eEMm",
		.suffix_options = "iF0CDlx", .reads_code = true},
	{"ruby lua", MAIN_CODE, .argument_options = "Ir", .code_options = "e",
		.suffix_options = "iFKTWx0", .reads_code = true},
	{"jq", MAIN_CODE, .argument_options = "L", .code_options = "f", .long_code = "--from-file"},
	{"expect tclsh", MAIN_CODE, .code_options = "c", .reads_code = true},
	{"pwsh", MAIN_CODE, .code_options = "c", .reads_code = true},
	{"node", MAIN_CODE, .argument_options = "r", .code_options = "ep",
		.long_code = "--eval --print", .reads_code = true},
	{"php", MAIN_CODE, .argument_options = "cdz", .code_options = "rfBRFE", .reads_code = true},
	{"Rscript", MAIN_CODE, .code_options = "e", .reads_code = true},
	{"sed", MAIN_CODE, .argument_options = "l", .code_options = "ef", .suffix_options = "i",
		.long_code = "--expression --file", .permutes = true},
	{"awk gawk mawk nawk", MAIN_CODE, .argument_options = "vF", .code_options = "fe",
		.long_code = "--file --source"},
	{"dc", MAIN_DATA, .code_options = "ef", .long_code = "--expression", .reads_code = true},
	/* databases */
	{"psql", MAIN_DATA, .argument_options = "dFhLoPpRTUv", .code_options = "cf",
		.long_code = "--command --file", .reads_code = true, .permutes = true},
	{"mysql mariadb", MAIN_DATA, .argument_options = "DhPSu", .code_options = "e",
		.suffix_options = "p", .long_code = "--execute --init-command", .reads_code = true,
		.permutes = true},
	{"mongo mongosh", MAIN_DATA, .argument_options = "hup", .code_options = "f",
		.long_code = "--eval --file", .reads_code = true, .permutes = true},
	{"sqlite3 duckdb", MAIN_ALL, 1, .reads_code = true, .permutes = true},
	{"sqlcmd", MAIN_DATA, .argument_options = "dHPSU", .code_options = "iQq",
		.reads_code = true, .permutes = true},
	{"cqlsh", MAIN_DATA, .argument_options = "kpu", .code_options = "ef",
		.long_code = "--execute --file", .reads_code = true, .permutes = true},
	{"clickhouse-client clickhouse", MAIN_DATA, .argument_options = "hud", .code_options = "q",
		.long_code = "--query", .reads_code = true, .permutes = true},
};

static bool list_has(const char *list, const char *name, size_t len)
{
	for (; list; list = strchr(list, ' ')) {
		list += *list == ' ';
		if (*list == *name && strcspn(list, " ") == len && memcmp(list, name, len) == 0)
			return true;
	}
	return false;
}

static bool has_letter(const char *letters, char letter)
{
	return letters && strchr(letters, letter);
}

/* Every word of every script asks: name -> rule, made once. */
static GHashTable *rules_by_name(void)
{
	static GHashTable *table;
	static gsize is_made;
	if (!g_once_init_enter(&is_made))
		return table;
	table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_auto(GStrv) names = g_strsplit(rules[i].names, " ", -1);
		for (char **name = names; *name; name++)
			g_hash_table_insert(table, g_strdup(*name), (void *)&rules[i]);
	}
	g_once_init_leave(&is_made, 1);
	return table;
}

static const struct command_rule *rule_find(const char *word)
{
	const char *slash = strrchr(word, '/');
	return g_hash_table_lookup(rules_by_name(), slash ? slash + 1 : word);
}

static bool is_shell(const struct command_rule *rule)
{
	return rule && g_str_has_prefix(rule->names, "bash ");
}

const char *subscript_end(const char *open)
{
	const char *end = strchr(open, ']');
	while (end && !g_str_has_prefix(end, "]=") && !g_str_has_prefix(end, "]+="))
		end = strchr(end + 1, ']');
	return end;
}

bool word_is_assignment(const char *word)
{
	size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
	if (n == 0 || g_ascii_isdigit(word[0]))
		return false;
	if (word[n] == '[') {
		const char *end = subscript_end(word);
		if (!end || memchr(word, SHELL_MARK, (size_t)(end - word)))
			return false;
		n = (size_t)(end - word) + 1;
	}
	n += word[n] == '+';
	return word[n] == '=';
}

/* An option as far as it is written: what it makes of a value that follows in the same word. */
static enum shell_position option_position(const struct command *command, const char *word)
{
	const struct command_rule *rule = command->rule;

	if (word[1] == '-') {
		size_t len = strcspn(word, "=");
		if (!word[len]) /* the value would be a part of the option's name */
			return rule->long_code || rule->code_options || rule->main != MAIN_DATA
				? POSITION_CODE
				: POSITION_DATA;
		return list_has(rule->long_code, word, len) ? POSITION_CODE : POSITION_DATA;
	}
	for (const char *at = word + 1; *at; at++) {
		if (has_letter(rule->code_options, *at))
			return POSITION_CODE;
		if (has_letter(rule->argument_options, *at)
			|| has_letter(rule->suffix_options, *at))
			return POSITION_DATA;
	}
	return rule->code_options || rule->main != MAIN_DATA ? POSITION_CODE : POSITION_DATA;
}

static bool is_option(const struct command *command, const char *word)
{
	return word[0] == '-' && word[1] && !command->options_over;
}

static bool is_subscript_test(const struct command *command)
{
	const char *previous = command->previous->str;
	return strcmp(previous, "-v") == 0 || strcmp(previous, "-R") == 0;
}

static enum shell_position operand_position(const struct command *command, const char *word)
{
	const struct command_rule *rule = command->rule;
	unsigned n = command->n_operands;
	bool may_be_option = !*word && !command->options_over;

	switch (rule->main) {
	case MAIN_DATA:
		break;
	case MAIN_COMMAND:
		if (word_is_assignment(word))
			return POSITION_DATA;
		if (n >= rule->n_operands)
			return POSITION_NAME;
		return may_be_option ? POSITION_NO_DASH : POSITION_DATA;
	case MAIN_CODE:
		if (n == rule->n_operands && !command->has_code)
			return POSITION_CODE;
		break;
	case MAIN_ALL:
		if (n >= rule->n_operands)
			return POSITION_CODE;
		break;
	case MAIN_DECLARE:
		return word_is_assignment(word) ? POSITION_DATA : POSITION_CODE;
	case MAIN_FIND:
		return *word ? POSITION_DATA : POSITION_NO_DASH;
	case MAIN_TEST:
		return is_subscript_test(command) ? POSITION_CODE : POSITION_DATA;
	}
	bool has_code_options = rule->code_options || rule->long_code || rule->main == MAIN_ALL;
	return may_be_option && has_code_options ? POSITION_NO_DASH : POSITION_DATA;
}

enum shell_position command_position(const struct command *command)
{
	const char *word = command->word->str;

	if (command->is_redirected)
		return POSITION_DATA;
	if (!command->has_name)
		return word_is_assignment(word) ? POSITION_DATA : POSITION_NAME;
	if (command->is_uncertain)
		return POSITION_UNCERTAIN;
	if (!command->rule)
		return POSITION_DATA;
	if (command->next_is_code)
		return POSITION_CODE;
	if (command->next_is_argument)
		return POSITION_DATA;
	if (is_option(command, word) && command->rule->main != MAIN_TEST
		&& command->rule->main != MAIN_FIND)
		return option_position(command, word);
	return operand_position(command, word);
}

/* Learns from an option what the next word is. */
static void option_read(struct command *command, const char *word)
{
	const struct command_rule *rule = command->rule;

	if (strcmp(word, "--") == 0) {
		command->options_over = true;
		return;
	}
	if (word[1] == '-') {
		size_t len = strcspn(word, "=");
		bool is_code = list_has(rule->long_code, word, len);
		command->next_is_code = is_code && !word[len];
		command->has_code |= is_code;
		/* Whether the next word is its argument is not known here. */
		if (rule->main == MAIN_COMMAND && !word[len])
			command->is_uncertain = true;
		return;
	}
	if (rule->main == MAIN_DECLARE && (strchr(word, 'i') || strchr(word, 'n')))
		command->is_uncertain = true;
	command->declares_maps |= rule->main == MAIN_DECLARE && strchr(word, 'A');
	/* What a script after -c does with stdin is not looked at. */
	command->reads_stdin |= is_shell(rule) && strpbrk(word, "cs");
	for (const char *at = word + 1; *at; at++) {
		bool is_code = has_letter(rule->code_options, *at);
		bool is_argument = has_letter(rule->argument_options, *at);
		command->has_code |= is_code;
		command->next_is_code |= is_code && !at[1];
		command->next_is_argument |= is_argument && !at[1];
		if (is_code || is_argument || has_letter(rule->suffix_options, *at))
			return;
	}
}

static void name_read(struct command *command, const char *word)
{
	command->has_name = true;
	command->is_name_word = false;
	command->options_over = command->has_code = command->reads_stdin = false;
	command->n_operands = 0;
	command->rule = rule_find(word);
	g_strlcpy(command->name, strrchr(word, '/') ? strrchr(word, '/') + 1 : word,
		sizeof(command->name));
}

static void operand_read(struct command *command, const char *word)
{
	const struct command_rule *rule = command->rule;

	if (rule->main == MAIN_COMMAND) {
		if (word_is_assignment(word))
			return;
		if (command->n_operands >= rule->n_operands && !command->has_code) {
			name_read(command, word);
			return;
		}
	}
	if (rule->main == MAIN_FIND
		&& (g_str_has_prefix(word, "-exec") || g_str_has_prefix(word, "-ok"))) {
		command->has_name = false;
		command->is_name_word = true;
		return;
	}
	command->n_operands++;
	command->reads_stdin |= strcmp(word, "-") == 0 || strcmp(word, "/dev/stdin") == 0;
	if (!rule->permutes)
		command->options_over = true;
}

/* Whether it matters which word is which. */
static bool rule_has_code(const struct command_rule *rule)
{
	if (!rule || rule->main == MAIN_TEST || rule->main == MAIN_FIND)
		return false;
	return rule->main != MAIN_DATA || rule->code_options || rule->long_code || rule->reads_code;
}

void command_word(struct command *command)
{
	const char *word = command->word->str;
	bool is_assignment =
		!command->has_name && !command->is_name_word && word_is_assignment(word);

	/* Which words come after it, and as what, the shell knows only when it runs. */
	if (command->may_vanish && !is_assignment
		&& (!command->has_name || rule_has_code(command->rule))) {
		command->is_uncertain = command->has_name = true;
		if (!*command->name)
			g_strlcpy(command->name, "this command", sizeof(command->name));
		return;
	}
	if (!command->has_name) {
		if (!is_assignment)
			name_read(command, word);
	} else if (!command->rule) {
		/* `docker exec web bash -c ...`: a shell among the words runs what follows it. */
		const struct command_rule *rule = rule_find(word);
		if (is_shell(rule))
			name_read(command, word);
	} else if (command->next_is_code || command->next_is_argument) {
		command->options_over |= command->next_is_code && command->rule->code_is_last;
		command->next_is_code = command->next_is_argument = false;
	} else if (is_option(command, word) && command->rule->main != MAIN_TEST
		&& command->rule->main != MAIN_FIND) {
		option_read(command, word);
	} else {
		operand_read(command, word);
	}
}

bool command_wants_numbers(const struct command *command)
{
	bool is_declared = command->rule && command->rule->main == MAIN_DECLARE;
	return strcmp(command->name, "let") == 0 || (is_declared && command->is_uncertain);
}

bool command_reads_code(const struct command *command)
{
	if (!command->rule || !command->rule->reads_code)
		return false;
	switch (command->rule->main) {
	case MAIN_CODE: /* bash hands its stdin on to the script that it is given */
		return command->reads_stdin || (!command->has_code && command->n_operands == 0);
	case MAIN_DATA:
		return !command->has_code;
	case MAIN_ALL:
	case MAIN_COMMAND:
	case MAIN_DECLARE:
	case MAIN_FIND:
	case MAIN_TEST:
		break;
	}
	return true;
}
