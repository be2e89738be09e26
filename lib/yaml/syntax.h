/* SPDX-License-Identifier: MIT */
/* Says in the words of a person who writes YAML what libyaml says in the words of its parser. */
#pragma once

#include <yaml.h>

#include "lib/base/problem.h"

/* The error that stopped the parser; `text` is what it was given. */
void syntax_problem(const yaml_parser_t *parser, const char *file, const char *text, size_t len,
	struct problems *problems);
