/* SPDX-License-Identifier: MIT */
/* The bytes of a batch: a statement, and then as many parameters as it was said to have. */
#pragma once

#include "daemon/store/batch.h"

void pack_statement(struct batch *batch, enum write_statement statement, unsigned n_parameters);
void pack_integer(struct batch *batch, int64_t value);
/* NULL for INSTANT_NONE. */
void pack_instant(struct batch *batch, int64_t at);
/* NULL where it is what most rows have. */
void pack_unless(struct batch *batch, int64_t value, int64_t usual);
void pack_bytes(struct batch *batch, enum parameter_kind kind, const void *bytes, size_t len);
/* NULL for NULL. */
void pack_text(struct batch *batch, const char *text);
/* The batch is overwritten before its memory is given back. */
void pack_secret(struct batch *batch, const char *text);
/* Three parameters. */
void pack_task_key(struct batch *batch, const struct task_key *task);
