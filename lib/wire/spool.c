/* SPDX-License-Identifier: MIT */
#include "lib/wire/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define CLAIM_SIZE_MAX 256
/* What a result file holds beside the frame: the claim and the seal. */
#define RESULT_EXTRA_MAX (CLAIM_SIZE_MAX + WIRE_SEAL_SIZE + 4)
/* How deep a tree left behind by an operator is removed. */
#define DEPTH_MAX 200

static const char *const owner_names[] = {[CLAIM_WORKER] = "worker", [CLAIM_DAGD] = "dagd"};

static bool path_make(char path[PATH_MAX], const char *folder, const char *name)
{
	int size = snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return size > 0 && size < PATH_MAX;
}

static size_t claim_format(char line[CLAIM_SIZE_MAX], const struct claim *claim)
{
	char token[2 * WIRE_TOKEN_SIZE + 1];
	for (size_t i = 0; i < WIRE_TOKEN_SIZE; i++)
		snprintf(token + 2 * i, 3, "%02x", claim->token[i]);
	int size = snprintf(line, CLAIM_SIZE_MAX, "dagd-claim %d %s %s %d %llu %s\n", WIRE_PROTOCOL,
		owner_names[claim->owner], token, claim->pid,
		(unsigned long long)claim->pid_started, claim->boot_id);
	return size > 0 && size < CLAIM_SIZE_MAX ? (size_t)size : 0;
}

static bool claim_parse(const char *line, struct claim *claim)
{
	char owner[8], token[2 * WIRE_TOKEN_SIZE + 1];
	unsigned long long started;
	int protocol;
	if (sscanf(line, "dagd-claim %d %7s %32s %d %llu %63s", &protocol, owner, token,
		    &claim->pid, &started, claim->boot_id)
		!= 6)
		return false;
	claim->pid_started = started;
	claim->owner = strcmp(owner, owner_names[CLAIM_DAGD]) == 0 ? CLAIM_DAGD : CLAIM_WORKER;
	for (size_t i = 0; i < WIRE_TOKEN_SIZE; i++) {
		unsigned byte;
		if (sscanf(token + 2 * i, "%2x", &byte) != 1)
			return false;
		claim->token[i] = (uint8_t)byte;
	}
	return claim->pid > 0;
}

static int write_claim(int fd, const struct claim *claim)
{
	char line[CLAIM_SIZE_MAX];
	size_t size = claim_format(line, claim);
	if (size == 0)
		return -EINVAL;
	ssize_t written = write(fd, line, size);
	if (written < 0)
		return -errno;
	return (size_t)written == size ? 0 : -ENOSPC;
}

