/* SPDX-License-Identifier: MIT */
/*
 * A bash script with marks where values belong. The scanner follows bash's quoting closely enough
 * to put the right reference at each mark, and refuses a value wherever it cannot be sure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "lib/base/problem.h"

/* One byte in the script for each value; and, in the text of a word, for what the shell puts there.
 */
#define SHELL_MARK '\001'
#define SHELL_MARK_TEXT "\001"
#define SHELL_EXPANSION '\002'

/* A place of the script where a value goes. */
struct shell_slot {
	struct place place;
	const char *variable; /* that holds the value */
	const char *text;     /* the value; NULL when the script is only checked */
	bool is_plain;        /* a number or a date, which is harmless as code */
	bool is_referenced;   /* set by the scanner: the variable is needed */
	bool is_inlined;      /* its text is in the script itself */
	char *refusal;        /* set by the scanner: why no value may stand here; g_free */
};

/* The script with references for marks; its slots are in the order of their marks. */
GString *shell_scan(const char *script, struct shell_slot *slots, size_t n);

/* What a command does with its arguments. */
enum command_main {
	MAIN_DATA,    /* reads them as data */
	MAIN_COMMAND, /* runs the first operand as a command */
	MAIN_CODE,    /* the first operand is code, or a file of it; the others are data */
	MAIN_ALL,     /* all operands are code */
	MAIN_DECLARE, /* NAME=value, of which the value is data */
	MAIN_FIND,    /* data, but -exec begins a command */
	MAIN_TEST,    /* data, but -v takes a name with its subscript */
};

struct command_rule {
	const char *names; /* between blanks */
	enum command_main main;
	unsigned n_operands;          /* data before the operand that `main` speaks of */
	const char *argument_options; /* letters of options with an argument */
	const char *suffix_options;   /* letters of options that take the rest of their word */
	const char *code_options;     /* letters of options whose argument is code */
	const char *long_code;        /* long options whose argument is code, between blanks */
	bool reads_code;              /* from stdin, when no operand or option brings it */
	bool permutes;                /* options may follow operands */
	bool code_is_last;            /* what follows the code are its own arguments */
};

/* One simple command as far as it is read. */
struct command {
	bool has_name, is_name_word; /* the latter: a wrapper's command comes next, not a keyword */
	bool is_uncertain;           /* which word is code cannot be told */
	bool next_is_argument, next_is_code;
	bool options_over, has_code;
	bool declares_maps;  /* `declare -A` */
	bool reads_stdin;    /* or may: `bash -s`, `python3 -`, `sh -c bash` */
	bool is_redirected;  /* the next word is the target of a redirection */
	bool is_here_string; /* that of <<< */
	unsigned n_operands;
	char name[32];
	const struct command_rule *rule; /* NULL: of the name nothing is known */
	GString *word, *previous;
	bool is_in_word, is_quoted; /* there is a word, if only ""; a part of it was quoted */
	bool may_vanish;            /* a part is an expansion without quotes: no word, or several */
};

enum shell_position {
	POSITION_DATA,
	POSITION_NO_DASH,
	POSITION_CODE,
	POSITION_NAME,
	POSITION_UNCERTAIN
};

/* Whether `word` begins as `NAME=`, `NAME+=` or `NAME[subscript]=`, with no value before the sign.
 */
bool word_is_assignment(const char *word);
/* Of `[a[0]]=` and `[a[0]]+=` the last bracket, or NULL. */
const char *subscript_end(const char *open);
/* What a value would be at this point of the current word. */
enum shell_position command_position(const struct command *command);
/* The current word is complete, and was neither a keyword nor the target of a redirection. */
void command_word(struct command *command);
/* Whether its words are arithmetic, or variables whose values are: `let`, `declare -i`. */
bool command_wants_numbers(const struct command *command);
/* Whether it runs what comes by stdin. */
bool command_reads_code(const struct command *command);
