/* SPDX-License-Identifier: MIT */
/* Scripts that are one plain command, for which no shell has to be started. */
#include <string.h>

#include "lib/template/template.h"

/* What bash answers itself when it is the first word. */
static const char *const own_words[] = {"!", ".", ":", "alias", "bg", "bind", "break", "builtin",
	"caller", "case", "cd", "command", "compgen", "complete", "compopt", "continue", "coproc",
	"declare", "dirs", "disown", "do", "done", "echo", "elif", "else", "enable", "esac", "eval",
	"exec", "exit", "export", "false", "fc", "fg", "fi", "for", "function", "getopts", "hash",
	"help", "history", "if", "in", "jobs", "kill", "let", "local", "logout", "mapfile", "popd",
	"printf", "pushd", "pwd", "read", "readarray", "readonly", "return", "select", "set",
	"shift", "shopt", "source", "suspend", "test", "then", "time", "times", "trap", "true",
	"type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while", NULL};

char **shell_plain_words(const char *script)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_./:=,@%+-";
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	const char *at = script + strspn(script, " \t\n");
	bool is_first = true;

	while (*at && *at != '\n') {
		size_t len = strspn(at, letters);
		g_autofree char *word = g_strndup(at, len);
		if (len == 0)
			return NULL;
		if (is_first
			&& (strchr(word, '=') || word[0] == '%'
				|| g_strv_contains(own_words, word)))
			return NULL;
		g_strv_builder_add(builder, word);
		is_first = false;
		at += len;
		at += strspn(at, " \t");
	}
	/* A second line is a second command. */
	if (is_first || at[strspn(at, " \t\n")])
		return NULL;
	return g_strv_builder_end(builder);
}