int spool_claim(const char *folder, const struct claim *claim)
{
	char draft[PATH_MAX], path[PATH_MAX];
	if (!path_make(draft, folder, claim->owner == CLAIM_DAGD ? "claim.dagd" : "claim.new")
		|| !path_make(path, folder, "claim"))
		return -ENAMETOOLONG;
	/* An earlier dagd may have died between this and the link; a worker never tries twice. */
	if (claim->owner == CLAIM_DAGD)
		unlink(draft);
	int fd = open(draft, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	int error = write_claim(fd, claim);
	if (error == 0 && link(draft, path) != 0)
		error = -errno;
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

/* At most `size_max` bytes of it; SPOOL_DAMAGED also when it is no regular file. */
static enum spool_state read_file(
	const char *folder, const char *name, size_t size_max, struct wire_buffer *bytes)
{
	char path[PATH_MAX];
	if (!path_make(path, folder, name))
		return SPOOL_DAMAGED;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? SPOOL_ABSENT : SPOOL_DAMAGED;
	struct stat info;
	ssize_t size = -1;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
		size_t wanted = (size_t)info.st_size < size_max ? (size_t)info.st_size : size_max;
		char *to = wire_buffer_reserve(bytes, wanted + 1);
		size = read(fd, to, wanted);
		if (size >= 0)
			to[size] = '\0';
	}
	close(fd);
	if (size < 0)
		return SPOOL_DAMAGED;
	bytes->size += (size_t)size;
	return SPOOL_FOUND;
}

enum spool_state spool_read_claim(const char *folder, struct claim *claim)
{
	struct wire_buffer bytes = {0};
	/* Its result may be behind it. */
	enum spool_state state =
		read_file(folder, "claim", (size_t)WIRE_FRAME_MAX + CLAIM_SIZE_MAX * 2, &bytes);
	*claim = (struct claim){0};
	if (state == SPOOL_FOUND && !claim_parse((const char *)bytes.data, claim))
		state = SPOOL_DAMAGED;
	wire_buffer_clear(&bytes);
	return state;
}

static int write_all(int fd, struct iovec *parts, int n)
{
	while (n > 0) {
		ssize_t written = writev(fd, parts, n);
		if (written <= 0)
			return written < 0 ? -errno : -ENOSPC;
		while (n > 0 && (size_t)written >= parts->iov_len) {
			written -= (ssize_t)parts->iov_len;
			parts++;
			n--;
		}
		if (n > 0) {
			parts->iov_base = (char *)parts->iov_base + written;
			parts->iov_len -= (size_t)written;
		}
	}
	return 0;
}

int spool_save_result(const char *folder, int claim_fd, const struct wire_buffer *frame)
{
	char draft[PATH_MAX], path[PATH_MAX], seal[WIRE_SEAL_SIZE + 1];
	if (!path_make(draft, folder, "claim.new") || !path_make(path, folder, "result"))
		return -ENAMETOOLONG;
	off_t claim_end = lseek(claim_fd, 0, SEEK_END);
	wire_seal(seal, frame->data, frame->size);
	struct iovec parts[] = {{seal, WIRE_SEAL_SIZE}, {frame->data, frame->size}};
	int error = write_all(claim_fd, parts, 2);
	if (error == 0 && rename(draft, path) != 0)
		error = -errno;
	if (error != 0 && claim_end >= 0 && ftruncate(claim_fd, claim_end) != 0)
		return -errno;
	return error;
}

int spool_sync_result(const char *folder, int claim_fd)
{
	if (fdatasync(claim_fd) != 0)
		return -errno;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int error = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return error;
}

enum spool_state spool_read_result(
	const char *folder, struct wire_buffer *bytes, struct wire_frame *frame)
{
	enum spool_state state =
		read_file(folder, "result", (size_t)WIRE_FRAME_MAX + CLAIM_SIZE_MAX * 2, bytes);
	if (state != SPOOL_FOUND)
		return state;
	const uint8_t *claim_end = memchr(bytes->data, '\n', bytes->size);
	if (!claim_end)
		return SPOOL_DAMAGED;
	size_t left = bytes->size - (size_t)(claim_end + 1 - bytes->data);
	return wire_unseal(claim_end + 1, left, frame) ? SPOOL_FOUND : SPOOL_DAMAGED;
}

static void remove_inside(int parent_fd, const char *name, int depth);

/* Takes the descriptor over. */
static void remove_entries(int fd, int depth)
{
	DIR *entries = fdopendir(fd);
	if (!entries) {
		close(fd);
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(entries)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_inside(dirfd(entries), entry->d_name, depth);
	closedir(entries);
}

static void remove_inside(int parent_fd, const char *name, int depth)
{
	if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT || depth == DEPTH_MAX)
		return;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && fchmodat(parent_fd, name, 0700, 0) == 0)
		fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	/* An operator may have left a folder that nobody can write to. */
	fchmod(fd, 0700);
	remove_entries(fd, depth + 1);
	unlinkat(parent_fd, name, AT_REMOVEDIR);
}

void spool_remove(const char *folder)
{
	/* Nearly always there is nothing else in it. */
	static const char *const names[] = {"claim", "result", "output"};
	char path[PATH_MAX];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (path_make(path, folder, names[i]))
			unlink(path);
	if (rmdir(folder) != 0 && errno != ENOENT)
		remove_inside(AT_FDCWD, folder, 0);
}

void spool_retire(const char *folder)
{
	char gone[PATH_MAX];
	int size = snprintf(gone, sizeof(gone), "%s.gone", folder);
	if (size < 0 || (size_t)size >= sizeof(gone) || rename(folder, gone) != 0)
		return;
	spool_remove(gone);
}

/* Field `number` of /proc/PID/stat, counted as in proc(5), 3 or later; the state is looked at
 * first. */
static bool process_field(int pid, int number, unsigned long long *value)
{
	char path[64], text[1024];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size <= 0)
		return false;
	text[size] = '\0';
	/* The name in parentheses may hold anything, also parentheses and spaces. */
	const char *at = strrchr(text, ')');
	if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
		return false;
	at += 2;
	for (int field = 3; field < number; field++) {
		at = strchr(at, ' ');
		if (!at)
			return false;
		at++;
	}
	*value = strtoull(at, NULL, 10);
	return true;
}

bool process_started(int pid, uint64_t *started)
{
	unsigned long long value;
	if (!process_field(pid, 22, &value))
		return false;
	*started = value;
	return true;
}

int process_session(int pid)
{
	unsigned long long value;
	return process_field(pid, 6, &value) ? (int)value : -1;
}

int process_parent(int pid)
{
	unsigned long long value;
	return process_field(pid, 4, &value) ? (int)value : -1;
}
