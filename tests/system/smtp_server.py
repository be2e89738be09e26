# SPDX-License-Identifier: MIT
"""An SMTP server on loopback that keeps the mails it is given; with TLS and a login where a test wants them."""
import email
import email.policy
import ssl
import subprocess

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def certificate(folder, name="localhost"):
    """A certificate and its key, which is its own authority: (file, key file)."""
    file, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", file], check=True,
                   capture_output=True)
    return file, key


class Mail:
    def __init__(self, envelope):
        self.sender, self.recipients = envelope.mail_from, envelope.rcpt_tos
        self.bytes = envelope.content
        self.message = email.message_from_bytes(envelope.content, policy=email.policy.default)

    def __getitem__(self, name):
        return self.message[name]

    def part(self, kind):
        """The text of the part of this type."""
        for part in self.message.walk():
            if part.get_content_type() == kind and not part.is_attachment():
                return part.get_content().replace("\r\n", "\n")
        return None

    @property
    def attachments(self):
        return {part.get_filename(): part.get_payload(decode=True) for part in self.message.walk()
                if part.is_attachment()}


class SmtpServer:
    """`tls`: None, "starttls" or "ssl". `refuse`: recipients that it does not take."""

    def __init__(self, tls=None, files=None, login=None, refuse=()):
        self.mails, self.login, self.refuse = [], login, refuse
        context = None
        if files:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*files)
        settings = {"hostname": "127.0.0.1", "port": 0}
        if tls == "ssl":
            settings["ssl_context"] = context
        if tls == "starttls":
            settings.update(tls_context=context, require_starttls=True)
        if login:
            settings.update(authenticator=self.authenticate, auth_required=True, auth_require_tls=tls == "starttls")
        self.controller = OnFreePort(self, **settings)

    def authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(Mail(envelope))
        return "250 taken"

    @property
    def port(self):
        return self.controller.port

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


class OnFreePort(Controller):
    """aiosmtpd connects to itself to see that it runs: by then the port is known."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
