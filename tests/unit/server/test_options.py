import pytest

from careen.errors import UsageError
from careen.server.options import ServerOptions, refuse_open


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "127.1.2.3:80"])
def test_this_machine_needs_no_encryption(listen):
    refuse_open(listen, tls=False, behind_proxy=False)


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "10.0.0.1:80", "careen.example:443", "[::]:8080", ":8080"])
def test_other_machines_need_it(listen):
    with pytest.raises(UsageError, match="nothing encrypts it"):
        refuse_open(listen, tls=False, behind_proxy=False)
    refuse_open(listen, tls=True, behind_proxy=False)
    refuse_open(listen, tls=False, behind_proxy=True)


def test_cookies_are_for_tls_alone_if_browsers_use_it():
    assert ServerOptions(public="https://careen.example").secure
    assert not ServerOptions().secure
