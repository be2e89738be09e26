/* SPDX-License-Identifier: MIT */
/* Where the cgroups of attempts may be made, if anywhere. */
#pragma once

/*
 * The path of a cgroup (version 2) below which dagd may make others: `configured`, else (empty) its
 * own, where systemd has delegated that. g_free; NULL: none, and `*why` (g_free) says why not in
 * one sentence.
 */
char *cgroup_find(const char *configured, char **why);
