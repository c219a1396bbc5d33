import contextlib
import gzip
import itertools
import logging
import socket
import threading
import time

import pytest
from tests.support.certificates import Authority
from tests.support.servers import Answer, Proxy, Server, free_port

from careen.errors import NetworkError, TooManyRequestsError
from careen.net import NetSettings, SlowError, make_fetcher
from careen.net.addresses import check_step, unix_url
from careen.net.settings import USER_AGENT


@pytest.fixture
def fetch():
    """``fetch(url, …)`` with a fetcher of the given settings; ``fetch.slept`` is what it would have waited."""
    made = []

    def call(url, environ=None, method="GET", headers=None, body=None, **settings):
        fetcher = make_fetcher(NetSettings(**settings), environ=environ or {}, sleep=call.slept.append, jitter=lambda: 0.5)
        made.append(fetcher)
        response = fetcher.request(url, method=method, headers=headers, body=body)
        return response, response.read()

    call.slept = []
    yield call
    for fetcher in made:
        fetcher.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("127.0.0.1", "localhost", "registry.example.test")


def sequence(*answers):
    """The answers one after the other; the last one for ever."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_of_any_status_is_given_back(fetch):
    with Server(lambda request: Answer(404, b"nothing here", {"X-Reason": "gone"})) as server:
        response, body = fetch(f"{server.url}/a?b=c")
    assert (response.status, body, response.headers["x-reason"]) == (404, b"nothing here", "gone")
    assert server.requests[0].path == "/a?b=c"
    assert server.requests[0].headers["user-agent"] == USER_AGENT
    assert fetch.slept == []


def test_a_body_is_read_in_parts():
    data = bytes(range(256)) * 1000
    with Server(lambda request: Answer(body=data)) as server, make_fetcher(environ={}) as fetcher:
        response = fetcher.request(server.url)
        parts = [response.read(1000) for _ in range(3)] + [response.read()]
    assert [len(part) for part in parts] == [1000, 1000, 1000, len(data) - 3000]
    assert b"".join(parts) == data


def test_head_has_no_body_and_post_has_one(fetch):
    with Server(lambda request: Answer(body=b"12345")) as server:
        response, body = fetch(server.url, method="HEAD")
        assert (body, response.headers["content-length"]) == (b"", "5")
        fetch(server.url, method="POST", body=b"a=1")
    assert server.requests[1].body == b"a=1"


def test_content_coding_is_undone_unless_it_was_asked_for(fetch):
    packed = gzip.compress(b"text")
    with Server(lambda request: Answer(body=packed, headers={"Content-Encoding": "gzip"})) as server:
        assert fetch(server.url)[1] == b"text"
        assert fetch(server.url, headers={"Accept-Encoding": "identity"})[1] == packed


def test_a_body_over_the_limit_is_not_read_to_its_end(fetch):
    with Server(lambda request: Answer(body=b"x" * 5000)) as server, pytest.raises(NetworkError, match="more than 1000"):
        fetch(server.url, max_body_bytes=1000)


def test_one_fetcher_serves_many_threads():
    with Server(lambda request: Answer(body=request.path.encode())) as server, make_fetcher(environ={}) as fetcher:
        found = {}

        def ask(number):
            found[number] = fetcher.request(f"{server.url}/{number}").read()

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {number: f"/{number}".encode() for number in range(8)}


# --- redirects --------------------------------------------------------------------------------------------------------


def test_credentials_stay_with_the_host_they_are_for(fetch):
    with Server(lambda request: Answer(body=b"blob")) as other:
        answers = {"/start": "/next", "/next": f"{other.url}/blob?signature=1"}
        with Server(lambda request: Answer(307, headers={"Location": answers[request.path]})) as server:
            sent = {"Authorization": "Bearer secret", "apiKey": "secret", "Cookie": "a=b", "Range": "bytes=1-"}
            response, body = fetch(f"{server.url}/start", headers=sent)
    assert body == b"blob"
    assert response.url == f"{other.url}/blob?signature=1"
    assert [request.headers.get("authorization") for request in server.requests] == ["Bearer secret"] * 2
    assert other.requests[0].headers.get("authorization") is None
    assert other.requests[0].headers.get("apikey") is None
    assert other.requests[0].headers.get("cookie") is None
    assert other.requests[0].headers["range"] == "bytes=1-"


def test_another_name_of_the_same_machine_is_another_host(fetch):
    def respond(request):
        if request.path == "/start":
            return Answer(302, headers={"Location": f"http://localhost:{server.port}/end"})
        return Answer()

    with Server(respond) as server:
        fetch(f"{server.url}/start", headers={"authorization": "Basic x"})
    assert "authorization" not in server.requests[1].headers


def test_a_form_is_not_sent_again_after_see_other(fetch):
    with Server(lambda request: Answer(303, headers={"Location": "/b"}) if request.path == "/a" else Answer()) as server:
        fetch(f"{server.url}/a", method="POST", body=b"x")
    assert [(request.method, request.body) for request in server.requests] == [("POST", b"x"), ("GET", b"")]


def test_redirects_without_end(fetch):
    with (
        Server(lambda request: Answer(302, headers={"Location": "/again"})) as server,
        pytest.raises(NetworkError, match="without end"),
    ):
        fetch(server.url)
    assert len(server.requests) < 12


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x", "file:///etc/passwd", "http://[", "http+unix://%2Frun%2Fd.sock/x"])
def test_redirects_lead_to_the_web_only(fetch, location):
    with (
        Server(lambda request: Answer(302, headers={"Location": location})) as server,
        pytest.raises(NetworkError, match=r"not an address|redirects"),
    ):
        fetch(server.url)


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data", "https://[fe80::1]/", "https://[::ffff:169.254.169.254]/"]
)
def test_no_redirect_reaches_the_metadata_of_a_cloud(fetch, target):
    with (
        Server(lambda request: Answer(302, headers={"Location": target})) as server,
        pytest.raises(NetworkError, match="into a private network"),
    ):
        fetch(server.url, plain_http=("*",))


PUBLIC = "https://93.184.216.34/blob"


@pytest.mark.parametrize("inside", ["10.0.0.5", "10.0.0.5:443", "10.0.0.0/8", "*", "fd00::/8"])
def test_a_private_network_that_was_listed(inside):
    target = "https://[fd00::5]/blob" if ":/" in inside or "::" in inside else "https://10.0.0.5:443/blob"
    check_step(PUBLIC, target, "redirects", {}, (inside,))
    with pytest.raises(NetworkError, match="private network") as caught:
        check_step(PUBLIC, target, "redirects", {}, ("10.1.0.0/16", "example.test", "*.example.test"))
    assert "--private-hosts" in caught.value.hint


def test_a_listed_name_and_all_of_its_addresses(monkeypatch):
    found = ["10.0.0.5", "192.168.0.5"]
    monkeypatch.setattr(
        "careen.net.addresses._addresses", lambda name, resolve: found if "blobs" in name else ["93.184.216.34"]
    )
    for inside in (("blobs.example.test",), ("*.example.test",), ("10.0.0.0/8", "192.168.0.0/16")):
        check_step(PUBLIC, "https://blobs.example.test/x", "redirects", {}, inside)
    for inside in (("10.0.0.0/8",), ("*.other.test",), ("example.test",)):
        with pytest.raises(NetworkError, match="private network"):
            check_step(PUBLIC, "https://blobs.example.test/x", "redirects", {}, inside)


@pytest.mark.parametrize(
    "target", ["https://127.0.0.1/x", "https://localhost/x", "https://169.254.169.254/x", "https://100.100.100.200/"]
)
def test_no_list_opens_the_way_to_this_machine_or_to_a_clouds_credentials(target):
    with pytest.raises(NetworkError, match="private network"):
        check_step(PUBLIC, target, "redirects", {}, ("*", "0.0.0.0/0", "127.0.0.1", "localhost", "169.254.169.254"))


def test_redirects_lead_into_a_listed_network(fetch, monkeypatch):
    with Server(lambda request: Answer(body=b"blob")) as blobs:
        there = Answer(302, headers={"Location": f"http://localhost:{blobs.port}/b"})
        depths = {"localhost": 1, "127.0.0.1": 0}
        monkeypatch.setattr("careen.net.addresses.inwardness", lambda host, resolve: depths[host.partition(":")[0]])
        with Server(lambda request: there) as server:
            with pytest.raises(NetworkError, match="private network"):
                fetch(server.url)
            assert fetch(server.url, inside=("localhost",))[1] == b"blob"


def test_a_form_is_not_sent_on_to_another_host(fetch):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with Server(lambda request: Answer()) as other:
        there = Answer(307, headers={"Location": other.url})
        with Server(lambda request: there) as server:
            with pytest.raises(NetworkError, match="redirects a form"):
                fetch(server.url, method="POST", headers=form, body=b"refresh_token=s3cret")
            fetch(server.url, method="PUT", body=b"a blob")  # storage of registries is elsewhere
        assert [request.body for request in other.requests] == [b"a blob"]


# --- another try ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_with_growing_pauses(fetch, status):
    with Server(sequence(Answer(status), Answer(status), Answer(body=b"there"))) as server:
        response, body = fetch(server.url)
    assert (response.status, body) == (200, b"there")
    assert fetch.slept == [0.5, 1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
def test_what_will_not_pass_is_asked_once(fetch, status):
    with Server(lambda request: Answer(status)) as server:
        assert fetch(server.url)[0].status == status
    assert len(server.requests) == 1


def test_the_last_answer_is_given_back(fetch):
    with Server(lambda request: Answer(503, b"maintenance")) as server:
        response, body = fetch(server.url)
    assert (response.status, body, len(server.requests)) == (503, b"maintenance", 4)


def test_a_server_sets_the_time_to_wait(fetch):
    with Server(sequence(Answer(429, headers={"Retry-After": "7"}), Answer(body=b"x"))) as server:
        assert fetch(server.url)[1] == b"x"
    assert fetch.slept == [7.0]


def test_a_wait_of_an_hour_is_an_error_and_429_is_explained(fetch):
    with (
        Server(lambda request: Answer(429, headers={"Retry-After": "3600"})) as server,
        pytest.raises(NetworkError, match="429") as caught,
    ):
        fetch(server.url)
    assert fetch.slept == []
    assert len(server.requests) == 1
    assert server.host in str(caught.value)
    assert caught.value.hint == "try again in 60 minutes"  # whether a login helps is for the registry to say
    assert isinstance(caught.value, TooManyRequestsError)


def test_429_without_a_time(fetch):
    with Server(lambda request: Answer(429)) as server, pytest.raises(NetworkError, match="too many requests") as caught:
        fetch(server.url)
    assert fetch.slept == [0.5, 1.0, 2.0]
    assert "later" in caught.value.hint


def test_a_dropped_connection_is_tried_again(fetch):
    with Server(sequence(Answer(drop=True), Answer(body=b"x"))) as server:
        assert fetch(server.url)[1] == b"x"
    assert len(fetch.slept) == 1


def test_what_changes_something_is_not_sent_twice(fetch):
    with Server(lambda request: Answer(drop=True)) as server, pytest.raises(NetworkError):
        fetch(server.url, method="POST", body=b"x")
    assert len(server.requests) == 1


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_a_closed_port_is_an_error(fetch):
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(NetworkError, match="refused") as caught:
        fetch(f"http://{host}/")
    assert host in str(caught.value) and caught.value.hint and caught.value.exit_code == 3
    assert len(fetch.slept) == 1


def test_a_name_that_does_not_exist(fetch, monkeypatch):
    def nothing(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(NetworkError, match=r"registry\.exmaple\.test: no such host") as caught:
        fetch("https://registry.exmaple.test/v2/")
    assert caught.value.hint
    assert fetch.slept == []


def test_a_silent_server_is_an_error(fetch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NetworkError, match=r"nothing for 0\.05 s"):
            fetch(f"http://127.0.0.1:{port}/", timeout_s=0.05, attempts=2)
    assert len(fetch.slept) == 1


def test_a_body_that_ends_early(fetch):
    with (
        Server(lambda request: Answer(body=b"half", length=1000)) as server,
        pytest.raises(NetworkError, match="broke after 4 bytes"),
    ):
        fetch(server.url)


def dripping(*pieces, pause=0.02):
    """A server that sends the pieces, and the last one again and again, with a pause after each; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                with contextlib.suppress(OSError), connection:
                    connection.recv(65536)
                    for piece in itertools.chain(pieces, itertools.repeat(pieces[-1], 20_000)):
                        connection.sendall(piece)
                        time.sleep(pause)

    threading.Thread(target=serve, daemon=True).start()
    return listener


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (OK + b"Content-Length: 100000\r\n\r\n", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (OK + b"\r\n", b"x"),
        (OK, b"X: y\r\n"),
        (OK + b"X: ", b"y"),
        (b"H", b"T"),
        (b"HTTP/1.1 100 Continue\r\n\r\n",),
    ],
)
def test_an_answer_that_drips_is_given_up(fetch, pieces):
    with dripping(*pieces) as listener, pytest.raises(SlowError, match=r"127\.0\.0\.1:.*almost nothing"):
        fetch(f"http://127.0.0.1:{listener.getsockname()[1]}", grace_s=0.2)
    assert fetch.slept == []  # to ask again would take as long


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ((b"HTTP/1.1 100 Continue\r\nX: " + b"y" * 60_000 + b"\r\n\r\n",), "headers of more than"),
        ((OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"y" * 60_000 + b"\r\n"), "headers of more than"),
        ((OK, b"X: y\r\n"), "could not be reached"),  # more than a hundred of them
        ((OK, b"y" * 60_000), "could not be reached"),
    ],
)
def test_endless_headers_are_refused(fetch, pieces, message):
    with dripping(*pieces, pause=0) as listener, pytest.raises(NetworkError, match=message):
        fetch(f"http://127.0.0.1:{listener.getsockname()[1]}")


