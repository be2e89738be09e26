# SPDX-License-Identifier: MIT
"""Kinds of system calls, as the tracer takes them."""

CHANGES = ("write,writev,pwrite64,pwritev,ftruncate,fallocate,create,mknod,mknodat,mkdir,mkdirat,link,linkat,rename,"
           "renameat,renameat2")
DESCRIPTORS = ("open,openat,socket,socketpair,accept4,pipe2,eventfd2,epoll_create1,pidfd_open,memfd_create,"
               "timerfd_create,signalfd4,inotify_init1")
WAITS = "epoll_wait,epoll_pwait,accept4,read,recvfrom,sendto,connect,poll"
