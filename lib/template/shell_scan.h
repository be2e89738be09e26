/* SPDX-License-Identifier: MIT */
/* The scanner's stack of frames, for the two files that move it: quotes, and words of commands. */
#pragma once

#include "lib/template/shell.h"

enum frame_kind {
	FRAME_COMMAND,    /* the script itself, ( ), $( ), <( ) */
	FRAME_ARRAY,      /* name=( ) */
	FRAME_TEST,       /* [[ ]] */
	FRAME_PATTERN,    /* @( ) and its kin */
	FRAME_DOUBLE,     /* "..." */
	FRAME_HERE,       /* the text of a here-document whose delimiter is not quoted */
	FRAME_ARITHMETIC, /* $(( )), (( )) */
	FRAME_BRACKET,    /* $[ ] */
	FRAME_PARAMETER,  /* ${ } */
};

/* Where a command is between its keywords. */
enum header { HEADER_NONE, HEADER_FUNCTION, HEADER_CASE };

struct frame {
	enum frame_kind kind;
	struct command command;
	enum header header;
	unsigned n_cases;     /* `case` without its `esac` */
	bool is_in_pattern;   /* of a case: up to its `)` */
	bool is_compound_end; /* `done`, `fi`, `}` or `)` was the last word */
	bool is_apart;        /* ( ) or a here-document: no part of a word of the frame below */
	bool is_after_pipe;   /* the command after `|` has not begun */
	bool is_document;     /* the next word is the delimiter of a here-document */
	bool strips_tabs;     /* it was <<- */
	bool feeds_code;      /* a here-document that is read as code */
	bool is_in_quotes;    /* ${ } between double quotes */
	unsigned n_open;      /* brackets in arithmetic */
	size_t begin;         /* where in the script its inside begins */
	/* Slots and here-documents from these on belong to the frame, the pipeline, the command. */
	size_t first_slot, pipeline_slot, command_slot;
	guint pipeline_document;
	/* Where in the script this word begins, and the one before it. */
	size_t word_begin, operand_begin;
	bool is_number; /* the next operand of [[ is one */
	/* -1, or the slot in the operand before, in this word, in <<<. */
	int operand_slot, word_slot, here_string_slot;
};

struct document {
	char *delimiter;
	bool is_quoted, strips_tabs, feeds_code;
};

struct scanner {
	const char *at, *end;
	GString *out;
	struct shell_slot *slots;
	size_t n_slots, n_seen; /* marks passed */
	GArray *frames;         /* of struct frame, innermost last */
	GPtrArray *documents;   /* here-documents whose text comes after this line */
	GArray *holders;        /* variables that were given a value */
	GArray *readings;       /* what bash reads as numbers */
	GArray *substitutions;  /* where in the script commands stand in words */
	GHashTable *maps;       /* names of `declare -A`, whose subscripts are texts */
	bool has_reader;        /* a command that reads code was seen */
	const char *lost;       /* why the script cannot be followed, or NULL */
};

enum quotes { QUOTES_NONE, QUOTES_DOUBLE, QUOTES_SINGLE, QUOTES_ANSI, QUOTES_LITERAL };
enum command_end { COMMAND_PIPED, PIPELINE_END };

struct frame *scanner_frame(struct scanner *scanner);
/* The frame whose word is being read, below the quotes around it. */
struct frame *scanner_words(struct scanner *scanner);
void scanner_lose(struct scanner *scanner, const char *reason);
/* The author's own text, as it is. */
void scanner_copy(struct scanner *scanner, size_t n);
/* The next character, and those behind it up to the next of `marks`, become part of the word. */
void scan_word(struct scanner *scanner, const char *marks);
void frame_push(struct scanner *scanner, enum frame_kind kind);
void frame_pop(struct scanner *scanner);
void document_free(void *document);

/* True when they took what comes next. */
bool scan_expansion(struct scanner *scanner);
bool scan_quote(struct scanner *scanner);
/* The next character where words are separated. */
void scan_in_command(struct scanner *scanner);
/* At the beginning of a line: the texts of the here-documents of the line before. */
void scan_documents(struct scanner *scanner);
void word_end(struct scanner *scanner);
void command_end(struct scanner *scanner, enum command_end end);

/* shell_flow.c: a value at the end of `word`, of which it may become a variable's; */
void flow_open(struct scanner *scanner);
void flow_hold(struct scanner *scanner, const char *word, struct shell_slot *slot);
/* the script from `begin` on is arithmetic; */
void flow_read(struct scanner *scanner, size_t begin);
/* so is what stands in brackets in the word that begins there, unless `name` is a map; */
void flow_subscript(struct scanner *scanner, const char *name, size_t begin);
/* `word` is declared a map; */
void flow_map(struct scanner *scanner, const char *word);
/* `begin` to here is a command, whose output only is seen from around it; */
void flow_substitution(struct scanner *scanner, size_t begin);
/* the frame has come to its end; */
void flow_frame(struct scanner *scanner, const struct frame *frame);
/* and where the one comes to the other, no value but a number may. */
void flow_close(struct scanner *scanner);

/* Puts the next mark's reference, for the quotes around it, or says why not. */
void slot_put(struct scanner *scanner, enum quotes quotes);
/* Leaves it out: it stands in a comment. */
void slot_skip(struct scanner *scanner);
/* No value at all may stand there. */
void slot_refuse(struct shell_slot *slot, const char *why);
/* Only a number or a date may. */
void slot_refuse_code(struct shell_slot *slot, const char *why);
