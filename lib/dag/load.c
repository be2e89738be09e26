/* SPDX-License-Identifier: MIT */
/* A file's documents to DAGs: the keys of each DAG, then its parts in the order they need each
 * other. */
#include "lib/dag/load.h"

#include <string.h>

#include <nettle/base16.h>
#include <nettle/sha2.h>

#include "lib/base/ident.h"
#include "lib/dag/groups.h"
#include "lib/dag/later.h"
#include "lib/dag/mapping.h"
#include "lib/dag/task.h"

static const char *const overlap_words[] = {"queue", "skip", "cancel_running", NULL};

enum { LIMIT_MAX = 1000000, TAG_MAX = 100, MAP_LENGTH_DEFAULT = 1024, PROBLEMS_MAX = 1000 };

#define FIELD(name) offsetof(struct loader, name)
static const struct key dag_keys[] = {
	{"dag_id", read_ident, FIELD(dag.dag_id)},
	{"dag_display_name", read_text, FIELD(dag.display_name)},
	{"description", read_optional, FIELD(dag.description)},
	{"doc_md", read_optional, FIELD(dag.doc_md)},
	{"owner", read_text, FIELD(dag.owner)},
	{"tags", read_node, FIELD(tags)},
	{"schedule", read_node, FIELD(schedule)},
	{"timezone", read_node, FIELD(timezone)},
	{"start_date", read_node, FIELD(start_date)},
	{"end_date", read_node, FIELD(end_date)},
	{"calendars", read_node, FIELD(calendars_node)},
	{"catchup", read_catchup, FIELD(dag)},
	{"overlap", read_word, FIELD(dag.overlap), .words = overlap_words},
	{"max_active_runs", read_unsigned, FIELD(dag.max_active_runs), 1, LIMIT_MAX},
	{"max_active_tasks", read_unsigned, FIELD(dag.max_active_tasks), 1, LIMIT_MAX},
	{"max_consecutive_failed_dag_runs", read_limit, FIELD(dag.max_consecutive_failed_dag_runs),
		0, LIMIT_MAX},
	{"fail_fast", read_boolean, FIELD(dag.fail_fast)},
	{"dagrun_timeout", read_duration, FIELD(dag.dagrun_timeout_us)},
	{"deadline", read_node, FIELD(deadline)},
	{"on_success_callback", read_node, FIELD(callback_nodes[CALLBACK_SUCCESS])},
	{"on_failure_callback", read_node, FIELD(callback_nodes[CALLBACK_FAILURE])},
	{"is_paused_upon_creation", read_boolean, FIELD(dag.is_paused_upon_creation)},
	{"params", read_node, FIELD(params)},
	{"default_args", read_node, FIELD(default_args)},
	{"env", read_node, FIELD(env)},
	{"dependencies", read_node, FIELD(dependencies)},
	{"task_groups", read_node, FIELD(task_groups)},
	{"tasks", read_node, FIELD(tasks)},
};
#undef FIELD
static const struct key_set dag_set = {
	"a DAG", dag_keys, G_N_ELEMENTS(dag_keys), dag_later, &defaults_set};

bool loader_says_first(struct loader *loader, struct place place, const char *message)
{
	return g_hash_table_add(
		loader->reported, g_strdup_printf("%u:%u:%s", place.line, place.column, message));
}

bool loader_refuse_once(struct loader *loader, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (loader_says_first(loader, place, message))
		problem_add(loader->reading.problems, place, "%s", message);
	return false;
}

static void tags_read(struct loader *loader)
{
	struct reading *reading = &loader->reading;
	const struct node *list = loader->tags;
	size_t n = node_is_null(list) || list->kind != NODE_LIST ? 0 : list->n;
	const char **tags = arena_array(reading->arena, n + 1, sizeof(*tags));
	loader->dag.tags = tags;
	if (!node_is_null(list) && list->kind != NODE_LIST) {
		problem_add(reading->problems, list->place, "tags: expected a list, found %s",
			node_kind_name(list));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *text = "";
		if (node_text(list->items[i], "a tag", &text, reading->problems)
			&& g_utf8_strlen(text, -1) > TAG_MAX)
			problem_add(reading->problems, list->items[i]->place,
				"the tag has more than %d characters", TAG_MAX);
		tags[i] = arena_strdup(reading->arena, text);
	}
}

