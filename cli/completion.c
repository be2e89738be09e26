/* SPDX-License-Identifier: MIT */
/*
 * All three scripts find the noun and the verb among the words before the cursor, and offer what
 * may follow: nouns, verbs, options, and the ids of DAGs where the first argument is one.
 */
#include "cli/completion.h"

#include <string.h>

#include "cli/print.h"

/* The daemon is given a moment only: a shell must not hang. */
#define DAG_IDS "timeout 1 dagctl dags list -o plain 2>/dev/null | awk 'NR > 1 {print $1}'"

static bool takes_dag(const struct command *command)
{
	return g_str_has_prefix(command->arguments, "DAG");
}

static bool takes_file(const struct command *command)
{
	return strstr(command->arguments, "FILE") != NULL;
}

/* `bash|zsh|fish`: the words themselves are the arguments. */
static bool is_choice(const struct command *command)
{
	return g_ascii_islower(command->arguments[0]) && strchr(command->arguments, '|');
}

/* In single quotes, whatever is in the text. */
static void add_quoted(GString *out, const char *text, const char *escaped)
{
	g_string_append_c(out, '\'');
	for (const char *at = text; *at; at++) {
		if (*at == '\'')
			g_string_append(out, "'\\''");
		else if (strchr(escaped, *at))
			g_string_append_printf(out, "\\%c", *at);
		else
			g_string_append_c(out, *at);
	}
	g_string_append_c(out, '\'');
}

/* ---- bash ---- */

static void bash_case(GString *out, const struct noun *noun, const struct command *command)
{
	g_string_append_printf(out, "\t\"%s %s\"%s) words=\"", noun->name,
		command->verb ? command->verb : "", command->verb ? "" : "*");
	if (is_choice(command)) {
		g_autofree char *words = g_strdelimit(g_strdup(command->arguments), "|", ' ');
		g_string_append_printf(out, "%s ", words);
	}
	for (const struct option *option = command->options; option && option->name; option++)
		g_string_append_printf(out, "--%s ", option->name);
	for (const struct option *option = global_options; option->name; option++)
		g_string_append_printf(out, "--%s ", option->name);
	g_string_append_printf(out, "\"%s%s ;;\n", takes_dag(command) ? "; dags=1" : "",
		takes_file(command) ? "; files=1" : "");
}

static void bash_cases(GString *out, const struct noun *all)
{
	g_string_append(out, "\t\" \") words=\"");
	for (const struct noun *noun = all; noun->name; noun++)
		g_string_append_printf(out, "%s ", noun->name);
	g_string_append(out, "\" ;;\n");
	for (const struct noun *noun = all; noun->name; noun++) {
		if (noun->commands[0].verb) {
			g_string_append_printf(out, "\t\"%s \") words=\"", noun->name);
			for (const struct command *command = noun->commands; command->run;
				command++)
				g_string_append_printf(out, "%s ", command->verb);
			g_string_append(out, "\" ;;\n");
		}
		for (const struct command *command = noun->commands; command->run; command++)
			bash_case(out, noun, command);
	}
}

