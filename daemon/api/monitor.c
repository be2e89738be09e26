/* SPDX-License-Identifier: MIT */
/* What dagd says of itself. */
#include "daemon/api/monitor.h"

#include "daemon/api/reply.h"
#include "daemon/api/secret.h"
#include "daemon/clock.h"

void version_get(struct request *request, void *data)
{
	request_answer(
		request, 200, json_pack("{s:s, s:n}", "version", DAGD_VERSION, "git_version"));
}

void executor_get(struct request *request, void *data)
{
	const struct daemon *daemon = data;
	request_answer(request, 200,
		json_pack("{s:s?, s:s?}", "task_cgroup", daemon->task_cgroup, "task_cgroup_reason",
			daemon->task_cgroup_reason));
}

/* ---- health ---- */

/* What is wrong with the database; without a sentence: nothing. */
static const struct trouble *database_trouble(const struct daemon *daemon)
{
	const struct trouble *damage = &daemon->troubles[TROUBLE_DAMAGE];
	return damage->sentence ? damage : &daemon->troubles[TROUBLE_DATABASE];
}

/* The same for beginning tasks. */
static const struct trouble *scheduler_trouble(const struct daemon *daemon)
{
	const struct trouble *database = database_trouble(daemon);
	return database->sentence ? database : &daemon->troubles[TROUBLE_LAUNCHES];
}

static bool can_schedule(const struct daemon *daemon)
{
	return daemon->is_recovered && !scheduler_trouble(daemon)->sentence;
}

static const char *health_name(bool is_healthy)
{
	return is_healthy ? "healthy" : "unhealthy";
}

/* Beside Airflow's fields those of a part that is not well. */
static json_t *part_with_trouble(json_t *part, const struct trouble *trouble)
{
	if (!trouble->sentence)
		return part;
	json_object_set_new(part, "reason", json_string(trouble->sentence));
	json_object_set_new(part, "since", instant_reply(trouble->since));
	return part;
}

/*
 * Airflow's components, of which dagd is all in one: who answers here is alive, so the heartbeat is
 * now. There is nothing like the triggerer.
 */
static json_t *health_reply(const struct daemon *daemon)
{
	int64_t now = clock_now();
	const struct trouble *trouble = database_trouble(daemon);
	json_t *database = json_pack("{s:s}", "status", health_name(!trouble->sentence));
	json_t *scheduler = json_pack("{s:s, s:o}", "status", health_name(can_schedule(daemon)),
		"latest_scheduler_heartbeat", instant_reply(now));
	return json_pack("{s:o, s:o, s:{s:n, s:n}, s:{s:s, s:o}}", "metadatabase",
		part_with_trouble(database, trouble), "scheduler",
		part_with_trouble(scheduler, scheduler_trouble(daemon)), "triggerer", "status",
		"latest_triggerer_heartbeat", "dag_processor", "status", health_name(true),
		"latest_dag_processor_heartbeat", instant_reply(now));
}

void health_get(struct request *request, void *data)
{
	request_answer(request, 200, health_reply(data));
}

void health_probe(struct request *request, void *data)
{
	request_answer(request, can_schedule(data) ? 200 : 503, health_reply(data));
}

/* ---- configuration ---- */

static json_t *option_reply(const struct daemon *daemon, const struct config_key *key)
{
	g_autofree char *text = config_text(&daemon->config, key);
	g_autofree char *shown = secret_shown(key->name, text);
	return json_pack("{s:s, s:s}", "key", key->name, "value", shown);
}

/* The sections with the wanted options; NULL stands for all. */
static json_t *sections_reply(const struct daemon *daemon, const char *section, const char *option)
{
	json_t *sections = json_array(), *options = NULL;
	const char *last = "";
	for (const struct config_key *key = config_keys; key->section; key++) {
		if ((section && g_ascii_strcasecmp(section, key->section) != 0)
			|| (option && g_ascii_strcasecmp(option, key->name) != 0))
			continue;
		if (!g_str_equal(last, key->section)) {
			options = json_array();
			json_array_append_new(sections,
				json_pack("{s:s, s:o}", "name", key->section, "options", options));
		}
		last = key->section;
		json_array_append_new(options, option_reply(daemon, key));
	}
	return sections;
}

static void config_answer(struct request *request, json_t *sections, const char *what)
{
	if (json_array_size(sections) > 0) {
		request_answer(request, 200, json_pack("{s:o}", "sections", sections));
		return;
	}
	json_decref(sections);
	request_refuse(request, 404, "the configuration has no %s", what);
}

void config_get(struct request *request, void *data)
{
	const char *section = request_query(request, "section");
	g_autofree char *what = g_strdup_printf("section \"%s\"", section);
	config_answer(request, sections_reply(data, section, NULL), what);
}

void config_option_get(struct request *request, void *data)
{
	const char *section = request_path(request, "section");
	const char *option = request_path(request, "option");
	g_autofree char *what = g_strdup_printf("option \"%s.%s\"", section, option);
	config_answer(request, sections_reply(data, section, option), what);
}
