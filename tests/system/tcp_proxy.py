# SPDX-License-Identifier: MIT
"""A TCP proxy that spoils connections on purpose: it cuts them, or changes a byte."""
import socket
import threading


class Spoiler:
    """What happens to one connection; override what is needed."""

    is_over = False  # it is cut once what was returned last is passed on

    def to_client(self, data):
        """The bytes to pass on, or None to cut."""
        return data

    def to_server(self, data):
        return data


class CutAfter(Spoiler):
    """Passes on so many bytes of the answers, then cuts; calls `then` at that moment."""

    def __init__(self, left, then=None):
        self.left, self.then = left, then

    def to_client(self, data):
        if len(data) <= self.left:
            self.left -= len(data)
            return data
        data, self.left, self.is_over = data[:self.left], 0, True
        if self.then:
            self.then()
            self.then = None
        return data or None


class CutRequest(Spoiler):
    """Cuts when the text is in what the client sends."""

    def __init__(self, text):
        self.text = text

    def to_server(self, data):
        return None if self.text in data else data


class CutFrom(Spoiler):
    """Given to all connections: cuts the one that sends the text, and from then on each."""

    def __init__(self, text):
        self.text, self.is_cut = text, False

    def to_server(self, data):
        self.is_cut = self.is_cut or self.text in data
        return None if self.is_cut else data


class FlipByte(Spoiler):
    """Changes one byte of the answers, counted from their first one."""

    def __init__(self, at):
        self.at = at

    def to_client(self, data):
        if 0 <= self.at < len(data):
            data = data[:self.at] + bytes([data[self.at] ^ 1]) + data[self.at + 1:]
        self.at -= len(data)
        return data


class StopAfter(Spoiler):
    """Passes on so many bytes of the answers, says so, and holds back the rest."""

    def __init__(self, left, reached):
        self.left, self.reached = left, reached

    def to_client(self, data):
        self.left -= len(data)
        if self.left <= 0:
            self.reached.set()
        return data if self.left > 0 else b""


class HoldAnswer(Spoiler):
    """Once the client has sent the text, holds back the answer, says so, and waits until it may go on."""

    def __init__(self, text, held, may_go_on):
        self.text, self.held, self.may_go_on = text, held, may_go_on
        self.sent, self.is_asked = b"", False

    def to_server(self, data):
        self.sent = self.sent[-len(self.text):] + data
        self.is_asked = self.is_asked or self.text in self.sent
        return data

    def to_client(self, data):
        if self.is_asked:
            self.held.set()
            self.may_go_on.wait()
        return data


class TcpProxy:
    """`spoilers` is asked for each new connection, in their order: spoilers(number) -> Spoiler."""

    def __init__(self, port, spoilers):
        self.target, self.spoilers, self.sent = port, spoilers, []
        self.n_connections, self.sockets = 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % self.port
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def requests(self, word):
        """How many of the requests so far contain it."""
        return b"".join(self.sent).count(word)

    def cut(self):
        """Cuts all connections that there are."""
        for one in self.sockets:
            shut(one)

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()  # the server is away
                continue
            spoiler = self.spoilers(self.n_connections)
            self.n_connections += 1
            pair = (client, server)
            self.sockets += pair
            threading.Thread(target=self.pump, daemon=True,
                             args=(client, server, spoiler.to_server, pair, True)).start()
            threading.Thread(target=self.pump, daemon=True,
                             args=(server, client, spoiler.to_client, pair, False)).start()

    def pump(self, source, sink, change, pair, is_request):
        try:
            while data := source.recv(65536):
                if is_request:
                    self.sent.append(data)
                data = change(data)
                if data is None:
                    break
                sink.sendall(data)
                if change.__self__.is_over:
                    break
        except OSError:
            pass
        for one in pair:
            shut(one)


def shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