/* The stem of the file is the dag_id that is not written. */
static void dag_id_default(struct loader *loader, const struct node *root)
{
	struct reading *reading = &loader->reading;
	g_autofree char *stem = g_path_get_basename(reading->file);
	g_autoptr(GError) error = NULL;
	char *dot = strrchr(stem, '.');
	if (loader->dag.dag_id || node_get(root, "dag_id"))
		return;
	if (dot && dot != stem)
		*dot = '\0';
	loader->dag.dag_id = arena_strdup(reading->arena, stem);
	if (ident_check("dag_id", stem, &error))
		return;
	problem_add(reading->problems, reading_place(reading, root), "%s", error->message);
	problem_hint(reading->problems, "write a dag_id, or give the file another name");
}

static void loader_read(struct loader *loader, const struct node *root)
{
	struct reading *reading = &loader->reading;
	loader->root = root;
	keys_read(reading, &dag_set, root, loader, NULL, NULL, NULL);
	dag_id_default(loader, root);
	if (!loader->dag.display_name)
		loader->dag.display_name = loader->dag.dag_id;
	tags_read(loader);
	schedule_read(loader);
	params_read(loader);
	/* From here on it is about tasks. */
	reading->arena = loader->dag.arena;
	if (loader->env)
		env_read(loader, loader->env, NULL, 0, &loader->env_entries, &loader->n_env);
	tasks_read(loader);
	g_ptr_array_add(loader->task_ids, NULL);
	/* Where no task could be read, that each of them is missing says nothing new. */
	if (loader->dag.n_tasks == 0)
		return;
	assets_warn_if_endless(loader);
	dependencies_read(loader);
	mappings_resolve(loader);
	teardowns_resolve(loader);
	deadline_read(loader);
	callbacks_of(loader, loader->callback_nodes, NULL, loader->dag.callbacks);
	/* Without an order nobody can say what comes before. */
	if (groups_resolve_edges(loader) && graph_build(loader)) {
		setups_fill(&loader->dag);
		scopes_fill(&loader->dag);
		mappings_check(loader);
		uses_check(loader);
		flows_check(loader);
	}
	callbacks_register(loader);
	callback_flows_check(loader);
}

/* Who owns the DAG: the owners of its tasks, each once, in the file's order. */
static const char *const *owners_of(struct arena *arena, const struct dag *dag)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) owners = g_ptr_array_new();
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (g_hash_table_add(seen, (char *)dag->tasks[i].owner))
			g_ptr_array_add(owners, arena_strdup(arena, dag->tasks[i].owner));
	const char **list = arena_array(arena, owners->len + 1, sizeof(*list));
	for (unsigned i = 0; i < owners->len; i++)
		list[i] = owners->pdata[i];
	return list;
}

/* The assets that its tasks update, or read: `offset` is that of the names in a task. */
static struct asset_names assets_of(struct arena *arena, const struct dag *dag, size_t offset)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (size_t i = 0; i < dag->n_tasks; i++) {
		const struct asset_names *of_task =
			(const void *)((const char *)&dag->tasks[i] + offset);
		for (size_t k = 0; k < of_task->n; k++)
			if (g_hash_table_add(seen, (char *)of_task->names[k]))
				g_ptr_array_add(names, arena_strdup(arena, of_task->names[k]));
	}
	const char **list = arena_array(arena, names->len, sizeof(*list));
	for (unsigned i = 0; i < names->len; i++)
		list[i] = names->pdata[i];
	return (struct asset_names){names->len, list};
}

static bool has_task_limits(const struct dag *dag)
{
	for (size_t i = 0; i < dag->n_tasks; i++)
		if (dag->tasks[i].max_active_tis_per_dag || dag->tasks[i].max_active_tis_per_dagrun)
			return true;
	return false;
}