char *completion_bash(const struct noun *all)
{
	GString *out = g_string_new(
		"_dagctl() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} noun= verb= n=0 i words= dags= files=\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tcase ${COMP_WORDS[i]} in\n"
		"\t\t--home|--url|--output|-o) ((i++)) ;;\n"
		"\t\t-*) ;;\n"
		"\t\t*) if [[ -z $noun ]]; then noun=${COMP_WORDS[i]}\n"
		"\t\t\telif [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else ((n++)); fi ;;\n"
		"\t\tesac\n"
		"\tdone\n"
		"\tcase \"$noun $verb\" in\n");
	bash_cases(out, all);
	g_string_append(out,
		"\tesac\n"
		"\tif [[ -n $dags && $n -eq 0 && $cur != -* ]]; then\n"
		"\t\twords=$(" DAG_IDS ")\n"
		"\tfi\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		"\tif [[ -n $files && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- \"$cur\")); "
		"fi\n"
		"}\n"
		"complete -o bashdefault -F _dagctl dagctl\n");
	return g_string_free(out, FALSE);
}

/* ---- zsh ---- */

static void zsh_choice(GString *out, const char *before, const char *name, const char *help)
{
	g_autofree char *left = g_strconcat(before, name, NULL);
	g_autofree char *both = g_strconcat(left, ":", help, NULL);
	g_string_append_c(out, ' ');
	add_quoted(out, both, "");
}

static void zsh_case(GString *out, const struct noun *noun, const struct command *command)
{
	g_string_append_printf(out, "\t(\"%s %s\"%s) choices=(", noun->name,
		command->verb ? command->verb : "", command->verb ? "" : "*");
	g_auto(GStrv) words = g_strsplit(is_choice(command) ? command->arguments : "", "|", -1);
	for (char **word = words; *word; word++)
		zsh_choice(out, "", *word, command->help);
	for (const struct option *option = command->options; option && option->name; option++)
		zsh_choice(out, "--", option->name, option->help);
	for (const struct option *option = global_options; option->name; option++)
		zsh_choice(out, "--", option->name, option->help);
	g_string_append_printf(out, ")%s%s ;;\n", takes_dag(command) ? "; dags=1" : "",
		takes_file(command) ? "; files=1" : "");
}

static void zsh_cases(GString *out, const struct noun *all)
{
	g_string_append(out, "\t(\" \") choices=(");
	for (const struct noun *noun = all; noun->name; noun++)
		zsh_choice(out, "", noun->name, noun->help);
	g_string_append(out, ") ;;\n");
	for (const struct noun *noun = all; noun->name; noun++) {
		if (noun->commands[0].verb) {
			g_string_append_printf(out, "\t(\"%s \") choices=(", noun->name);
			for (const struct command *command = noun->commands; command->run;
				command++)
				zsh_choice(out, "", command->verb, command->help);
			g_string_append(out, ") ;;\n");
		}
		for (const struct command *command = noun->commands; command->run; command++)
			zsh_case(out, noun, command);
	}
}

char *completion_zsh(const struct noun *all)
{
	GString *out =
		g_string_new("#compdef dagctl\n"
			     "_dagctl() {\n"
			     "\tlocal noun verb dags files i n=0\n"
			     "\tlocal -a choices\n"
			     "\tfor ((i = 2; i < CURRENT; i++)); do\n"
			     "\t\tcase $words[i] in\n"
			     "\t\t(--home|--url|--output|-o) ((i++)) ;;\n"
			     "\t\t(-*) ;;\n"
			     "\t\t(*) if [[ -z $noun ]]; then noun=$words[i]\n"
			     "\t\t\telif [[ -z $verb ]]; then verb=$words[i]; else ((n++)); fi ;;\n"
			     "\t\tesac\n"
			     "\tdone\n"
			     "\tcase \"$noun $verb\" in\n");
	zsh_cases(out, all);
	g_string_append(out,
		"\tesac\n"
		"\tif [[ -n $dags && $n -eq 0 && $PREFIX != -* ]]; then\n"
		"\t\tcompadd -- ${(f)\"$(" DAG_IDS ")\"}\n"
		"\telse\n"
		"\t\t_describe dagctl choices\n"
		"\tfi\n"
		"\tif [[ -n $files && $PREFIX != -* ]]; then _files; fi\n"
		"}\n"
		"compdef _dagctl dagctl\n");
	return g_string_free(out, FALSE);
}

/* ---- fish ---- */

/* What stands before the cursor, without options: is it these words, or do they begin it? */
static const char fish_functions[] = "function __dagctl_words\n"
				     "\tset -l skip 1\n"
				     "\tfor word in (commandline -opc)\n"
				     "\t\tif test $skip = 1\n"
				     "\t\t\tset skip 0\n"
				     "\t\telse if contains -- $word --home --url --output -o\n"
				     "\t\t\tset skip 1\n"
				     "\t\telse if not string match -q -- '-*' $word\n"
				     "\t\t\techo $word\n"
				     "\t\tend\n"
				     "\tend\n"
				     "end\n"
				     "function __dagctl_is\n"
				     "\tset -l found (__dagctl_words)\n"
				     "\ttest \"$argv\" = \"$found\"\n"
				     "end\n"
				     "function __dagctl_at\n"
				     "\tset -l found (__dagctl_words)\n"
				     "\tstring match -q -- \"$argv *\" \"$found \"\n"
				     "end\n"
				     "function __dagctl_dags\n"
				     "\t" DAG_IDS "\n"
				     "end\n"
				     "complete -c dagctl -f\n";

static void fish_line(
	GString *out, const char *condition, const char *offer, const char *name, const char *help)
{
	g_string_append_printf(out, "complete -c dagctl -n '%s' %s %s", condition, offer, name);
	if (help) {
		g_string_append(out, " -d ");
		add_quoted(out, help, "\\");
	}
	g_string_append_c(out, '\n');
}

static void fish_option(GString *out, const char *condition, const struct option *option)
{
	fish_line(out, condition, option->value ? "-r -l" : "-l", option->name, option->help);
}

static void fish_command(GString *out, const struct noun *noun, const struct command *command)
{
	g_autofree char *condition = command->verb
		? g_strdup_printf("__dagctl_at %s %s", noun->name, command->verb)
		: g_strdup_printf("__dagctl_at %s", noun->name);
	g_auto(GStrv) words = g_strsplit(is_choice(command) ? command->arguments : "", "|", -1);
	for (char **word = words; *word; word++)
		fish_line(out, condition, "-a", *word, NULL);
	for (const struct option *option = command->options; option && option->name; option++)
		fish_option(out, condition, option);
	if (takes_dag(command)) {
		g_autofree char *first =
			g_strdup_printf("__dagctl_is %s %s", noun->name, command->verb);
		fish_line(out, first, "-a", "'(__dagctl_dags)'", NULL);
	}
	if (takes_file(command))
		fish_line(out, condition, "-F", "", NULL);
}

char *completion_fish(const struct noun *all)
{
	GString *out = g_string_new(fish_functions);
	for (const struct option *option = global_options; option->name; option++)
		fish_option(out, "true", option);
	for (const struct noun *noun = all; noun->name; noun++) {
		g_autofree char *verb_is_next = g_strdup_printf("__dagctl_is %s", noun->name);
		fish_line(out, "__dagctl_is", "-a", noun->name, noun->help);
		for (const struct command *command = noun->commands; command->run; command++) {
			if (command->verb)
				fish_line(out, verb_is_next, "-a", command->verb, command->help);
			fish_command(out, noun, command);
		}
	}
	return g_string_free(out, FALSE);
}
