/* SPDX-License-Identifier: MIT */
/* A program that dagd asks something, kept by a process that lets it outlive neither of them. */
#pragma once

/*
 * `words` is dagd's pid, how many files the program may open, and its command line. Tells dagd
 * through descriptor 3 whether the program runs, as an int: 0 or an errno. Ends as the program
 * ends.
 */
_Noreturn void keeper_main(char **words);
