/* SPDX-License-Identifier: MIT */
/*
 * libyaml's events become nodes here. Open lists and maps are frames of a stack; the children that
 * each of them has so far lie on `pending`, one frame's behind the other's, and move into the arena
 * when it closes. Aliases share the node they name. So that nobody who walks the tree is lured into
 * an exponential walk, every alias counts as all the nodes it stands for, and is as deep as they
 * are.
 */
#include "lib/yaml/compose.h"

#include <stdlib.h>
#include <string.h>

/* Most maps have few keys. */
enum { FEW_KEYS = 16 };
enum { DEPTH_MAX = 64, NODES_MAX = 1000 * 1000, ALIASES_MAX = 1000 };

struct anchor {
	struct node *node;
	bool complete;   /* false while its node is still open */
	size_t n_nodes;  /* it and all below it */
	unsigned height; /* levels of lists and maps, itself included */
};

struct frame {
	struct node *node;
	struct anchor *anchor; /* or NULL */
	size_t first;          /* its first child in `pending` */
	size_t n_nodes_before;
	unsigned height;
	bool flow; /* written in brackets */
};

struct composer {
	struct arena *arena;
	struct place end; /* of the file */
	struct problems *problems;
	GPtrArray *pending;  /* of struct node; NULL for a key that was refused */
	GHashTable *anchors; /* by name, of the document that is open */
	struct frame frames[DEPTH_MAX];
	unsigned depth;
	size_t n_nodes, n_aliases;
	struct node *root;
	bool stopped; /* a limit was passed: what follows is not read */
};

/* What is missing at the end of a file, libyaml misses on the next line, which is not there. */
static struct place place_of(const struct composer *composer, yaml_mark_t mark)
{
	if (mark.line + 1 > composer->end.line)
		return composer->end;
	return (struct place){composer->end.file, mark.line + 1, mark.column + 1};
}

static void stop(struct composer *composer)
{
	composer->stopped = true;
}

static struct frame *top(struct composer *composer)
{
	return composer->depth ? &composer->frames[composer->depth - 1] : NULL;
}

/* Whether the next child of the innermost open node is the key of a pair. */
static bool expects_key(struct composer *composer)
{
	struct frame *frame = top(composer);
	return frame && frame->node->kind == NODE_MAP
		&& (composer->pending->len - frame->first) % 2 == 0;
}

static void count_nodes(struct composer *composer, struct place place, size_t n)
{
	composer->n_nodes += n;
	if (composer->n_nodes <= NODES_MAX || composer->stopped)
		return;
	problem_add(composer->problems, place,
		"the file has more than %d values, those behind aliases included", NODES_MAX);
	stop(composer);
}

static void check_tag(struct composer *composer, struct place place, const yaml_char_t *tag)
{
	if (!tag)
		return;
	const char *name = (const char *)tag, *standard = "tag:yaml.org,2002:";
	bool is_standard = g_str_has_prefix(name, standard);
	problem_add(composer->problems, place, "the tag \"%s%s\" is not allowed",
		is_standard ? "!!" : "", is_standard ? name + strlen(standard) : name);
	problem_hint(composer->problems, "remove it; put a value in quotes to make it text");
}

/* Whether the node may be a key; what is no scalar was reported when it began. */
static bool check_key(struct composer *composer, const struct node *key)
{
	if (key->kind != NODE_SCALAR)
		return false;
	if (!key->plain || strcmp(key->text, "<<") != 0)
		return true;
	problem_add(composer->problems, key->place, "merge keys (\"<<\") are not allowed");
	problem_hint(
		composer->problems, "write the keys out; an alias may stand for a whole value");
	return false;
}

static void add_child(struct composer *composer, struct node *node)
{
	bool refused = expects_key(composer) && !check_key(composer, node);
	if (!composer->depth)
		composer->root = node;
	else
		g_ptr_array_add(composer->pending, refused ? NULL : node);
}

static struct anchor *add_anchor(
	struct composer *composer, const yaml_char_t *name, struct node *node)
{
	if (!name)
		return NULL;
	struct anchor *anchor = arena_alloc(composer->arena, sizeof(*anchor));
	*anchor = (struct anchor){.node = node, .n_nodes = 1};
	g_hash_table_replace(composer->anchors, g_strdup((const char *)name), anchor);
	return anchor;
}

static struct node *add_node(struct composer *composer, enum node_kind kind, struct place place)
{
	struct node *node = arena_alloc(composer->arena, sizeof(*node));
	node->kind = kind;
	node->place = place;
	count_nodes(composer, place, 1);
	return node;
}