def test_a_slow_answer_that_comes_at_a_pace_is_read(fetch):
    body = b"x" * 5000
    with Server(lambda request: time.sleep(0.3) or Answer(body=body)) as server:  # the first byte may take its time
        assert fetch(server.url, grace_s=0.2)[1] == body


def test_not_http(fetch):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk():
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.sendall(b"220 mail.example.test ESMTP\r\n")
            connection.close()

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(NetworkError):
            fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/", attempts=1)
        thread.join()


def test_plain_http_only_if_it_is_allowed(fetch):
    with pytest.raises(NetworkError, match="plain HTTP") as caught:
        fetch("http://registry.example.test/v2/")
    assert "--plain-http" in caught.value.hint


@pytest.mark.parametrize("url", ["", "nginx", "https://", "gopher://x/", "https://a b/", "https://x:99999/", "https://[/"])
def test_an_invalid_address_is_refused(fetch, url):
    with pytest.raises(NetworkError, match="address"):
        fetch(url)


def test_no_secret_is_shown(fetch, caplog):
    caplog.set_level(logging.DEBUG)
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(NetworkError) as caught:
        fetch(f"http://ann:tops3cret@{host}/x?X-Amz-Signature=s1gned", headers={"X-Other": "hush-hush"})
    with Server(lambda request: Answer()) as server:
        fetch(f"http://ann:tops3cret@{server.host}/x?X-Amz-Signature=s1gned")
    assert server.requests[0].headers["authorization"] == "Basic YW5uOnRvcHMzY3JldA=="
    shown = str(caught.value) + caught.value.hint + caplog.text
    assert "127.0.0.1" in shown and "/x" in caplog.text
    assert not any(word in shown for word in ("tops3cret", "s1gned", "hush-hush", "YW5uO"))


