# SPDX-License-Identifier: MIT
"""Tasks of the main job that are held in the middle of what they do, until the test lets them go on."""
import contextlib
import threading

import pytest

from daemon import wait_until
from tcp_proxy import HoldAnswer, TcpProxy


class Held:
    """A task of the main job that is held in the middle: it has asked its server, and the answer is kept from it."""

    def __init__(self, stack, workflow, task_id):
        self.workflow, self.may_go_on, self.held = workflow, threading.Event(), threading.Event()
        stack.callback(self.may_go_on.set)
        self.variables = {}
        if task_id == "restore_postgres_dump":
            self.lock = stack.enter_context(contextlib.ExitStack())
            self.wait = self.lock.enter_context(workflow.held())
            self.let_go = self.lock.close
            return
        self.wait = lambda: wait_until(self.held.is_set, f"{task_id} is held")
        self.let_go = self.may_go_on.set
        text, server = {
            "find_latest_postgres_dump": (b"zemzem%2Fpostgres%2F", "S3_PORT"),
            "find_latest_mongodb_dump": (b"zemzem%2Fmongodb%2F", "S3_PORT"),
            "restore_mongodb_dump": (b"insert\0", "MONGODB_PORT"),
            "process_mongodb_data": (b"aggregate\0", "MONGODB_PORT"),
        }[task_id]
        port = workflow.s3[server] if server == "S3_PORT" else workflow.mongo[server]
        proxy = stack.enter_context(TcpProxy(
            int(port), lambda number: HoldAnswer(text, self.held, self.may_go_on)))
        if server == "S3_PORT":
            workflow.daemon.environment["AWS_ENDPOINT_URL"] = proxy.url
        else:
            self.variables["MONGODB_PORT"] = proxy.port


@pytest.fixture
def hold(workflow):
    """hold(task_id): the task will be held when its turn comes."""
    with contextlib.ExitStack() as stack:
        yield lambda task_id: Held(stack, workflow, task_id)