static void on_scalar(struct composer *composer, const yaml_event_t *event)
{
	struct place place = place_of(composer, event->start_mark);
	yaml_scalar_style_t style = event->data.scalar.style;
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	check_tag(composer, place, event->data.scalar.tag);
	if (strlen(text) != len)
		problem_add(composer->problems, place, "the text contains a NUL character");
	if (!composer->depth && len == 0 && style == YAML_PLAIN_SCALAR_STYLE)
		return; /* a document without content */
	struct node *node = add_node(composer, NODE_SCALAR, place);
	node->plain = style == YAML_PLAIN_SCALAR_STYLE;
	node->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
	node->text = arena_strndup(composer->arena, text, len);
	struct anchor *anchor = add_anchor(composer, event->data.scalar.anchor, node);
	if (anchor)
		anchor->complete = true;
	add_child(composer, node);
}

/* `text: {{ ds }}` is to YAML a map whose key is a map. */
static void refuse_key(
	struct composer *composer, struct place place, enum node_kind kind, bool flow)
{
	const struct frame *outer = top(composer);
	struct place around = outer->node->place;
	bool is_template = flow && outer->flow && kind == NODE_MAP && around.line == place.line
		&& around.column + 1 == place.column;
	if (is_template) {
		problem_add(composer->problems, around,
			"a value that begins with \"{{\" must be quoted");
		problem_hint(composer->problems, "put the whole value in quotes: \"{{ ... }}\"");
		return;
	}
	problem_add(composer->problems, place, "a key must be text, not %s",
		kind == NODE_MAP ? "a map" : "a list");
}

struct opening {
	enum node_kind kind;
	bool flow;
	const yaml_char_t *anchor, *tag;
};

static void open_node(struct composer *composer, yaml_mark_t mark, struct opening opening)
{
	struct place place = place_of(composer, mark);
	check_tag(composer, place, opening.tag);
	if (composer->depth == DEPTH_MAX) {
		problem_add(composer->problems, place,
			"lists and maps are nested more than %d levels deep", DEPTH_MAX);
		stop(composer);
		return;
	}
	if (expects_key(composer))
		refuse_key(composer, place, opening.kind, opening.flow);
	struct node *node = add_node(composer, opening.kind, place);
	composer->frames[composer->depth++] = (struct frame){.node = node,
		.anchor = add_anchor(composer, opening.anchor, node),
		.first = composer->pending->len,
		.n_nodes_before = composer->n_nodes - 1,
		.height = 1,
		.flow = opening.flow};
}

static void take_items(struct composer *composer, const struct frame *frame)
{
	struct node *node = frame->node;
	node->n = composer->pending->len - frame->first;
	node->items = arena_array(composer->arena, node->n, sizeof(struct node *));
	if (node->n)
		memcpy(node->items, composer->pending->pdata + frame->first,
			node->n * sizeof(struct node *));
}

/* Slots of children, by the text of the key in them, and in the order of the file. */
static int compare_keys(const void *a, const void *b)
{
	struct node *const *first = *(struct node * *const *)a;
	struct node *const *second = *(struct node * *const *)b;
	int order = strcmp((*first)->text, (*second)->text);
	return order ? order : (first > second) - (first < second);
}

/* Told faster than by sorting, as long as they are few. */
static bool are_distinct(struct node ***slots, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (*(*slots[i])->text == *(*slots[k])->text
				&& strcmp((*slots[i])->text, (*slots[k])->text) == 0)
				return false;
	return true;
}

/* Of keys that are there twice only the first one stays. Sorting needs no luck, unlike a hash. */
static void refuse_duplicates(struct composer *composer, struct node **children, size_t n)
{
	struct node **few[FEW_KEYS];
	g_autofree struct node ***many = n / 2 > FEW_KEYS ? g_new(struct node **, n / 2) : NULL;
	struct node ***slots = many ? many : few;
	size_t n_slots = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		if (children[i])
			slots[n_slots++] = &children[i];
	if (n_slots < 2 || (n_slots <= FEW_KEYS && are_distinct(slots, n_slots)))
		return;
	qsort(slots, n_slots, sizeof(*slots), compare_keys);
	const struct node *first = *slots[0];
	for (size_t i = 1; i < n_slots; i++) {
		struct node *key = *slots[i];
		if (strcmp(first->text, key->text) != 0) {
			first = key;
			continue;
		}
		problem_add(composer->problems, key->place,
			"duplicate key \"%s\" (first at line %u)", key->text, first->place.line);
		*slots[i] = NULL;
	}
}

