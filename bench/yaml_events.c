/* SPDX-License-Identifier: MIT */
/* The least that reading YAML files costs: libyaml's events of all that are named on stdin, one
 * file at a time. Prints the seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <yaml.h>

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void scan(const unsigned char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event;
	yaml_event_type_t type;
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, text, len);
	do {
		if (!yaml_parser_parse(&parser, &event))
			exit(1);
		type = event.type;
		yaml_event_delete(&event);
	} while (type != YAML_STREAM_END_EVENT);
	yaml_parser_delete(&parser);
}

int main(void)
{
	static unsigned char text[16 * 1024 * 1024];
	char path[4096];
	double began = now_s();
	while (fgets(path, sizeof path, stdin)) {
		path[strcspn(path, "\n")] = '\0';
		FILE *file = fopen(path, "r");
		if (!file)
			return 1;
		scan(text, fread(text, 1, sizeof text, file));
		fclose(file);
	}
	printf("%f\n", now_s() - began);
	return 0;
}
