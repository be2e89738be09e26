# SPDX-License-Identifier: MIT
"""What the fakes of AWS's services share: they answer right, unless a test has put something else in the way."""
import threading
import time


def instant(expires_in):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + expires_in))


class Fake:
    """For an HttpScript. `wrong` has by stage one answer for good, or a list of answers to give first."""

    def __init__(self, keys, /, expires_in=3600, **wrong):
        self.keys, self.expires_in, self.wrong = keys, expires_in, wrong
        self.turn = threading.Lock()

    def stage(self, request):
        raise NotImplementedError

    def right(self, stage, request):
        raise NotImplementedError

    def __call__(self, request):
        stage = self.stage(request)
        with self.turn:
            said = self.wrong.get(stage)
            if isinstance(said, list):
                said = said.pop(0) if said else None
        if callable(said):
            said = said(request)
        return said or self.right(stage, request)
