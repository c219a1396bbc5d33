"""Sends a message as one POST, and interprets the response. Raises SendError."""

from collections.abc import Mapping

from msgspec import Struct

from careen.errors import Error, NotListedError
from careen.plugins import Fetcher, Response

ANSWER_BYTES = 1 << 20
FOR_GOOD = frozenset((400, 405, 410, 411, 413, 414, 415, 422))  # the same message will not be taken later


class SendError(Exception):
    """Sending failed. ``code`` is for programs. ``lasting``: another try would fail too. The text contains no secret."""

    def __init__(self, code: str, trouble: str, *, lasting: bool = False) -> None:
        super().__init__(trouble)
        self.code, self.trouble, self.lasting = code, trouble, lasting


class Post(Struct, frozen=True):
    """A request to send. ``url`` and ``headers`` may contain secrets, so that its ``repr`` hides them."""

    url: str
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Post({len(self.body)} bytes)"


def post(fetcher: Fetcher, wanted: Post) -> None:
    answer = asked(fetcher, "POST", wanted.url, wanted.headers, wanted.body)
    try:
        if answer.url != wanted.url:
            raise SendError("redirect", "the address redirects to another one: enter that one", lasting=True)
        if not 200 <= answer.status < 300:
            raise refused(answer.status)
    finally:
        answer.close()


def asked(fetcher: Fetcher, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
    """Sends a request, and returns the response, whatever its status. Raises SendError if there is none."""
    try:
        return fetcher.request(url, method=method, headers=headers, body=body)
    except NotListedError as error:
        raise SendError("not_allowed", str(error)) from None
    except Error as error:
        raise SendError("unreachable", str(error)) from None


def refused(status: int) -> SendError:
    return SendError(f"status_{status}", f"the receiver answers {status}", lasting=status in FOR_GOOD)
