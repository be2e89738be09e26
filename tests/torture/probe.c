/* SPDX-License-Identifier: MIT */
/*
 * probe [--bytes N] [--sleep MS] [--exit CODE]: the task of every experiment. It tells the journal
 * that it begins and how it is about to end, each in one write that is on the disk before it goes
 * on; between the two it prints bytes that whoever knows its attempt can foretell.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_AT_ONCE = 512, EXIT_UNFIT = 70 };

struct probe {
	long attempt, try_number; /* from the environment */
	size_t n_bytes, n_printed;
	int sleep_ms, exit_code, journal_fd;
};

static _Noreturn void refuse(const char *what)
{
	fprintf(stderr, "probe: %s\n", what);
	exit(EXIT_UNFIT);
}

static long environment_number(const char *name)
{
	const char *text = getenv(name);
	if (!text)
		refuse(name);
	return strtol(text, NULL, 10);
}

static int64_t boottime_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The last number is of `start` how many bytes it will print, of `end` its exit code. */
static void journal(const struct probe *probe, const char *what, long number)
{
	char line[160];
	int size = snprintf(line, sizeof(line), "%s %ld %ld %d %" PRId64 " %ld\n", what,
		probe->attempt, probe->try_number, getpid(), boottime_us(), number);
	if (write(probe->journal_fd, line, (size_t)size) != size || fsync(probe->journal_fd) != 0)
		refuse("the journal cannot be written");
}

/* splitmix64: word n of what attempt `seed` prints. */
static uint64_t word(uint64_t seed, uint64_t n)
{
	uint64_t z = (seed << 32) + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void print_all(const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDOUT_FILENO, data, size);
		if (n < 0)
			refuse("standard output cannot be written");
		data += n;
		size -= (size_t)n;
	}
}

/* Goes on printing until there are `n_bytes` in all, a multiple of a word but at the very end. */
static void print_until(struct probe *probe, size_t n_bytes)
{
	uint64_t words[WORDS_AT_ONCE];
	while (probe->n_printed < n_bytes) {
		size_t first = probe->n_printed / sizeof(*words);
		for (size_t i = 0; i < WORDS_AT_ONCE; i++)
			words[i] = word((uint64_t)probe->attempt, first + i);
		size_t left = n_bytes - probe->n_printed;
		size_t size = left < sizeof(words) ? left : sizeof(words);
		print_all((const char *)words, size);
		probe->n_printed += size;
	}
}

static void probe_init(struct probe *probe, int argc, char **argv)
{
	*probe = (struct probe){.attempt = environment_number("DAGD_ATTEMPT"),
		.try_number = environment_number("DAGD_TRY_NUMBER")};
	for (int i = 1; i + 1 < argc; i += 2) {
		long number = strtol(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--bytes") == 0)
			probe->n_bytes = (size_t)number;
		else if (strcmp(argv[i], "--sleep") == 0)
			probe->sleep_ms = (int)number;
		else if (strcmp(argv[i], "--exit") == 0)
			probe->exit_code = (int)number;
		else
			refuse("usage: probe [--bytes N] [--sleep MS] [--exit CODE]");
	}
	const char *path = getenv("PROBE_JOURNAL");
	probe->journal_fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;
	if (probe->journal_fd < 0)
		refuse("PROBE_JOURNAL names no file that can be written");
}

int main(int argc, char **argv)
{
	struct probe probe;
	probe_init(&probe, argc, argv);
	journal(&probe, "start", (long)probe.n_bytes);
	print_until(&probe, probe.n_bytes / 2 / sizeof(uint64_t) * sizeof(uint64_t));
	poll(NULL, 0, probe.sleep_ms);
	print_until(&probe, probe.n_bytes);
	journal(&probe, "end", probe.exit_code);
	return probe.exit_code;
}
