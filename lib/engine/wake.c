/* SPDX-License-Identifier: MIT */
#include "lib/engine/wake.h"

#include "lib/base/instant.h"

void wakes_init(struct wakes *wakes)
{
	wakes->heap = g_ptr_array_new();
}

void wakes_clear(struct wakes *wakes)
{
	g_ptr_array_free(wakes->heap, TRUE);
}

static void put(struct wakes *wakes, unsigned place, struct wake *wake)
{
	wakes->heap->pdata[place - 1] = wake;
	wake->place = place;
}

/* Moves the wake from a free place towards the root, then towards the leaves, to where it is in
 * order. */
static void sift(struct wakes *wakes, unsigned place, struct wake *wake)
{
	void **heap = wakes->heap->pdata;
	unsigned n = wakes->heap->len;
	for (struct wake *up; place > 1; place /= 2) {
		up = heap[place / 2 - 1];
		if (up->at <= wake->at)
			break;
		put(wakes, place, up);
	}
	for (unsigned down = place * 2; down <= n; down = place * 2) {
		struct wake *left = heap[down - 1], *right = down < n ? heap[down] : NULL;
		struct wake *least = right && right->at < left->at ? right : left;
		if (least->at >= wake->at)
			break;
		down += least == right;
		put(wakes, place, least);
		place = down;
	}
	put(wakes, place, wake);
}

static void take_out(struct wakes *wakes, struct wake *wake)
{
	struct wake *last = g_ptr_array_steal_index(wakes->heap, wakes->heap->len - 1);
	if (last != wake)
		sift(wakes, wake->place, last);
	wake->place = 0;
}

void wake_set(struct wakes *wakes, struct wake *wake, int64_t at)
{
	if (wake->place && at == INSTANT_NEVER) {
		take_out(wakes, wake);
	} else if (at != INSTANT_NEVER) {
		wake->at = at;
		if (!wake->place) {
			g_ptr_array_add(wakes->heap, wake);
			wake->place = wakes->heap->len;
		}
		sift(wakes, wake->place, wake);
	}
}

struct wake *wakes_first(const struct wakes *wakes)
{
	return wakes->heap->len ? wakes->heap->pdata[0] : NULL;
}
