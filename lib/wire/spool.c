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

/* A claim is a line of just this size, filled up with spaces. */
#define CLAIM_SIZE 192
#define RESULT_SIZE_MAX ((size_t)CLAIM_SIZE + WIRE_SEAL_SIZE + 4 + WIRE_FRAME_MAX)
/* A larger file is cut before it is used again. */
#define FILE_KEPT_MAX (64 << 10)
/* How deep a tree left behind by an operator is removed. */
#define DEPTH_MAX 200

static const char *const owner_names[] = {[CLAIM_WORKER] = "worker", [CLAIM_DAGD] = "dagd"};

static bool path_make(char path[PATH_MAX], const char *folder, const char *name)
{
	int size = snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return size > 0 && size < PATH_MAX;
}

static bool claim_format(char line[CLAIM_SIZE + 1], const struct claim *claim)
{
	char token[2 * WIRE_TOKEN_SIZE + 1];
	for (size_t i = 0; i < WIRE_TOKEN_SIZE; i++)
		snprintf(token + 2 * i, 3, "%02x", claim->token[i]);
	int size = snprintf(line, CLAIM_SIZE + 1, "dagd-claim %d %s %s %d %llu %s", WIRE_PROTOCOL,
		owner_names[claim->owner], token, claim->pid,
		(unsigned long long)claim->pid_started, claim->boot_id);
	if (WIRE_PROTOCOL >= 2 && size > 0 && size <= CLAIM_SIZE)
		size += snprintf(line + size, (size_t)(CLAIM_SIZE + 1 - size), " %d %llu",
			claim->program, (unsigned long long)claim->program_started);
	if (size < 0 || size >= CLAIM_SIZE)
		return false;
	memset(line + size, ' ', (size_t)(CLAIM_SIZE - size));
	line[CLAIM_SIZE - 1] = '\n';
	return true;
}

static bool claim_parse(const char *line, struct claim *claim)
{
	char owner[8], token[2 * WIRE_TOKEN_SIZE + 1];
	unsigned long long started, program_started = 0;
	int protocol;
	/* The program is missing in the claims of protocol 1. */
	if (sscanf(line, "dagd-claim %d %7s %32s %d %llu %63s %d %llu", &protocol, owner, token,
		    &claim->pid, &started, claim->boot_id, &claim->program, &program_started)
		< 6)
		return false;
	claim->pid_started = started;
	claim->program_started = program_started;
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
	char line[CLAIM_SIZE + 1];
	if (!claim_format(line, claim))
		return -EINVAL;
	ssize_t written = pwrite(fd, line, CLAIM_SIZE, 0);
	if (written < 0)
		return -errno;
	return written == CLAIM_SIZE ? 0 : -ENOSPC;
}

bool spool_recycle(const char *folder)
{
	char claim[PATH_MAX], result[PATH_MAX], draft[PATH_MAX];
	if (!path_make(claim, folder, "claim") || !path_make(result, folder, "result")
		|| !path_make(draft, folder, "claim.new"))
		return false;
	return unlink(claim) == 0 && rename(result, draft) == 0;
}

/*
 * The file that becomes the claim; -errno, EEXIST when it is one already. It is written over, not
 * emptied first: ext4 takes a file that was emptied for one whose new text must be on the disk when
 * it is closed.
 */
