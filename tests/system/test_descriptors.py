# SPDX-License-Identifier: MIT
"""dagd gets no more descriptors: what it cannot do now it does once it gets some."""
import contextlib
import os
import resource

from daemon import UnixConnection


@contextlib.contextmanager
def no_descriptor_left(daemon):
    """All that dagd has open stays open; it gets nothing more."""
    pid = daemon.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = set(map(int, os.listdir(f"/proc/{pid}/fd")))
    first_free = min(set(range(len(used) + 1)) - used)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (first_free, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


class Client:
    """A connection that stays, and asks several times."""

    def __init__(self, daemon):
        self.connection = UnixConnection(daemon.socket, timeout_s=10)

    def ask(self):
        self.connection.request("GET", "/api/v2/version")

    def is_answered(self):
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200


def test_a_client_that_could_not_be_accepted_is_answered_as_soon_as_it_can_be(dagd):
    early, late = Client(dagd), Client(dagd)
    early.ask()
    assert early.is_answered()
    with no_descriptor_left(dagd):
        late.ask()
        for _ in range(2):  # the second of its turns began when the other client was there
            early.ask()
            assert early.is_answered()
    assert late.is_answered()
