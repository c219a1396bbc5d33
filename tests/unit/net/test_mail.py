"""Mail through servers that speak TLS or not, refuse, or send without end."""

import pytest
from tests.support.certificates import Authority
from tests.support.mail_server import MailServer as Server

from careen.errors import CredentialsError, NetworkError, NotListedError
from careen.net import CertificateError, NetSettings
from careen.net import mail as mail_module
from careen.net.mail import MailRefusedError, MailServer, send_mail

TEXT = b"Subject: x\r\n\r\n.a line that begins with a dot\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("127.0.0.1")


def sent(server, settings=None, host="127.0.0.1", to=("one@b.test", "two@b.test"), **values):
    values.setdefault("security", "none")
    send_mail(MailServer(host, server.port, **values), "careen@a.test", to, TEXT, settings or NetSettings(timeout_s=5.0))


def test_mail_without_tls_on_this_machine():
    with Server() as server:
        sent(server)
    (mail,) = server.mails
    assert mail["from"].upper().startswith("MAIL FROM:<CAREEN@A.TEST>")
    assert [each.partition("<")[2] for each in mail["to"]] == ["one@b.test>", "two@b.test>"]
    assert mail["data"] == TEXT.replace(b"\r\n.a", b"\r\n..a")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_before_a_password(security, certificate, authority):
    settings = NetSettings(timeout_s=5.0, ca_file=authority.root.cert)
    with Server(**{security: certificate}, password="secret-word") as server:
        sent(server, settings, security=security, username="ada", password="secret-word")
        with pytest.raises(CredentialsError) as found:
            sent(server, settings, security=security, username="ada", password="wrong-word")
    assert len(server.mails) == 1 and "secret-word" not in str(found.value) and "wrong-word" not in str(found.value)
    begun = [line.split(" ")[0] for line in server.commands]
    assert security == "tls" or begun[:3] == ["ehlo", "STARTTLS", "ehlo"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_trusts(security, certificate):
    with Server(**{security: certificate}) as server, pytest.raises(CertificateError):
        sent(server, security=security)
    assert server.mails == []


def test_nothing_is_sent_if_tls_is_not_offered():
    with Server() as server, pytest.raises(NetworkError):
        sent(server, security="starttls")
    assert server.mails == [] and not any(line.startswith("MAIL") for line in server.commands)


@pytest.mark.parametrize(
    ("refuse", "lasting", "arrived"),
    [
        ({"RCPT": "550 no"}, True, 0),
        ({"RCPT": "451 later"}, False, 0),
        ({"DATA": "554 no"}, True, 0),
        ({"MAIL": "451 later"}, False, 0),
        ({"RCPT TO:<ONE": "550 no"}, True, 1),
    ],
)
def test_what_a_server_refuses(refuse, lasting, arrived):
    with Server(refuse=refuse) as server, pytest.raises(MailRefusedError) as found:
        sent(server)
    assert (found.value.lasting, len(server.mails)) == (lasting, arrived) and found.value.some_have_it is bool(arrived)


def test_answers_without_end(monkeypatch):
    monkeypatch.setattr(mail_module, "ANSWER_BYTES", 50_000)
    with Server(flood="EHLO") as server, pytest.raises(NetworkError, match="sends too much"):
        sent(server)


def test_answers_that_come_too_slowly(monkeypatch):
    monkeypatch.setattr(mail_module, "SESSION_S", -1.0)
    with Server() as server, pytest.raises(NetworkError, match="sends too much"):
        sent(server)


@pytest.mark.parametrize("only", [("*",), ("mail.example",), ("*", "172.16.0.0/12")])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "169.254.169.254", "10.0.0.1"])
def test_private_networks_are_refused(only, host):
    with Server() as server:
        with pytest.raises(NotListedError):
            sent(server, NetSettings(only=only), host)
        assert server.commands == []
        sent(server, NetSettings(only=("*", "127.0.0.0/8"), timeout_s=5.0))


def test_the_address_of_the_connection_counts_whatever_a_name_server_answered(monkeypatch):
    monkeypatch.setattr(mail_module, "allowed", lambda *_: "")
    with Server() as server, pytest.raises(NotListedError):
        sent(server, NetSettings(only=("*",), timeout_s=5.0))
    assert server.commands == []


def test_plain_text_stays_on_this_machine():
    for values in ({}, {"username": "ada", "password": "x"}):
        with pytest.raises(NetworkError, match="without TLS"):
            send_mail(MailServer("mail.test", 25, "none", **values), "a@b.test", ("c@d.test",), TEXT, NetSettings())
    listed = NetSettings(plain_http=("*",))
    with pytest.raises(NetworkError, match="password"):
        send_mail(MailServer("mail.test", 25, "none", "ada", "x"), "a@b.test", ("c@d.test",), TEXT, listed)


def test_nobody_listens():
    with Server() as server:
        pass
    with pytest.raises(NetworkError, match="could not be reached"):
        sent(server)
    assert "secret" not in repr(MailServer("mail.test", 25, "none", "ada", "secret"))
