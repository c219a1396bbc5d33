"""Mail, read again by Python's own parser: the header has what we put there, and the page escapes every name."""

from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.hostile import NAMES, outgoing

from careen.errors import CredentialsError, NetworkError, NotListedError
from careen.fleet.notifications.channels.email import MailTarget, made, send
from careen.fleet.notifications.channels.posted import SendError
from careen.net.mail import MailRefusedError
from careen.output.escape import visible

TARGET = MailTarget("mail.test", "careen@sender.test", ("one@receiver.test", "two@receiver.test"), password="secret-word")
HEADERS = {
    "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Careen-Attempt", "MIME-Version", "Content-Type",
}  # fmt: skip


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def check(name):
    data = made(outgoing(name), TARGET).as_bytes()
    assert data.isascii() and all(len(line) <= 998 for line in data.split(b"\r\n"))
    mail = message_from_bytes(data, policy=policy.SMTP)
    assert set(mail) == HEADERS
    assert [str(address) for address in mail["To"].addresses] == list(TARGET.to)
    assert mail["From"].addresses[0].addr_spec == TARGET.sender and not mail.defects
    title = visible(name, 300)
    assert " ".join(mail["Subject"].split()) == " ".join(title[:200].replace("=?", "= ?").split())
    plain, page = (part.get_content() for part in mail.iter_parts())
    assert title in plain.replace("\r\n", "\n")
    tags = Tags()
    tags.feed(page)
    assert {tag for tag, _ in tags.found} <= {
        "html", "head", "meta", "body", "h2", "table", "tbody", "tr", "th", "td", "ul", "li", "p", "a",
    }  # fmt: skip
    assert title in tags.text and "secret-word" not in data.decode()
    links = [attributes["href"] for tag, attributes in tags.found if tag == "a"]
    assert links and all(link.startswith("https://careen.test/projects/1") for link in links)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_becomes_a_header_or_markup(name):
    check(name)


@given(st.text(min_size=1, max_size=400))
@settings(max_examples=100)
def test_nor_does_any_other(name):
    check(name)


def test_all_tries_have_one_id():
    first, second = made(outgoing("x", 1), TARGET), made(outgoing("x", 2), TARGET)
    assert first["Message-ID"] == second["Message-ID"] == f"<{'0123456789abcdef' * 2}@sender.test>"
    assert (first["X-Careen-Attempt"], second["X-Careen-Attempt"]) == ("1", "2")
    assert "sent before" in second.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("error", "code", "lasting"),
    [
        (MailRefusedError("550", lasting=True), "mail_refused", True),
        (MailRefusedError("451", lasting=False), "mail_refused", False),
        (CredentialsError("no"), "credentials", False),
        (NotListedError("inside"), "not_allowed", False),
        (NetworkError("away"), "unreachable", False),
    ],
)
def test_failures(error, code, lasting):
    def deliver(*_):
        raise error

    with pytest.raises(SendError) as found:
        send(outgoing("x"), TARGET, deliver)
    assert (found.value.code, found.value.lasting) == (code, lasting)


def test_what_is_sent():
    sent = []
    send(outgoing("x"), TARGET, lambda *given: sent.append(given))
    ((server, sender, recipients, _),) = sent
    assert (server.host, sender, recipients) == ("mail.test", TARGET.sender, TARGET.to)
    assert "secret-word" not in repr(server) + repr(TARGET)