static void table_release(void *table)
{
	g_hash_table_unref(table);
}

static void loader_open(struct loader *loader, struct arena *arena, const char *file,
	const char *source, const struct dag_context *context, struct problems *problems)
{
	*loader = (struct loader){.operators = context->operators};
	reading_open(&loader->reading, arena, file, source, problems);
	loader->parameter_names = g_hash_table_new(NULL, NULL);
	loader->shared_values = g_hash_table_new(shared_hash, shared_equal);
	loader->descendants = g_hash_table_new(NULL, NULL);
	loader->groups_by_own_id = g_hash_table_new(g_str_hash, g_str_equal);
	loader->groups_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	loader->pending_teardowns = g_array_new(FALSE, FALSE, sizeof(struct pending_teardown));
	loader->pending_sources = g_array_new(FALSE, FALSE, sizeof(struct pending_source));
	loader->max_map_length =
		context->max_map_length ? context->max_map_length : MAP_LENGTH_DEFAULT;
	loader->callbacks = g_hash_table_new(NULL, NULL);
	loader->reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	loader->edges = g_array_new(FALSE, FALSE, sizeof(struct edge));
	loader->task_ids = g_ptr_array_new();
	loader->dag = (struct dag){.references = 1,
		.arena = arena,
		.file = file,
		.start_date = INSTANT_NONE,
		.end_date = INSTANT_NONE,
		.deadline_us = INSTANT_NONE,
		.max_active_runs = 16,
		.max_active_tasks = 16,
		.zone = context->zone ? context->zone : zone_utc(),
		.is_paused_upon_creation = context->is_paused_upon_creation,
		.tasks_by_id = g_hash_table_new(g_str_hash, g_str_equal)};
	arena_adopt(arena, loader->dag.tasks_by_id, table_release);
}

static void loader_close(struct loader *loader)
{
	g_hash_table_unref(loader->parameter_names);
	g_hash_table_unref(loader->shared_values);
	g_hash_table_unref(loader->descendants);
	g_hash_table_unref(loader->groups_by_own_id);
	g_hash_table_unref(loader->groups_by_id);
	g_array_unref(loader->pending_sources);
	g_array_unref(loader->pending_teardowns);
	g_hash_table_unref(loader->callbacks);
	g_hash_table_unref(loader->reported);
	g_array_unref(loader->edges);
	g_ptr_array_unref(loader->task_ids);
}

/* The bytes of one document within its file. */
struct document {
	const struct node *root;
	const char *text;
	size_t len;
	bool is_alone; /* to the end of the file, and before it is no other */
};

/* With nettle, for GLib's sums know nothing of a processor's own SHA-256: theirs took a tenth of
 * the time to read a file. Of its name, too: two files may have the same text and take their dag_id
 * from their own names. */
static const char *version_hash(struct arena *arena, const struct dag *dag)
{
	struct sha256_ctx sum;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char *hex = arena_alloc(arena, BASE16_ENCODE_LENGTH(sizeof digest) + 1);
	const char *dag_id = dag->dag_id ? dag->dag_id : "";
	sha256_init(&sum);
	sha256_update(&sum, strlen(dag_id) + 1, (const uint8_t *)dag_id);
	sha256_update(&sum, strlen(dag->text), (const uint8_t *)dag->text);
	sha256_digest(&sum, sizeof digest, digest);
	base16_encode_update(hex, sizeof digest, digest);
	return hex;
}

static unsigned line_of(const char *source, const char *at)
{
	unsigned line = 1;
	for (const char *c = source; (c = memchr(c, '\n', (size_t)(at - c))); c++)
		line++;
	return line;
}

/* The DAG without all that belongs to its tasks. */
static struct dag *head_of(struct arena *arena, const struct dag *dag)
{
	struct dag *head = arena_alloc(arena, sizeof(*head));
	*head = *dag;
	head->arena = arena;
	head->tasks = NULL;
	head->tasks_by_id = NULL;
	head->topological = NULL;
	head->groups = NULL;
	head->callback_tasks = NULL;
	memset(head->callbacks, 0, sizeof head->callbacks);
	return head;
}

