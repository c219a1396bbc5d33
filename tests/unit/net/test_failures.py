import ssl

import pytest
from urllib3 import exceptions

from careen.errors import NetworkError, TooManyRequestsError
from careen.net.failures import (
    CertificateError,
    NotAllowedError,
    as_network_error,
    may_help_to_retry,
    proxy_password_missing,
    reason_of,
    retry_after,
    too_many_requests,
)
from careen.net.pace import SlowError, backoff_s
from careen.net.settings import NetSettings

URL = "https://user:secret@registry.example/v2?token=secret"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), (" 5 ", 5.0), ("Thu, 01 Jan 1970 00:01:40 GMT", 60.0), ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
     (None, None), ("", None), ("soon", None), ("-5", None), ("1800000000", 1_799_999_960.0), ("999999999", 999_999_999.0)],
)  # fmt: skip
def test_retry_after(value, seconds):
    assert retry_after(value, 40.0) == seconds


@pytest.mark.parametrize(("after", "hint"), [(None, "later"), (30.4, "in 30 s"), (600, "in 10 minutes")])
def test_too_many_requests(after, hint):
    error = too_many_requests(URL, after)
    assert isinstance(error, TooManyRequestsError)
    assert error.hint == f"try again {hint}"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (SlowError("sends almost nothing", "later"), SlowError, "registry.example sends almost nothing"),
        (exceptions.SSLError(ssl.SSLError(1, "WRONG_VERSION_NUMBER")), NetworkError, "does not use TLS on this port"),
        (
            exceptions.SSLError(ssl.SSLError(1, "EOF occurred in violation")),
            NetworkError,
            "closed the connection during the TLS",
        ),
        (exceptions.SSLError(ssl.SSLError(1, "self-signed certificate")), CertificateError, "is not trusted"),
        (TimeoutError(), NetworkError, "sent nothing for 30 s"),
        (exceptions.DecodeError("x"), NetworkError, "does not have the encoding that it names"),
        (PermissionError(13, "Permission denied"), NotAllowedError, "could not be reached: Permission denied"),
        (OSError(5, "I/O"), NetworkError, "could not be reached: I/O"),
        (
            exceptions.ProxyError("x", OSError("Tunnel connection failed: 407")),
            NetworkError,
            "requires a user name and a password",
        ),
    ],
)
def test_a_failure_names_host_and_reason_and_no_secret(error, kind, words):
    found = as_network_error(error, URL, NetSettings(), "http://proxy.example:3128")
    assert type(found) is kind
    assert words in str(found)
    assert found.hint
    assert "secret" not in str(found) + found.hint


def test_a_broken_connection_counts_what_came():
    assert "broke after 7 bytes" in str(as_network_error(OSError("reset"), URL, NetSettings(), None, 7))


def test_what_may_help_to_retry():
    assert may_help_to_retry(OSError("reset"), 5)
    assert may_help_to_retry(ConnectionRefusedError(), 1)
    assert not may_help_to_retry(ConnectionRefusedError(), 2)
    for error in (NetworkError("x"), ValueError(), exceptions.SSLError(), FileNotFoundError(), PermissionError()):
        assert not may_help_to_retry(error, 1)


def test_a_proxy_without_its_password():
    assert "proxy.example:3128" in str(proxy_password_missing("http://user:secret@proxy.example:3128"))
    assert "secret" not in str(proxy_password_missing("http://user:secret@proxy.example:3128"))


def test_the_innermost_reason_of_a_circle():
    one, other = OSError("a"), OSError("b")
    one.__cause__, other.__cause__ = other, one
    assert reason_of(one) in ("a", "b")


@pytest.mark.parametrize(("attempt", "low", "high"), [(1, 0.25, 0.75), (3, 1.0, 3.0), (99, 4.0, 12.0)])
def test_pauses_grow_to_a_bound(attempt, low, high):
    assert (backoff_s(attempt, 0.0), backoff_s(attempt, 1.0)) == (low, high)
