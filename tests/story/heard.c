/* SPDX-License-Identifier: MIT */
#include "tests/story/heard.h"

static void record_free(void *record)
{
	asset_event_record_clear(record);
	g_free(record);
}

GPtrArray *heard_new(void)
{
	return g_ptr_array_new_with_free_func(record_free);
}

void heard_add(GPtrArray *heard, const struct asset_event_record *asset)
{
	struct asset_event_record copy = asset_event_record_copy(asset);
	g_ptr_array_add(heard, g_memdup2(&copy, sizeof copy));
}

void heard_take(GPtrArray *heard, const char *dag_id, const char *name)
{
	for (unsigned i = heard->len; i-- > 0;) {
		const struct asset_event_record *asset = heard->pdata[i];
		if (g_str_equal(asset->dag_id, dag_id)
			&& (!name || g_str_equal(asset->asset, name)))
			g_ptr_array_remove_index(heard, i);
	}
}

void heard_restore(const GPtrArray *heard, struct engine *engine)
{
	for (unsigned i = 0; i < heard->len; i++) {
		const struct asset_event_record *asset = heard->pdata[i];
		engine_restore_asset(engine, asset->dag_id, asset->asset);
	}
}