static void take_pairs(struct composer *composer, const struct frame *frame)
{
	struct node *node = frame->node;
	size_t n = composer->pending->len - frame->first;
	if (n == 0)
		return;
	struct node **children = (struct node **)composer->pending->pdata + frame->first;
	refuse_duplicates(composer, children, n);
	node->pairs = arena_array(composer->arena, n / 2, sizeof(struct node_pair));
	for (size_t i = 0; i + 1 < n; i += 2)
		if (children[i])
			node->pairs[node->n++] = (struct node_pair){children[i], children[i + 1]};
}

static void close_node(struct composer *composer)
{
	struct frame frame = composer->frames[composer->depth - 1];
	if (frame.node->kind == NODE_MAP)
		take_pairs(composer, &frame);
	else
		take_items(composer, &frame);
	g_ptr_array_set_size(composer->pending, frame.first);
	composer->depth--;
	struct frame *outer = top(composer);
	if (outer)
		outer->height = MAX(outer->height, frame.height + 1);
	if (frame.anchor) {
		frame.anchor->complete = true;
		frame.anchor->n_nodes = composer->n_nodes - frame.n_nodes_before;
		frame.anchor->height = frame.height;
	}
	add_child(composer, frame.node);
}

/* A problem, or NULL when the alias may be used. */
static const char *check_alias(struct composer *composer, const struct anchor *anchor)
{
	if (!anchor)
		return "there is no anchor of this name above";
	if (!anchor->complete)
		return "it would contain itself";
	if (expects_key(composer))
		return "a key must be text, not an alias";
	if (composer->depth + anchor->height > DEPTH_MAX)
		return "it would be nested more than 64 levels deep";
	return NULL;
}

static void refuse_alias(
	struct composer *composer, struct place place, const char *name, const char *why)
{
	problem_add(composer->problems, place, "alias \"*%s\": %s", name, why);
	problem_hint(composer->problems, "text that begins with \"*\" must be quoted");
	struct node *nothing = add_node(composer, NODE_SCALAR, place);
	nothing->text = "";
	nothing->plain = true;
	if (expects_key(composer))
		g_ptr_array_add(composer->pending, NULL);
	else
		add_child(composer, nothing);
}

static void on_alias(struct composer *composer, const yaml_event_t *event)
{
	struct place place = place_of(composer, event->start_mark);
	const char *name = (const char *)event->data.alias.anchor;
	struct anchor *anchor = g_hash_table_lookup(composer->anchors, name);
	if (++composer->n_aliases > ALIASES_MAX) {
		problem_add(composer->problems, place, "more than %d aliases", ALIASES_MAX);
		stop(composer);
		return;
	}
	const char *why = check_alias(composer, anchor);
	if (why) {
		refuse_alias(composer, place, name, why);
		return;
	}
	struct frame *frame = top(composer); /* an anchor is above: something is open */
	frame->height = MAX(frame->height, anchor->height + 1);
	count_nodes(composer, place, anchor->n_nodes);
	add_child(composer, anchor->node);
}

bool composer_take(struct composer *composer, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		on_scalar(composer, event);
		break;
	case YAML_ALIAS_EVENT:
		on_alias(composer, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_node(composer, event->start_mark,
			(struct opening){NODE_LIST,
				event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
				event->data.sequence_start.anchor, event->data.sequence_start.tag});
		break;
	case YAML_MAPPING_START_EVENT:
		open_node(composer, event->start_mark,
			(struct opening){NODE_MAP,
				event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
				event->data.mapping_start.anchor, event->data.mapping_start.tag});
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_node(composer);
		break;
	case YAML_DOCUMENT_START_EVENT:
		composer->root = NULL;
		g_hash_table_remove_all(composer->anchors);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return !composer->stopped;
}

struct node *composer_root(const struct composer *composer)
{
	return composer->root;
}

struct composer *composer_new(struct arena *arena, struct place end, struct problems *problems)
{
	struct composer *composer = g_new0(struct composer, 1);
	composer->arena = arena;
	composer->end = end;
	composer->problems = problems;
	composer->pending = g_ptr_array_new();
	composer->anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return composer;
}

void composer_free(struct composer *composer)
{
	if (!composer)
		return;
	g_ptr_array_unref(composer->pending);
	g_hash_table_unref(composer->anchors);
	g_free(composer);
}
