/* SPDX-License-Identifier: MIT */
/* Where the cgroups of attempts may be made, if anywhere. */
#pragma once

/* What ends the names of the cgroups of this state folder, and of no other on this machine, also
 * one of the same path in another container: g_free. */
char *cgroup_suffix(const char *state_folder);

/*
 * The path of a cgroup (version 2) below which dagd may make others: `configured`, else (empty) its
 * own, where systemd has delegated that. g_free; NULL: none, and `*why` (g_free) says why not in
 * one sentence. One of the given suffix is made there, and removed.
 */
char *cgroup_find(const char *configured, const char *suffix, char **why);
