import socket

import pytest

from careen.net.connections import refuse_inside
from careen.net.settings import NetSettings


def ended() -> socket.socket:
    """A connection without another side, as one that was reset as soon as it was made."""
    return socket.socket()


def test_a_connection_that_ended_at_once_is_closed():
    made = ended()
    with pytest.raises(OSError, match="not connected"):
        refuse_inside(made, "registry.test", 443, NetSettings(only=("registry.test",)))
    assert made.fileno() == -1


def test_nobody_asks_where_a_connection_leads_if_every_host_is_allowed():
    with ended() as made:
        refuse_inside(made, "registry.test", 443, NetSettings())
        assert made.fileno() >= 0
