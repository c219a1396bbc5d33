import socket

import pytest

from careen.errors import NetworkError
from careen.net.addresses import check_step, inwardness, is_loopback, proxy_for

PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:5000", "a.localhost", "127.0.0.1", "127.1.2.3:80", "[::1]:5000", "::1"]
)
def test_loopback(host):
    assert is_loopback(host)
    assert proxy_for(f"https://{host}/" if host != "::1" else "https://[::1]/", PROXY) is None


@pytest.mark.parametrize("host", ["localhost.example.test", "10.0.0.1", "128.0.0.1", "example.test:5000", "[::2]"])
def test_not_loopback(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://a.test/", {}, None),
        ("https://a.test/", {"https_proxy": "http://one", "HTTPS_PROXY": "http://two"}, "http://one"),
        ("https://a.test/", {"HTTP_PROXY": "http://one"}, None),
        ("http://a.test/", {"HTTP_PROXY": "http://one"}, "http://one"),
        ("http://a.test/", {"HTTP_PROXY": "http://one", "REQUEST_METHOD": "GET"}, None),
        ("http://a.test/", {"HTTPS_PROXY": "http://one"}, None),
        ("https://a.test/", {"ALL_PROXY": "one:8080"}, "http://one:8080"),
        ("https://a.test/", {"HTTPS_PROXY": ""}, None),
    ],
)
def test_proxies(url, environ, proxy):
    assert proxy_for(url, environ) == proxy


@pytest.mark.parametrize(
    ("exempt", "url", "direct"),
    [
        ("*", "https://a.test/", True),
        ("a.test", "https://a.test/", True),
        ("a.test", "https://sub.a.test/", True),
        (".a.test", "https://sub.a.test/", True),
        ("*.a.test", "https://sub.a.test/", True),
        ("a.test", "https://nota.test/", False),
        ("a.test:8443", "https://a.test/", False),
        ("a.test:443", "https://a.test/", True),
        ("b.test, A.TEST ", "https://a.test/", True),
        ("10.0.0.0/8", "https://10.1.2.3:5000/", True),
        ("10.0.0.0/8", "https://11.1.2.3/", False),
        ("192.168.1.7", "https://192.168.1.7/", True),
        ("fd00::/8", "https://[fd00::1]:5000/", True),
        ("", "https://a.test/", False),
    ],
)
def test_no_proxy(exempt, url, direct):
    for name in ("NO_PROXY", "no_proxy"):
        assert (proxy_for(url, {**PROXY, name: exempt}) is None) == direct


@pytest.mark.parametrize(
    ("host", "depth"),
    [
        ("93.184.216.34", 0),
        ("93.184.216.34:443", 0),
        ("10.1.2.3", 1),
        ("[fd00::1]:443", 1),
        ("100.64.0.1", 1),
        ("127.0.0.1:80", 2),
        ("localhost", 2),
        ("0.0.0.0", 2),
        ("169.254.169.254", 3),
        ("[fe80::1]", 3),
        ("[::ffff:10.0.0.1]", 1),
        ("2852039166", 3),  # 169.254.169.254 in the forms of inet_aton
        ("0xa9.0xfe.0xa9fe:80", 3),
        ("127.1", 2),
        ("[64:ff9b::a9fe:a9fe]", 3),
        ("[2002:a9fe:a9fe::1]", 3),
        ("[fd00:ec2::254]", 3),
        ("168.63.129.16", 3),
        ("3com.example", 0),
    ],
)
def test_how_far_inside_a_network_an_address_lies(host, depth):
    assert inwardness(host, resolve=False) == depth


def step(source, target):
    check_step(source, target, "redirects", {})


def test_a_public_host_does_not_lead_into_a_private_network(monkeypatch):
    known = {"registry.example.test": "93.184.216.34", "inside.example.test": "10.0.0.5"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda name, *a, **k: [(0, 0, 0, "", (known[name], 0))])
    with pytest.raises(NetworkError, match="into a private network"):
        step("https://registry.example.test/", "https://inside.example.test/")
    with pytest.raises(NetworkError, match="into a private network"):
        step("https://inside.example.test/", "https://127.0.0.1/")
    step("https://inside.example.test/", "https://registry.example.test/")
    step("https://inside.example.test/", "https://inside.example.test:8443/")


def test_no_step_from_tls_to_plain_http():
    with pytest.raises(NetworkError, match="redirects to plain HTTP"):
        step("https://93.184.216.34/", "http://93.184.216.35/")
