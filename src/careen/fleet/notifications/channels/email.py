"""A message as e-mail: plain text, and the same as a small HTML page.

Line breaks are removed from every text, and the library's own header and body encoding is applied, so that no name can add
a header or a recipient. The page escapes every text. All tries have the same ``Message-ID``.
**Source:** RFC 5322; RFC 2045 to 2047; RFC 3834 (``Auto-Submitted``).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from typing import Annotated

from msgspec import Meta, Struct

from careen.errors import CredentialsError, Error, NotListedError
from careen.net.mail import MailRefusedError, MailServer, Security

from ..message import Outgoing
from ..shown import Shown, shown
from .posted import SendError

# Only the usual form: no quotes, comments, literals or 8-bit addresses.
ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\Z"
SUBJECT = 200
Address = Annotated[str, Meta(max_length=320, pattern=ADDRESS)]
_POLICY = policy.SMTP.clone(cte_type="7bit")
_CELL = 'style="padding:2px 12px 2px 0;vertical-align:top"'


class MailTarget(Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    sender: Address
    to: Annotated[tuple[Address, ...], Meta(min_length=1, max_length=50)]
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"MailTarget({self.host}:{self.port})"

    @property
    def server(self) -> MailServer:
        return MailServer(self.host, self.port, self.security, self.username, self.password)


# The function that sends: ``careen.net.mail.send_mail`` with the settings of this server.
SendsMail = Callable[[MailServer, str, tuple[str, ...], bytes], None]


def send(outgoing: Outgoing, target: MailTarget, deliver: SendsMail) -> None:
    try:
        deliver(target.server, target.sender, target.to, made(outgoing, target).as_bytes())
    except MailRefusedError as error:
        raise SendError("mail_refused", str(error), lasting=error.lasting) from None
    except CredentialsError as error:
        raise SendError("credentials", str(error)) from None
    except NotListedError as error:
        raise SendError("not_allowed", str(error)) from None
    except Error as error:
        raise SendError("unreachable", str(error)) from None


def made(outgoing: Outgoing, target: MailTarget) -> EmailMessage:
    found = shown(outgoing)
    mail = EmailMessage(_POLICY)
    mail["Subject"] = found.title[:SUBJECT].replace("=?", "= ?")  # the library would decode what looks like encoded
    mail["From"] = formataddr(("Careen", target.sender))
    mail["To"] = ", ".join(target.to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(outgoing.message.at, UTC))
    mail["Message-ID"] = f"<{outgoing.key}@{target.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Careen-Attempt"] = str(outgoing.attempt)
    mail.set_content(found.text() + "\n")
    mail.add_alternative(_page(found), subtype="html")
    return mail


def _page(found: Shown) -> str:
    facts = "".join(
        f"<tr><th {_CELL} align=left>{escape(name)}</th><td {_CELL}>{escape(value)}</td></tr>" for name, value in found.facts
    )
    lines = "".join(f"<li>{_linked(line.text, line.link)}</li>" for line in found.lines)
    rest = "".join(f"<p>{escape(text)}</p>" for text in (found.rest, found.note) if text)
    link = f"<p>{_linked('Open in Careen', found.link)}</p>" if found.link else ""
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif">'
        f"<h2>{escape(found.title)}</h2><table>{facts}</table><ul>{lines}</ul>{rest}{link}</body></html>\n"
    )


def _linked(text: str, link: str) -> str:
    return f'<a href="{escape(link)}">{escape(text)}</a>' if link else escape(text)
