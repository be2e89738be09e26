# SPDX-License-Identifier: MIT
"""The email operator as a program of its own, against a real SMTP server."""
import pytest

from operator_process import CANARY, operate  # noqa: F401
from smtp_server import SmtpServer, certificate


@pytest.fixture
def files(tmp_path):
    return certificate(tmp_path)


@pytest.fixture
def mail(operate):  # noqa: F811
    def send(server, extra=None, connection=None, **arguments):
        given = {"conn_id": "m", "conn_type": "smtp", "host": "localhost", "port": server.port,
                 "extra": {"from_email": "dagd@example.com", "tls": "none", **(extra or {})}, **(connection or {})}
        return operate("email", {"conn_id": given, "to": "me@example.com", "subject": "s", "text": "t", **arguments})
    return send


def test_a_mail_arrives_as_it_was_written(mail):
    with SmtpServer() as server:
        ended = mail(server, to="Ann <ann@example.com>, bob@example.com", cc=["Zoë Müller <zoe@example.com>"],
                     bcc="eve@example.com; mallory@example.com", subject="Bericht für Österreich 🙂 " + "x" * 200,
                     text="line\n.\näöü\n", html_content="<p>" + "long " * 300 + "</p>",
                     custom_headers={"Reply-To": "help@example.com"})
    assert ended.code == 0, ended.log
    one = server.mails[0]
    assert one.sender == "dagd@example.com"
    assert one.recipients == ["ann@example.com", "bob@example.com", "zoe@example.com", "eve@example.com",
                              "mallory@example.com"]
    assert one["From"] == "dagd@example.com"
    assert [(a.display_name, a.addr_spec) for a in one["To"].addresses] == [
        ("Ann", "ann@example.com"), ("", "bob@example.com")]
    assert one["Cc"].addresses[0].display_name == "Zoë Müller"
    assert one["Subject"] == "Bericht für Österreich 🙂 " + "x" * 200
    assert one["Reply-To"] == "help@example.com"
    assert one["Date"].datetime and one["Message-ID"] == ended.value["message_id"]
    assert ended.value["recipients"] == 5
    assert one.part("text/plain") == "line\n.\näöü\n" and one.part("text/html") == "<p>" + "long " * 300 + "</p>"
    assert one["Bcc"] is None and b"eve@" not in one.bytes
    assert max(map(len, one.bytes.splitlines())) < 1000


def test_files_are_attached(mail, tmp_path):
    (tmp_path / "größe.bin").write_bytes(bytes(range(256)) * 50)
    with SmtpServer() as server:
        ended = mail(server, files=[str(tmp_path / "größe.bin")])
        missing = mail(server, files=[str(tmp_path / "nothing")])
    assert ended.code == 0, ended.log
    assert list(server.mails[0].attachments.values()) == [bytes(range(256)) * 50]
    assert missing.code == 1 and 'nothing" cannot be attached: No such file' in missing.last
    assert len(server.mails) == 1


@pytest.mark.parametrize("tls", ["ssl", "starttls"])
def test_a_login_goes_through_tls_only(mail, files, tls):
    login = {"login": "me", "password": CANARY}
    with SmtpServer(tls, files, login=("me", CANARY) if tls == "starttls" else None) as server:
        ended = mail(server, {"tls": tls, "ca_file": str(files[0])}, login)
        assert ended.code == 0, ended.log
        assert len(server.mails) == 1
        untrusted = mail(server, {"tls": tls}, login)
        assert untrusted.code == 1 and "certificate" in untrusted.last
        anyway = mail(server, {"tls": tls, "verify": False}, login)
        assert anyway.code == 0, anyway.log
    assert CANARY not in ended.log + untrusted.log


def test_a_server_without_starttls_gets_neither_login_nor_mail(mail):
    with SmtpServer() as server:
        ended = mail(server, {"tls": "starttls"}, {"login": "me", "password": CANARY})
    assert ended.code == 1 and server.mails == []


def test_a_wrong_password_is_a_sentence(mail, files):
    with SmtpServer("starttls", files, login=("me", "right")) as server:
        ended = mail(server, {"tls": "starttls", "ca_file": str(files[0])}, {"login": "me", "password": CANARY})
    assert ended.code == 1 and "the mail was not sent: " in ended.last and CANARY not in ended.log


def test_when_one_recipient_is_refused_nobody_gets_it(mail):
    with SmtpServer(refuse=["bob@example.com"]) as server:
        ended = mail(server, to=["ann@example.com", "bob@example.com"])
    assert ended.code == 1 and "550" in ended.last and server.mails == []


def test_what_airflow_says_of_tls_is_understood(mail, files):
    with SmtpServer("starttls", files) as server:
        ended = mail(server, {"tls": None, "disable_ssl": True, "ca_file": str(files[0])})
        assert ended.code == 0, ended.log
    with SmtpServer() as server:
        assert mail(server, {"tls": None, "disable_ssl": True, "disable_tls": True}).code == 0


@pytest.mark.parametrize("arguments,sentence", [
    ({"subject": "a\nBcc: eve@example.com"}, "subject: not a text of one line"),
    ({"to": "me@example.com\r\nBcc: eve@example.com"}, "is no address such as"),
    ({"to": "me"}, 'to: "me" is no address'),
    ({"to": ["ann@example.com, bob@example.com"]}, "; several do not go into one item of a list"),
    ({"to": [], "cc": None}, "to: nobody"),
    ({"to": 5}, "to: neither a text nor a list"),
    ({"cc": ["Eve\nX: y <eve@example.com>"]}, "is no address"),
    ({"text": ""}, "the mail is empty"),
    ({"custom_headers": {"X-A": "1\r\nBcc: eve@example.com"}}, "its value is no text of one line"),
    ({"custom_headers": {"Bcc": "eve@example.com"}}, "the operator writes this header itself"),
    ({"custom_headers": {"X A": "1"}}, "it is no name of a header"),
    ({"extra": {"from_email": None}}, "nobody sends it"),
    ({"extra": {"tls": "maybe"}}, '"maybe" is none of ssl, starttls, none'),
    ({"connection": {"host": None}}, "names no host"),
    ({"connection": {"conn_type": "http"}}, 'is of type "http"'),
])
def test_wrong_arguments_fail_for_good(mail, arguments, sentence):
    with SmtpServer() as server:
        ended = mail(server, **arguments)
    assert ended.code == 78 and sentence in ended.last, ended.log
    assert server.mails == []