# --- trust ------------------------------------------------------------------------------------------------------------


def test_a_private_authority(fetch, authority, certificate):
    with Server(lambda request: Answer(body=b"x"), tls=certificate) as server:
        assert fetch(server.url, ca_file=authority.root.cert)[1] == b"x"
        with pytest.raises(NetworkError, match="certificate") as caught:
            fetch(server.url)
    assert server.host in str(caught.value)
    assert "--ca-file" in caught.value.hint
    assert fetch.slept == []


def test_the_systems_store_can_be_named(fetch, authority, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root.cert))
    with Server(lambda request: Answer(body=b"x"), tls=certificate) as server:
        assert fetch(server.url)[1] == b"x"


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_store_that_other_programs_are_given(fetch, authority, certificate, tmp_path, monkeypatch, name):
    """In place of the system's; ``ca_file`` is trusted besides, and the variables of OpenSSL go before."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    other = Authority.make(tmp_path / "other")
    wrong = {name: str(other.root.cert)}
    with Server(lambda request: Answer(body=b"x"), tls=certificate) as server:
        assert fetch(server.url, environ={name: str(authority.root.cert)})[1] == b"x"
        assert fetch(server.url, environ=wrong, ca_file=authority.root.cert)[1] == b"x"
        both = {"REQUESTS_CA_BUNDLE": str(authority.root.cert), "CURL_CA_BUNDLE": str(other.root.cert)}
        assert fetch(server.url, environ=both)[1] == b"x"
        with pytest.raises(NetworkError, match="not trusted"):
            fetch(server.url, environ=wrong)
        with pytest.raises(NetworkError, match="no certificates") as caught:
            fetch(server.url, environ={name: str(tmp_path / "absent.pem")})
        assert name in caught.value.hint
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.root.cert))
        assert fetch(server.url, environ={**wrong, "SSL_CERT_FILE": str(authority.root.cert)})[1] == b"x"


def test_a_folder_of_certificates(fetch, authority, certificate, tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with Server(lambda request: Answer(body=b"x"), tls=certificate) as server, pytest.raises(NetworkError, match="not trusted"):
        fetch(server.url, environ={"REQUESTS_CA_BUNDLE": str(tmp_path)})


def test_a_certificate_of_another_host(fetch, authority):
    wrong = authority.issue("wrong.example.test")
    with Server(lambda request: Answer(), tls=wrong) as server, pytest.raises(NetworkError, match=r"not trusted: .*mismatch"):
        fetch(server.url, ca_file=authority.root.cert)


def test_insecure_is_for_the_hosts_that_were_named(fetch, certificate):
    with Server(lambda request: Answer(body=b"x"), tls=certificate) as server:
        assert fetch(server.url, insecure=(server.host,))[1] == b"x"
        assert fetch(server.url, insecure=("127.0.0.1",))[1] == b"x"
        assert fetch(server.url, insecure=("*",))[1] == b"x"
        with pytest.raises(NetworkError, match="not trusted"):
            fetch(server.url, insecure=("other.example.test",))


def test_tls_against_a_plain_server(fetch):
    with Server(lambda request: Answer()) as server, pytest.raises(NetworkError) as caught:
        fetch(server.url.replace("http:", "https:"))
    assert "--plain-http" in caught.value.hint


def test_client_certificates(fetch, authority, certificate):
    mine = authority.issue("client.example.test", client=True)
    with Server(lambda request: Answer(body=b"x"), tls=certificate, client_authority=authority.root) as server:
        trusted = {"ca_file": authority.root.cert, "attempts": 1}
        assert fetch(server.url, client_cert=mine.cert, client_key=mine.key, **trusted)[1] == b"x"
        with pytest.raises(NetworkError):
            fetch(server.url, **trusted)


def test_a_client_certificate_is_not_shown_to_another_host(fetch, authority, certificate):
    mine = authority.issue("client.example.test", client=True)
    with Server(lambda request: Answer(body=b"x"), tls=certificate, client_authority=authority.root) as other:
        redirect = Answer(302, headers={"Location": other.url})
        with Server(lambda request: redirect, tls=certificate) as server, pytest.raises(NetworkError):
            fetch(server.url, client_cert=mine.cert, client_key=mine.key, ca_file=authority.root.cert, attempts=1)
    assert other.requests == []


@pytest.mark.parametrize("setting", ["ca_file", "client_cert"])
def test_files_without_a_certificate_are_refused(fetch, tmp_path, setting):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for path in (empty, tmp_path / "absent.pem"):
        with pytest.raises(NetworkError, match=path.name) as caught:
            fetch("https://127.0.0.1:9/", **{setting: path})
        assert "PEM" in caught.value.hint


# --- proxies ----------------------------------------------------------------------------------------------------------


def test_plain_requests_go_through_the_proxy(fetch):
    with Server(lambda request: Answer(body=b"x")) as server, Proxy({"registry.example.test": server.port}) as proxy:
        url, allowed = "http://registry.example.test/v2/", {"plain_http": ("registry.example.test",)}
        assert fetch(url, environ={"HTTP_PROXY": f"http://{proxy.host}"}, **allowed)[1] == b"x"
        assert fetch(url, environ={"http_proxy": proxy.host}, **allowed)[1] == b"x"
    assert proxy.asked == ["GET registry.example.test"] * 2
    assert server.requests[0].headers["host"] == "registry.example.test"


def test_tls_goes_through_a_tunnel_of_the_proxy(fetch, authority, certificate):
    with (
        Server(lambda request: Answer(body=b"x"), tls=certificate) as server,
        Proxy({"registry.example.test": server.port}, password="ann:s3cret") as proxy,
    ):
        url, trusted = "https://registry.example.test/v2/", {"ca_file": authority.root.cert}
        assert fetch(url, environ={"HTTPS_PROXY": f"http://ann:s3cret@{proxy.host}"}, **trusted)[1] == b"x"
        with pytest.raises(NetworkError, match="requires a user name and a password") as caught:
            fetch(url, environ={"HTTPS_PROXY": f"http://ann:wr0ng@{proxy.host}"}, attempts=1, **trusted)
    assert proxy.host in str(caught.value) and "wr0ng" not in str(caught.value) + caught.value.hint
    assert "proxy-authorization" not in server.requests[0].headers


def test_a_proxy_that_wants_a_password(fetch):
    with Proxy({"registry.example.test": 9}, password="ann:s3cret") as proxy:
        environ = {"HTTP_PROXY": f"http://{proxy.host}"}
        with pytest.raises(NetworkError, match=f"proxy {proxy.host} requires a user name"):
            fetch("http://registry.example.test/", environ=environ, plain_http=("*",))


def test_a_proxy_that_is_not_there(fetch):
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(NetworkError, match=f"proxy {host}"):
        fetch("https://registry.example.test/", environ={"HTTPS_PROXY": f"http://{host}"})


def test_a_proxy_of_another_kind(fetch):
    with pytest.raises(NetworkError, match=r"socks5://10\.0\.0\.1:1080 cannot be used") as caught:
        fetch("https://registry.example.test/", environ={"ALL_PROXY": "socks5://u:p@10.0.0.1:1080"})
    assert caught.value.hint


# --- unix sockets -----------------------------------------------------------------------------------------------------


def test_a_unix_socket(fetch, tmp_path):
    path = str(tmp_path / "engine.sock")
    with Server(lambda request: Answer(body=request.path.encode()), unix=path):
        assert fetch(unix_url(path, "/images/a%2Fb/json?x=1"))[1] == b"/images/a%2Fb/json?x=1"
    with pytest.raises(NetworkError, match=r"engine\.sock") as caught:
        fetch(unix_url(path, "/_ping"))
    assert caught.value.hint
    with pytest.raises(NetworkError, match="absent"):
        fetch(unix_url(str(tmp_path / "absent"), "/_ping"))


# --- hosts that a scanned file names ----------------------------------------------------------------------------------


def test_only_listed_hosts_are_asked(fetch):
    with Server(lambda request: Answer(body=b"ok")) as server:
        for listed in ((), ("*",), ("example.com", "*.0.0.1")):
            with pytest.raises(NetworkError, match="was not contacted"):
                fetch(server.url, only=listed)
        assert server.requests == []
        assert fetch(server.url, only=("127.0.0.1",))[1] == b"ok"
        assert fetch(server.url, only=(f"127.0.0.1:{server.port}",))[1] == b"ok"
    with pytest.raises(NetworkError, match="not on the list"):
        fetch("https://repo.example/a.rpm", only=("*.repo.example",))


def test_redirects_lead_to_listed_hosts_only(fetch):
    with Server(lambda request: Answer(body=b"secret")) as inside:
        target = f"http://localhost:{inside.port}/latest/meta-data"
        with Server(lambda request: Answer(302, headers={"Location": target})) as server:
            with pytest.raises(NetworkError, match=r"localhost.* was not contacted"):
                fetch(server.url, only=("127.0.0.1",))
            assert inside.requests == []
            assert fetch(server.url, only=("127.0.0.1", "localhost"))[1] == b"secret"


def test_a_name_that_leads_inside_after_it_was_looked_up(fetch, monkeypatch):
    """A name server may answer the second question otherwise than the first: the connection itself is looked at."""
    with Server(lambda request: Answer(body=b"ok")) as server:
        monkeypatch.setattr("careen.net.addresses.inwardness", lambda host, resolve: 0)
        with pytest.raises(NetworkError, match="in a private network"):
            fetch(f"http://localhost:{server.port}", only=("*",))
        assert server.requests == []
