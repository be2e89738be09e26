/* SPDX-License-Identifier: MIT */
#include "lib/dag/names.h"

#include <stddef.h>

static const struct template_name dag_run_names[] = {
	{"conf", NAME_ANY},
	{"dag_id", NAME_TEXT},
	{"run_id", NAME_TEXT},
	{"run_type", NAME_TEXT},
	{"state", NAME_TEXT},
	{"logical_date", NAME_INSTANT},
	{"data_interval_start", NAME_INSTANT},
	{"data_interval_end", NAME_INSTANT},
	{"run_after", NAME_INSTANT},
	{"start_date", NAME_INSTANT},
	{NULL},
};

static const struct template_name dag_names[] = {
	{"dag_id", NAME_TEXT},
	{"dag_display_name", NAME_TEXT},
	{"description", NAME_TEXT},
	{"owner", NAME_TEXT},
	{"tags", NAME_ANY},
	{"timezone", NAME_TEXT},
	{"fileloc", NAME_TEXT},
	{"start_date", NAME_INSTANT},
	{"end_date", NAME_INSTANT},
	{NULL},
};

static const struct template_name task_names[] = {
	{"task_id", NAME_TEXT},
	{"task_display_name", NAME_TEXT},
	{"owner", NAME_TEXT},
	{"operator", NAME_TEXT},
	{"retries", NAME_NUMBER},
	{"priority_weight", NAME_NUMBER},
	{NULL},
};

static const struct template_name instance_names[] = {
	{"task_id", NAME_TEXT},
	{"dag_id", NAME_TEXT},
	{"run_id", NAME_TEXT},
	{"try_number", NAME_NUMBER},
	{"max_tries", NAME_NUMBER},
	{"map_index", NAME_NUMBER},
	{"start_date", NAME_INSTANT},
	{"xcom_pull", NAME_XCOM_PULL},
	{NULL},
};

static const struct template_name uuid_names[] = {
	{"uuid4", NAME_FUNCTION},
	{NULL},
};

static const struct template_name macro_names[] = {
	{"ds_add", NAME_FUNCTION},
	{"ds_format", NAME_FUNCTION},
	{"timedelta", NAME_FUNCTION},
	{"random", NAME_FUNCTION},
	{"uuid", NAME_MEMBERS, uuid_names},
	{NULL},
};

static const struct template_name connection_names[] = {
	{"conn_id", NAME_TEXT},
	{"conn_type", NAME_TEXT},
	{"description", NAME_TEXT},
	{"host", NAME_TEXT},
	{"login", NAME_TEXT},
	{"password", NAME_TEXT},
	{"port", NAME_NUMBER},
	{"schema", NAME_TEXT},
	{"extra", NAME_TEXT},
	{"extra_dejson", NAME_ANY},
	{NULL},
};

static const struct template_name variable_names[] = {
	{"value", NAME_KEYS},
	{"json", NAME_KEYS},
	{NULL},
};

const struct template_name template_names[] = {
	{"params", NAME_PARAMS},
	{"dag_run", NAME_MEMBERS, dag_run_names},
	{"run_id", NAME_TEXT},
	{"logical_date", NAME_INSTANT},
	{"ds", NAME_TEXT},
	{"ds_nodash", NAME_TEXT},
	{"ts", NAME_TEXT},
	{"ts_nodash", NAME_TEXT},
	{"ts_nodash_with_tz", NAME_TEXT},
	{"data_interval_start", NAME_INSTANT},
	{"data_interval_end", NAME_INSTANT},
	{"prev_data_interval_start_success", NAME_INSTANT},
	{"prev_start_date_success", NAME_INSTANT},
	{"dag", NAME_MEMBERS, dag_names},
	{"task", NAME_MEMBERS, task_names},
	{"ti", NAME_MEMBERS, instance_names},
	{"task_instance", NAME_MEMBERS, instance_names},
	{"task_instance_key_str", NAME_TEXT},
	{"try_number", NAME_NUMBER},
	{"macros", NAME_MEMBERS, macro_names},
	{"var", NAME_MEMBERS, variable_names},
	{"conn", NAME_KEYS, connection_names},
	{"map_index", NAME_NUMBER},
	{"triggering_asset_events", NAME_ANY},
	{"expand", NAME_EXPAND},
	{"tasks", NAME_TASKS},
	{NULL},
};

const struct template_name callback_template_names[] = {
	{"exception", NAME_TEXT},
	{"reason", NAME_TEXT},
	{NULL},
};
