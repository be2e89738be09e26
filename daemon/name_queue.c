/* SPDX-License-Identifier: MIT */
#include "daemon/name_queue.h"

#include <glib.h>

struct name_queue {
	GQueue order;
	GHashTable *names; /* those in the queue */
};

struct name_queue *name_queue_new(void)
{
	struct name_queue *queue = g_new0(struct name_queue, 1);
	g_queue_init(&queue->order);
	queue->names = g_hash_table_new(g_str_hash, g_str_equal);
	return queue;
}

void name_queue_free(struct name_queue *queue)
{
	g_hash_table_destroy(queue->names);
	g_queue_clear_full(&queue->order, g_free);
	g_free(queue);
}

void name_queue_add(struct name_queue *queue, const char *name)
{
	if (name_queue_has(queue, name))
		return;
	char *own = g_strdup(name);
	g_hash_table_add(queue->names, own);
	g_queue_push_tail(&queue->order, own);
}

char *name_queue_take(struct name_queue *queue)
{
	char *name = g_queue_pop_head(&queue->order);
	if (name)
		g_hash_table_remove(queue->names, name);
	return name;
}

bool name_queue_has(const struct name_queue *queue, const char *name)
{
	return g_hash_table_contains(queue->names, name);
}

bool name_queue_is_empty(const struct name_queue *queue)
{
	return queue->order.length == 0;
}
