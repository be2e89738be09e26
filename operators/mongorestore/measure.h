/* SPDX-License-Identifier: MIT */
/* How large a dump in a folder is, and when it was last written. */
#pragma once

#include <glib.h>

#include "lib/aws/source.h"

/* Sets size and modified_at of `info` from the files below the folder. */
void folder_measure(const char *folder, struct source_info *info);
