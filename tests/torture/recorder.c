/* SPDX-License-Identifier: MIT */
/*
 * recorder.so: writes down, in the order in which it happens, what dagd and its workers do to the
 * files of one folder, so that images.py can say what a disk may hold after the power was cut at
 * any point of it. It is preloaded into dagd and, since dagd gives its workers an empty
 * environment, hands itself on to them.
 *
 *   RECORD         the file that is appended to; others append their lines, too
 *   RECORD_FOLDER  what is written down is what happens below it
 *   RECORD_BOOT    a file that stands for the kernel's boot id: the recorded life is of another
 * boot
 *
 * A line is a word, the pid and what the word asks for; files and folders go by their inode:
 *
 *   make PID FOLDER NAME INODE      a file that was not there before
 *   folder PID FOLDER NAME INODE    mkdir
 *   link PID FOLDER NAME INODE
 *   rename PID FOLDER NAME FOLDER NAME INODE
 *   unlink PID FOLDER NAME          also rmdir
 *   size PID INODE SIZE             ftruncate, or an allocation that made it longer
 *   write PID INODE OFFSET SIZE     and so many bytes and a newline
 *   sync PID INODE TICKET           fsync or fdatasync begins ...
 *   synced PID INODE TICKET         ... and is done: what came before its beginning is on the disk
 *   wait PID                        a worker has done all it can and waits
 *
 * What is mapped (the -shm file of SQLite) is not seen; it means nothing after a crash.
 */
