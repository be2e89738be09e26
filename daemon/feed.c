/* SPDX-License-Identifier: MIT */
#include "daemon/feed.h"

struct feed {
	GPtrArray *subscribers; /* a NULL: one that has left while all were being told */
	unsigned n_telling;
};

struct subscriber {
	struct feed *feed;
	char *dag_id, *run_id;
	struct feed_events events;
};

struct feed *feed_new(void)
{
	struct feed *feed = g_new0(struct feed, 1);
	feed->subscribers = g_ptr_array_new();
	return feed;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	g_assert(feed->subscribers->len == 0);
	g_ptr_array_free(feed->subscribers, TRUE);
	g_free(feed);
}

struct subscriber *feed_join(
	struct feed *feed, const char *dag_id, const char *run_id, const struct feed_events *events)
{
	struct subscriber *subscriber = g_new(struct subscriber, 1);
	*subscriber = (struct subscriber){
		.feed = feed,
		.dag_id = g_strdup(dag_id),
		.run_id = g_strdup(run_id),
		.events = *events,
	};
	g_ptr_array_add(feed->subscribers, subscriber);
	return subscriber;
}

void feed_leave(struct subscriber *subscriber)
{
	struct feed *feed = subscriber->feed;
	guint i;
	g_assert(g_ptr_array_find(feed->subscribers, subscriber, &i));
	if (feed->n_telling)
		feed->subscribers->pdata[i] = NULL;
	else
		g_ptr_array_remove_index(feed->subscribers, i);
	g_free(subscriber->dag_id);
	g_free(subscriber->run_id);
	g_free(subscriber);
}

static bool is_of(const struct subscriber *subscriber, const struct run_record *run)
{
	return subscriber && g_str_equal(subscriber->run_id, run->run_id)
		&& g_str_equal(subscriber->dag_id, run->dag_id);
}

static void told(struct feed *feed)
{
	if (--feed->n_telling == 0)
		while (g_ptr_array_remove(feed->subscribers, NULL))
			;
}

void feed_run(struct feed *feed, const struct run_record *run)
{
	feed->n_telling++;
	for (unsigned i = 0; i < feed->subscribers->len; i++) {
		const struct subscriber *subscriber = feed->subscribers->pdata[i];
		if (is_of(subscriber, run))
			subscriber->events.on_run(subscriber->events.data, run);
	}
	told(feed);
}

void feed_task(struct feed *feed, const struct run_record *run, const struct task_record *task)
{
	feed->n_telling++;
	for (unsigned i = 0; i < feed->subscribers->len; i++) {
		const struct subscriber *subscriber = feed->subscribers->pdata[i];
		if (is_of(subscriber, run))
			subscriber->events.on_task(subscriber->events.data, run, task);
	}
	told(feed);
}
