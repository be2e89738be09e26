/* SPDX-License-Identifier: MIT */
/* `dagd --check`: what would go wrong at a start. */
#pragma once

/* Prints every problem of configuration, operators and DAGs; 0 when there is none, else 1. */
int check(const char *home, const char *operators);
