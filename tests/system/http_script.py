# SPDX-License-Identifier: MIT
"""An HTTP server on loopback whose answers a test writes, and which remembers what it was asked."""
import http.server
import ssl
import threading


class Answer:
    def __init__(self, status=200, body=b"", headers=()):
        self.status, self.headers = status, dict(headers)
        self.body = body.encode() if isinstance(body, str) else body


class HttpScript:
    """`answer(request)` -> Answer, by TLS with a `certificate`; a request has command, path, asked (headers, names in
    lower case), body, number."""

    def __init__(self, answer, certificate=None):
        script = self
        self.requests, self.bodies = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.number = len(script.requests)
                self.asked = {name.lower(): value for name, value in self.headers.items()}
                script.requests.append((self.command, self.path, self.asked))
                script.bodies.append(body)
                self.body = body
                said = answer(self)
                try:
                    self.say(said)
                except ConnectionError:  # who asked has left
                    self.close_connection = True

            def say(self, said):
                self.send_response_only(said.status)
                for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(said.body)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = do_CONNECT = respond

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = "http%s://127.0.0.1:%d" % ("s" if certificate else "", self.server.server_port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
