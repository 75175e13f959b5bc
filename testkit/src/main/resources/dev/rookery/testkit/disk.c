/*
 * A disk between a program and the kernel, to be preloaded. It writes a journal of all that happens
 * to some files of one folder, and of what the program says on its standard output, in the order in
 * which it happened; and it fails syncs. Who has the journal can tell what a power cut would have
 * left at any moment, and what had been said by then.
 *
 *   DISK_FOLDER   the folder, as the program calls it
 *   DISK_FILES    the names of the files in it, each between colons
 *   DISK_JOURNAL  the journal
 *   DISK_FAULT    FILE ERROR FIRST LAST: the syncs of this file from the FIRST to the LAST are not done,
 *                 and answered with this error number, or with success where it is 0
 *
 * A record: kind, length of the name, offset, length of the data; name; data. A write that the
 * program does through a mapping of a file is not seen, so a file of shared memory is none to watch.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096, NAME = 64 };

struct record {
  int32_t kind;
  int32_t name;
  int64_t offset;
  int64_t data;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static const char *files;
static int journal = -1;
static char fault_file[NAME];
static int fault_error;
static long fault_first;
static long fault_last = -1;
static long syncs;

/* The name under which each descriptor's file is watched; "." for the folder itself. */
static char names[DESCRIPTORS][NAME];

/* A copy: some programs write their title over their environment. */
static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? NULL : strdup(value);
}

__attribute__((constructor)) static void begin(void) {
  folder = setting("DISK_FOLDER");
  files = setting("DISK_FILES");
  const char *path = getenv("DISK_JOURNAL");
  const char *fault = getenv("DISK_FAULT");
  if (fault != NULL
      && sscanf(fault, "%63s %d %ld %ld", fault_file, &fault_error, &fault_first, &fault_last) != 4) {
    _exit(3);
  }
  if (folder != NULL && files != NULL && path != NULL) {
    journal = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
}

static void note(char kind, const char *name, int64_t offset, const void *data, size_t length) {
  struct record record = {kind, (int32_t)strlen(name), offset, (int64_t)length};
  struct iovec parts[] = {
      {&record, sizeof record}, {(void *)name, strlen(name)}, {(void *)data, length}};
  int before = errno;
  if (syscall(SYS_writev, journal, parts, 3) != (long)(sizeof record + strlen(name) + length)) {
    _exit(4);
  }
  errno = before;
}

/* The name of a path that is watched, and an empty one of any other. */
static void watched(const char *path, char *name) {
  name[0] = 0;
  size_t length = journal < 0 ? 0 : strlen(folder);
  if (length == 0 || strncmp(path, folder, length) != 0) {
    return;
  }
  if (path[length] == 0) {
    strcpy(name, ".");
  } else if (path[length] == '/' && strlen(path + length) < NAME - 2) {
    char wanted[NAME];
    snprintf(wanted, NAME, ":%s:", path + length + 1);
    if (strstr(files, wanted) != NULL) {
      strcpy(name, path + length + 1);
    }
  }
}

static const char *name_of(int descriptor) {
  return descriptor >= 0 && descriptor < DESCRIPTORS ? names[descriptor] : "";
}

static int opened(int at, const char *path, int flags, mode_t mode) {
  char name[NAME];
  watched(path, name);
  pthread_mutex_lock(&lock);
  int fresh = name[0] && (flags & O_CREAT) && syscall(SYS_faccessat, at, path, F_OK) != 0;
  int descriptor = syscall(SYS_openat, at, path, flags, mode);
  if (descriptor >= 0 && descriptor < DESCRIPTORS) {
    strcpy(names[descriptor], name);
    if (fresh) {
      note('C', name, 0, "", 0);
    } else if (name[0] && (flags & O_TRUNC)) {
      note('T', name, 0, "", 0);
    }
  }
  pthread_mutex_unlock(&lock);
  return descriptor;
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(at, path, flags, mode);
}

int close(int descriptor) {
  pthread_mutex_lock(&lock);
  if (name_of(descriptor)[0]) {
    names[descriptor][0] = 0;
  }
  int answer = syscall(SYS_close, descriptor);
  pthread_mutex_unlock(&lock);
  return answer;
}

static ssize_t written(int descriptor, const void *data, size_t length, off_t offset) {
  ssize_t count = syscall(SYS_pwrite64, descriptor, data, length, offset);
  if (count > 0) {
    note('W', name_of(descriptor), offset, data, count);
  }
  return count;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
  if (name_of(descriptor)[0] == 0) {
    return syscall(SYS_pwrite64, descriptor, data, length, offset);
  }
  pthread_mutex_lock(&lock);
  ssize_t count = written(descriptor, data, length, offset);
  pthread_mutex_unlock(&lock);
  return count;
}

ssize_t write(int descriptor, const void *data, size_t length) {
  if (descriptor == STDOUT_FILENO && journal >= 0) {
    pthread_mutex_lock(&lock);
    note('O', "", 0, data, length);
    pthread_mutex_unlock(&lock);
  }
  if (name_of(descriptor)[0] == 0) {
    return syscall(SYS_write, descriptor, data, length);
  }
  pthread_mutex_lock(&lock);
  int appends = fcntl(descriptor, F_GETFL) & O_APPEND;
  off_t offset = lseek(descriptor, 0, appends ? SEEK_END : SEEK_CUR);
  ssize_t count = written(descriptor, data, length, offset);
  if (count > 0) {
    lseek(descriptor, offset + count, SEEK_SET);
  }
  pthread_mutex_unlock(&lock);
  return count;
}

int ftruncate(int descriptor, off_t length) {
  pthread_mutex_lock(&lock);
  int answer = syscall(SYS_ftruncate, descriptor, length);
  if (answer == 0 && name_of(descriptor)[0]) {
    note('T', name_of(descriptor), length, "", 0);
  }
  pthread_mutex_unlock(&lock);
  return answer;
}

static int synced(int descriptor, long call) {
  const char *name = name_of(descriptor);
  if (name[0] == 0) {
    return syscall(call, descriptor);
  }
  pthread_mutex_lock(&lock);
  int concerned = strcmp(name, fault_file) == 0;
  syncs += concerned;
  int answer = 0;
  if (concerned && syncs >= fault_first && syncs <= fault_last) {
    note('F', name, 0, "", 0);
    errno = fault_error;
    answer = fault_error == 0 ? 0 : -1;
  } else {
    answer = syscall(call, descriptor);
    if (answer == 0) {
      note('S', name, 0, "", 0);
    }
  }
  pthread_mutex_unlock(&lock);
  return answer;
}

int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }

int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int unlink(const char *path) {
  char name[NAME];
  watched(path, name);
  pthread_mutex_lock(&lock);
  int answer = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (answer == 0 && name[0]) {
    note('U', name, 0, "", 0);
  }
  pthread_mutex_unlock(&lock);
  return answer;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int at, const char *path, int flags, ...) __attribute__((alias("openat")));
ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
    __attribute__((alias("pwrite")));
int ftruncate64(int descriptor, off64_t length) __attribute__((alias("ftruncate")));
