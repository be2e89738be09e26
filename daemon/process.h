/* SPDX-License-Identifier: MIT */
/* What the system gives to dagd's own process, and what of it operators get. */
#pragma once

/* Sets dagd's own limits. */
void process_limit(void);
/* Another one after each start of the machine: g_free. */
char *process_boot_id(void);
/* What operators inherit: nothing that was meant for dagd alone. g_strfreev. */
char **process_operator_env(void);
