# SPDX-License-Identifier: MIT
"""How long dagd takes to answer, all the time: what holds its loop up shows here."""
import threading
import time

from daemon import Connection


class Pulse(threading.Thread):
    """Asks whether dagd is well, each time some milliseconds after the answer."""

    def __init__(self, dagd, pause_s=0.002):
        super().__init__(daemon=True)
        self.connection = Connection(dagd.socket_path)
        self.pause_s, self.is_over, self.times_s = pause_s, False, []
        self.start()

    def run(self):
        while not self.is_over:
            began = time.monotonic()
            self.connection.request("GET", "/api/v2/monitor/health")
            self.connection.getresponse().read()
            self.times_s.append(time.monotonic() - began)
            time.sleep(self.pause_s)

    def stop(self):
        """How long each answer took."""
        self.is_over = True
        self.join()
        self.connection.close()
        return self.times_s