static int draft_open(const char *draft)
{
	int fd = open(draft, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	struct stat info;
	int error = 0;
	if (fstat(fd, &info) != 0)
		error = -errno;
	else if (info.st_nlink != 1)
		error = -EEXIST;
	else if (info.st_size > FILE_KEPT_MAX && ftruncate(fd, CLAIM_SIZE) != 0)
		error = -errno;
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

/*
 * As long as its descriptor is open, which no other process inherits. A shared lock, for who had
 * the file before may not have closed it yet.
 */
static void claim_hold(int fd)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	fcntl(fd, F_OFD_SETLK, &lock);
}

bool spool_claim_is_held(const char *folder)
{
	char path[PATH_MAX];
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	errno = 0;
	if (!path_make(path, folder, "claim"))
		return false;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is_held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return is_held;
}

int spool_claim(const char *folder, const struct claim *claim)
{
	char draft[PATH_MAX], path[PATH_MAX];
	if (!path_make(draft, folder, claim->owner == CLAIM_DAGD ? "claim.dagd" : "claim.new")
		|| !path_make(path, folder, "claim"))
		return -ENAMETOOLONG;
	int fd = draft_open(draft);
	if (fd < 0)
		return fd;
	claim_hold(fd);
	int error = write_claim(fd, claim);
	if (error == 0 && link(draft, path) != 0)
		error = -errno;
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

bool spool_is_blind(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/* At most `size_max` bytes of it; SPOOL_DAMAGED also when it is no regular file. */
static enum spool_state read_file(
	const char *folder, const char *name, size_t size_max, struct wire_buffer *bytes)
{
	char path[PATH_MAX];
	if (!path_make(path, folder, name))
		return SPOOL_DAMAGED;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && spool_is_blind(errno))
		return SPOOL_UNKNOWN;
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

void spool_unclaim(const char *folder)
{
	char path[PATH_MAX];
	if (path_make(path, folder, "claim"))
		unlink(path);
}

void spool_name_program(int claim_fd, const struct claim *claim)
{
	write_claim(claim_fd, claim);
}

enum spool_state spool_read_claim(const char *folder, struct claim *claim)
{
	struct wire_buffer bytes = {0};
	/* Its result may follow in the same file. */
	enum spool_state state = read_file(folder, "claim", CLAIM_SIZE, &bytes);
	*claim = (struct claim){0};
	if (state == SPOOL_FOUND && !claim_parse((const char *)bytes.data, claim))
		state = SPOOL_DAMAGED;
	wire_buffer_clear(&bytes);
	return state;
}

/* Behind the claim. */
static int result_write(int fd, struct iovec *parts, int n)
{
	off_t at = CLAIM_SIZE;
	while (n > 0) {
		ssize_t written = pwritev(fd, parts, n, at);
		if (written <= 0)
			return written < 0 ? -errno : -ENOSPC;
		at += written;
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
	wire_seal(seal, frame->data, frame->size);
	struct iovec parts[] = {{seal, WIRE_SEAL_SIZE}, {frame->data, frame->size}};
	int error = result_write(claim_fd, parts, 2);
	if (error == 0 && rename(draft, path) != 0)
		error = -errno;
	return error;
}

static int folder_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int error = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return error;
}

int spool_sync_result(const char *folder, int claim_fd)
{
	char above[PATH_MAX];
	if (!path_make(above, folder, ".."))
		return -ENAMETOOLONG;
	if (fdatasync(claim_fd) != 0)
		return -errno;
	int error = folder_sync(folder);
	return error == 0 ? folder_sync(above) : error;
}

enum spool_state spool_read_result(
	const char *folder, struct wire_buffer *bytes, struct wire_frame *frame)
{
	enum spool_state state = read_file(folder, "result", RESULT_SIZE_MAX, bytes);
	if (state != SPOOL_FOUND)
		return state;
	if (bytes->size <= CLAIM_SIZE
		|| !wire_unseal(bytes->data + CLAIM_SIZE, bytes->size - CLAIM_SIZE, frame))
		return SPOOL_DAMAGED;
	return SPOOL_FOUND;
}

static void remove_inside(int parent_fd, const char *name, int depth);

static bool is_ours(const char *name)
{
	return strcmp(name, "claim") == 0 || strcmp(name, "claim.new") == 0
		|| strcmp(name, "result") == 0;
}

static bool is_none(const char *name)
{
	return false;
}

/* Takes the descriptor over. */
static void remove_entries(int fd, int depth, bool (*is_kept)(const char *name))
{
	DIR *entries = fdopendir(fd);
	if (!entries) {
		close(fd);
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(entries)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0
			&& !is_kept(entry->d_name))
			remove_inside(dirfd(entries), entry->d_name, depth);
	closedir(entries);
}

static void remove_inside(int parent_fd, const char *name, int depth)
{
	if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT || depth == DEPTH_MAX)
		return;
	/* An operator may have left a folder that nobody can read or write. */
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && fchmodat(parent_fd, name, 0700, 0) == 0)
		fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	fchmod(fd, 0700);
	remove_entries(fd, depth + 1, is_none);
	unlinkat(parent_fd, name, AT_REMOVEDIR);
}

void spool_clean(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		remove_entries(fd, 0, is_ours);
}

void spool_remove(const char *folder)
{
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
	errno = ESRCH; /* unless there was no way to look */
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
