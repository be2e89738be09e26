/* SPDX-License-Identifier: MIT */
/* Makes the nodes of one document after the other from libyaml's events. */
#pragma once

#include <yaml.h>

#include "lib/yaml/yaml.h"

struct composer;

/*
 * Nodes go to the arena, mistakes to the problems; both must outlive the composer. `end` is the
 * place behind the last character of the file.
 */
struct composer *composer_new(struct arena *arena, struct place end, struct problems *problems);
void composer_free(struct composer *composer);

/*
 * Takes one event. False when a limit was passed: the rest is not to be read. Mistakes that are
 * reported only leave that one node out.
 */
bool composer_take(struct composer *composer, const yaml_event_t *event);

/* The root of the document that ended last; NULL when it had no content. */
struct node *composer_root(const struct composer *composer);
