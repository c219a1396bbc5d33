"""Who calls behind a proxy."""

import asyncio

import pytest
from starlette.testclient import TestClient
from tests.support.service import ADDRESS, PASSWORD, Service

from careen.server.limits import FAILURES
from careen.server.proxied import Proxied


def seen(*headers, client=("10.0.0.9", 5000)):
    found = {}

    async def app(scope, receive, send):
        found.update(scope)

    scope = {"type": "http", "headers": list(headers), "client": client, "scheme": "http"}
    asyncio.run(Proxied(app)(scope, None, None))
    return found["client"][0], found["scheme"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], ("10.0.0.9", "http")),
        ([(b"x-forwarded-for", b"192.0.2.1")], ("192.0.2.1", "http")),
        ([(b"x-forwarded-for", b"203.0.113.7, 192.0.2.1")], ("192.0.2.1", "http")),
        ([(b"x-forwarded-for", b"203.0.113.7"), (b"x-forwarded-for", b"2001:db8::1")], ("2001:db8::1", "http")),
        ([(b"x-forwarded-for", b"192.0.2.1, unknown")], ("10.0.0.9", "http")),
        ([(b"x-forwarded-proto", b"https")], ("10.0.0.9", "https")),
        ([(b"x-forwarded-proto", b"file")], ("10.0.0.9", "http")),
    ],
)
def test_the_last_address_is_that_of_the_caller(headers, expected):
    assert seen(*headers) == expected


def test_one_who_guesses_does_not_lock_out_the_others(tmp_path):
    service = Service(tmp_path)
    client = TestClient(Proxied(service.app), base_url=ADDRESS)
    wrong, right = ({"name": service.admin, "password": word} for word in ("wrong", PASSWORD))

    def log_in(body, address):
        return client.post("/api/v1/session", json=body, headers={"X-Forwarded-For": f"203.0.113.1, {address}"}).status_code

    for _ in range(FAILURES):
        assert log_in(wrong, "192.0.2.1") == 401
    assert log_in(right, "192.0.2.1") == 429
    assert log_in(right, "192.0.2.2") == 200
    service.fleet.engine.dispose()