/*
 * One DAG with arenas of its own, one for its tasks and one for the rest, or NULL after a problem.
 */
static struct dag *document_load(const char *file, const char *source,
	const struct document *document, const struct dag_context *context,
	struct problems *problems)
{
	struct arena *arena = arena_new(), *rest = arena_new();
	struct loader loader;
	unsigned n_errors = problems->n_errors;
	loader_open(&loader, arena, arena_strdup(rest, file), source, context, problems);
	loader.reading.arena = rest;
	loader.dag.line = document->root->place.line;
	loader.dag.text = arena_strndup(rest, document->text, document->len);
	if (document->is_alone)
		loader.dag.text_line = line_of(source, document->text);
	loader_read(&loader, document->root);
	loader.dag.hash = version_hash(rest, &loader.dag);
	loader.dag.owners = owners_of(rest, &loader.dag);
	loader.dag.outlets = assets_of(rest, &loader.dag, offsetof(struct task, outlets));
	loader.dag.inlets = assets_of(rest, &loader.dag, offsetof(struct task, inlets));
	loader.dag.has_task_limits = has_task_limits(&loader.dag);
	struct dag *dag = arena_alloc(arena, sizeof(*dag));
	*dag = loader.dag;
	dag->head = head_of(rest, dag);
	loader_close(&loader);
	if (problems->n_errors == n_errors)
		return dag;
	dag_unref(dag);
	return NULL;
}

static void dag_release(void *dag)
{
	dag_unref(dag);
}

/* Whether no document before has its dag_id; remembers it. */
static bool dag_is_first(
	GHashTable *lines, const struct node *root, struct dag *dag, struct problems *problems)
{
	struct place place = {dag->file, dag->line, 1};
	const struct node *id = node_get(root, "dag_id");
	unsigned line = GPOINTER_TO_UINT(g_hash_table_lookup(lines, dag->dag_id));
	if (!line) {
		g_hash_table_insert(lines, g_strdup(dag->dag_id), GUINT_TO_POINTER(dag->line));
		return true;
	}
	if (id)
		place = id->place;
	problem_add(problems, place, "the dag_id \"%s\" is already used by the DAG in line %u",
		dag->dag_id, line);
	if (!id)
		problem_hint(problems, "each DAG of a file but one needs a dag_id of its own");
	return false;
}

GPtrArray *dag_load(const char *file, const char *text, size_t len,
	const struct dag_context *context, struct problems *problems)
{
	GPtrArray *dags = g_ptr_array_new_with_free_func(dag_release);
	struct arena *arena = arena_new();
	struct yaml_documents documents = {0};
	const char *source = arena_strndup(arena, text, len);
	g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	unsigned n_errors = problems->n_errors, n_roots = 0;
	problems_cap(problems, PROBLEMS_MAX);
	yaml_parse(arena, file, source, len, &documents, problems);
	for (size_t i = 0; problems->n_errors == n_errors && i < documents.n; i++)
		n_roots += documents.roots[i] != NULL;
	if (problems->n_errors == n_errors && n_roots == 0)
		problem_add(problems, (struct place){file, 0, 0}, "there is no DAG in this file");
	for (size_t i = 0; n_roots > 0 && i < documents.n; i++) {
		struct document document = {.root = documents.roots[i],
			.text = source + documents.starts[i],
			.len = documents.ends[i] - documents.starts[i],
			.is_alone = documents.n == 1 && documents.ends[i] == len};
		if (!document.root)
			continue;
		if (document.root->kind != NODE_MAP) {
			problem_add(problems, document.root->place,
				"a DAG is a map of keys such as schedule and tasks, not %s",
				node_kind_name(document.root));
			continue;
		}
		struct dag *dag = document_load(file, source, &document, context, problems);
		if (dag && dag_is_first(lines, document.root, dag, problems))
			g_ptr_array_add(dags, dag);
		else
			dag_unref(dag);
	}
	problems_uncap(problems, file);
	arena_free(arena);
	return dags;
}