/* The functions are defined under their own names, not under those of their variants. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS_MAX = 4096, RECORD_FD = 900, LINE_MAX_ = 1024 };

static struct {
	int fd; /* -1: nothing is written down */
	const char *record, *folder, *boot, *library;
	size_t folder_size;
	bool is_worker;
	dev_t device;             /* where the folder lies */
	uint64_t inodes[FDS_MAX]; /* of what is open below the folder, by its descriptor; 0: not */
	unsigned ticket;
	pthread_mutex_t lock; /* an operation and its line are one step */
} recorder = {.fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

__attribute__((constructor)) static void recorder_begin(void)
{
	Dl_info info;
	recorder.record = getenv("RECORD");
	recorder.folder = getenv("RECORD_FOLDER");
	recorder.boot = getenv("RECORD_BOOT");
	if (!recorder.record || !recorder.folder || !dladdr(&recorder, &info))
		return;
	recorder.library = info.dli_fname;
	recorder.folder_size = strlen(recorder.folder);
	recorder.is_worker = strstr(program_invocation_name, "dagd-worker") != NULL;
	int fd = (int)syscall(
		SYS_openat, AT_FDCWD, recorder.record, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
	recorder.fd = fcntl(fd, F_DUPFD_CLOEXEC, RECORD_FD);
	syscall(SYS_close, fd);
	if (recorder.fd < 0)
		abort();
}

/* One write, so that lines of several processes do not mix. The caller's errno stays. */
__attribute__((format(printf, 3, 4))) static void tell(
	const void *bytes, size_t size, const char *format, ...)
{
	char line[LINE_MAX_];
	int error = errno;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	struct iovec parts[] = {{line, (size_t)length}, {(void *)bytes, size}, {"\n", 1}};
	ssize_t whole = (ssize_t)((size_t)length + size + 1);
	if (length < 0 || (size_t)length >= sizeof(line)
		|| syscall(SYS_writev, recorder.fd, parts, 3) != whole)
		abort(); /* a record with a gap would prove nothing */
	errno = error;
}

static void lock(void)
{
	pthread_mutex_lock(&recorder.lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&recorder.lock);
}

/* ---- which files ---- */

/* The C library closes descriptors unseen (closedir), and they are given again. */
static uint64_t inode_of(int fd)
{
	struct stat info;
	if (recorder.fd < 0 || fd < 0 || fd >= FDS_MAX || recorder.inodes[fd] == 0)
		return 0;
	if (fstat(fd, &info) != 0 || info.st_ino != recorder.inodes[fd]
		|| info.st_dev != recorder.device)
		recorder.inodes[fd] = 0;
	return recorder.inodes[fd];
}

/* Where a name lies: the folder's inode (0: it is not written down) and the last part of its path.
 */
struct spot {
	uint64_t folder;
	const char *name;
};

static struct spot spot_of(int folder_fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct spot spot = {.folder = inode_of(folder_fd), .name = slash ? slash + 1 : path};
	if (!slash || recorder.fd < 0)
		return spot;
	char folder[PATH_MAX];
	struct stat info;
	size_t size = (size_t)(slash - path);
	spot.folder = 0;
	if (size < recorder.folder_size || size >= sizeof(folder)
		|| strncmp(path, recorder.folder, recorder.folder_size) != 0)
		return spot;
	memcpy(folder, path, size);
	folder[size] = '\0';
	if (stat(folder, &info) == 0)
		spot.folder = info.st_ino;
	return spot;
}

static uint64_t inode_at(int folder_fd, const char *path)
{
	struct stat info;
	return fstatat(folder_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_ino : 0;
}

static bool is_folder_itself(const char *path)
{
	return recorder.fd >= 0 && strcmp(path, recorder.folder) == 0;
}

/* ---- opening ---- */

/* The descriptor of a file below the folder; told of when it was made or emptied. */
static void opened(int fd, struct spot spot, bool was_there, int flags)
{
	struct stat info;
	if (fd >= FDS_MAX || fstat(fd, &info) != 0)
		abort();
	recorder.inodes[fd] = info.st_ino;
	recorder.device = info.st_dev;
	if (!was_there)
		tell(NULL, 0, "make %d %ju %s %ju", getpid(), (uintmax_t)spot.folder, spot.name,
			(uintmax_t)info.st_ino);
	else if (flags & O_TRUNC)
		tell(NULL, 0, "size %d %ju 0", getpid(), (uintmax_t)info.st_ino);
}

static int open_at(int folder_fd, const char *path, int flags, mode_t mode)
{
	if (recorder.boot && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0)
		path = recorder.boot;
	struct spot spot = spot_of(folder_fd, path);
	if (spot.folder == 0 && !is_folder_itself(path))
		return (int)syscall(SYS_openat, folder_fd, path, flags, mode);
	lock();
	bool was_there = inode_at(folder_fd, path) != 0;
	int fd = (int)syscall(SYS_openat, folder_fd, path, flags, mode);
	if (fd >= 0)
		opened(fd, spot, was_there, flags);
	unlock();
	return fd;
}

static mode_t mode_of(int flags, va_list arguments)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int openat(int folder_fd, const char *path, int flags, ...)
{
	va_list arguments;
	va_start(arguments, flags);
	mode_t mode = mode_of(flags, arguments);
	va_end(arguments);
	return open_at(folder_fd, path, flags, mode);
}

int openat64(int folder_fd, const char *path, int flags, ...) __attribute__((alias("openat")));

int mknod(const char *path, mode_t mode, dev_t device)
{
	struct spot spot = spot_of(AT_FDCWD, path);
	lock();
	int code = (int)syscall(SYS_mknodat, AT_FDCWD, path, mode, device);
	if (code == 0 && spot.folder != 0)
		tell(NULL, 0, "make %d %ju %s %ju", getpid(), (uintmax_t)spot.folder, spot.name,
			(uintmax_t)inode_at(AT_FDCWD, path));
	unlock();
	return code;
}

int close(int fd)
{
	if (recorder.fd >= 0 && fd >= 0 && fd < FDS_MAX)
		recorder.inodes[fd] = 0;
	return (int)syscall(SYS_close, fd);
}

/* The record stays open; a child that shares the memory until it executes changes nothing here. */
int close_range(unsigned first, unsigned last, int flags)
{
	unsigned own = (unsigned)recorder.fd;
	if (recorder.fd < 0 || first > own || last < own)
		return (int)syscall(SYS_close_range, first, last, flags);
	if (first < own && syscall(SYS_close_range, first, own - 1, flags) != 0)
		return -1;
	return (int)syscall(SYS_close_range, own + 1, last, flags);
}

/* ---- contents ---- */

static void wrote(uint64_t inode, const void *bytes, ssize_t size, off_t at)
{
	tell(bytes, (size_t)size, "write %d %ju %jd %zd\n", getpid(), (uintmax_t)inode,
		(intmax_t)at, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	uint64_t inode = inode_of(fd);
	if (inode == 0)
		return syscall(SYS_pwrite64, fd, bytes, size, at);
	lock();
	ssize_t done = syscall(SYS_pwrite64, fd, bytes, size, at);
	if (done > 0)
		wrote(inode, bytes, done, at);
	unlock();
	return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) __attribute__((alias("pwrite")));

static ssize_t write_at_end(int fd, uint64_t inode, const void *bytes, size_t size)
{
	struct stat info;
	lock();
	bool appends = fcntl(fd, F_GETFL) & O_APPEND;
	off_t at = appends && fstat(fd, &info) == 0 ? info.st_size : lseek(fd, 0, SEEK_CUR);
	ssize_t done = syscall(SYS_write, fd, bytes, size);
	if (done > 0)
		wrote(inode, bytes, done, at);
	unlock();
	return done;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	uint64_t inode = inode_of(fd);
	return inode == 0 ? syscall(SYS_write, fd, bytes, size)
			  : write_at_end(fd, inode, bytes, size);
}

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t at)
{
	ssize_t whole = 0;
	if (inode_of(fd) == 0)
		return syscall(SYS_pwritev, fd, parts, n, at, 0);
	for (int i = 0; i < n; i++) {
		ssize_t done = pwrite(fd, parts[i].iov_base, parts[i].iov_len, at + whole);
		if (done < 0)
			return whole > 0 ? whole : done;
		whole += done;
		if ((size_t)done < parts[i].iov_len)
			break;
	}
	return whole;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int n, off_t at)
	__attribute__((alias("pwritev")));

int ftruncate(int fd, off_t size)
{
	lock();
	int code = (int)syscall(SYS_ftruncate, fd, size);
	if (code == 0 && inode_of(fd) != 0)
		tell(NULL, 0, "size %d %ju %jd", getpid(), (uintmax_t)inode_of(fd), (intmax_t)size);
	unlock();
	return code;
}

int ftruncate64(int fd, off_t size) __attribute__((alias("ftruncate")));

int fallocate(int fd, int mode, off_t at, off_t size)
{
	struct stat before, after;
	lock();
	bool is_known = fstat(fd, &before) == 0;
	int code = (int)syscall(SYS_fallocate, fd, mode, at, size);
	if (code == 0 && inode_of(fd) != 0) {
		/* Holes are made by nobody here; to write them down would be another line. */
		if (!is_known || fstat(fd, &after) != 0 || (mode & ~FALLOC_FL_KEEP_SIZE) != 0)
			abort();
		if (after.st_size != before.st_size)
			tell(NULL, 0, "size %d %ju %jd", getpid(), (uintmax_t)inode_of(fd),
				(intmax_t)after.st_size);
	}
	unlock();
	return code;
}

int fallocate64(int fd, int mode, off_t at, off_t size) __attribute__((alias("fallocate")));

int posix_fallocate(int fd, off_t at, off_t size)
{
	int kept = errno, code = fallocate(fd, 0, at, size) == 0 ? 0 : errno;
	errno = kept;
	return code;
}

int posix_fallocate64(int fd, off_t at, off_t size) __attribute__((alias("posix_fallocate")));

/* ---- the disk ---- */

/* Others write meanwhile: their lines come between the two of the sync. */
static int sync_file(long number, int fd)
{
	uint64_t inode = inode_of(fd);
	if (inode == 0)
		return (int)syscall(number, fd);
	unsigned ticket = __atomic_add_fetch(&recorder.ticket, 1, __ATOMIC_RELAXED);
	lock();
	tell(NULL, 0, "sync %d %ju %u", getpid(), (uintmax_t)inode, ticket);
	unlock();
	int code = (int)syscall(number, fd);
	lock();
	if (code == 0)
		tell(NULL, 0, "synced %d %ju %u", getpid(), (uintmax_t)inode, ticket);
	unlock();
	return code;
}

int fsync(int fd)
{
	return sync_file(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return sync_file(SYS_fdatasync, fd);
}

/* ---- names ---- */

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	struct spot old = spot_of(from_fd, from), new = spot_of(to_fd, to);
	lock();
	int code = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
	if (code == 0 && (old.folder != 0 || new.folder != 0))
		tell(NULL, 0, "rename %d %ju %s %ju %s %ju", getpid(), (uintmax_t)old.folder,
			old.name, (uintmax_t) new.folder, new.name, (uintmax_t)inode_at(to_fd, to));
	unlock();
	return code;
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return renameat2(from_fd, from, to_fd, to, 0);
}

int rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	struct spot spot = spot_of(to_fd, to);
	lock();
	int code = (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
	if (code == 0 && spot.folder != 0)
		tell(NULL, 0, "link %d %ju %s %ju", getpid(), (uintmax_t)spot.folder, spot.name,
			(uintmax_t)inode_at(to_fd, to));
	unlock();
	return code;
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int folder_fd, const char *path, int flags)
{
	struct spot spot = spot_of(folder_fd, path);
	lock();
	int code = (int)syscall(SYS_unlinkat, folder_fd, path, flags);
	if (code == 0 && spot.folder != 0)
		tell(NULL, 0, "unlink %d %ju %s", getpid(), (uintmax_t)spot.folder, spot.name);
	unlock();
	return code;
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int folder_fd, const char *path, mode_t mode)
{
	struct spot spot = spot_of(folder_fd, path);
	lock();
	int code = (int)syscall(SYS_mkdirat, folder_fd, path, mode);
	if (code == 0 && spot.folder != 0)
		tell(NULL, 0, "folder %d %ju %s %ju", getpid(), (uintmax_t)spot.folder, spot.name,
			(uintmax_t)inode_at(folder_fd, path));
	unlock();
	return code;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

/* ---- workers ---- */

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	if (recorder.is_worker && recorder.fd >= 0)
		tell(NULL, 0, "wait %d", getpid());
	return (int)syscall(SYS_poll, fds, n, timeout_ms);
}

typedef int spawn_function(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const *argv, char *const *env);

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const *argv, char *const *env)
{
	spawn_function *really = (spawn_function *)dlsym(RTLD_NEXT, "posix_spawn");
	if (recorder.fd < 0 || strcmp(argv[0], "dagd-worker") != 0)
		return really(pid, path, actions, attributes, argv, env);
	char library[PATH_MAX + 16], record[PATH_MAX + 16], folder[PATH_MAX + 16];
	char *recorded[] = {library, record, folder, NULL};
	snprintf(library, sizeof(library), "LD_PRELOAD=%s", recorder.library);
	snprintf(record, sizeof(record), "RECORD=%s", recorder.record);
	snprintf(folder, sizeof(folder), "RECORD_FOLDER=%s", recorder.folder);
	return really(pid, path, actions, attributes, argv, recorded);
}
