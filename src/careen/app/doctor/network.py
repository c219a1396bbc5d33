"""Which hosts answer: the sources of advisories, a mirror or published database in their place, and registries.

Each host gets one request, all at the same time, and none takes longer than ``HOST_S``. A registry answers ``/v2/`` with 401
to clients that are not logged in: that is an answer. The clock is compared with the dates of the answers.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from msgspec import Struct

from careen.config import Settings
from careen.errors import Error
from careen.plugins import Fetcher, Need, Progress

from .line import Line, note, ok, problem

HOST_S = 5.0
TOTAL_S = 15.0
MAX_HOSTS = 60
MAX_LOGINS = 5
NETWORK_IS_DOWN = 3  # if none of so many hosts answers, the network is down
CLOCK_S = 120.0  # a difference that certificates and tokens tolerate
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")
STORES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Asked(Struct, frozen=True):
    """A host with its answer. ``failure``: why it gave no answer; "" if it did."""

    host: str
    what: str
    failure: str = ""
    hint: str = ""
    status: int = 0


class Hosts:
    """Collects how far the clocks of the answers differ from this machine's, in seconds."""

    def __init__(self) -> None:
        self.skews: list[float] = []
        self.lock = threading.Lock()


def asked(settings: Settings, environ: Mapping[str, str], hosts: Hosts, progress: Progress) -> tuple[Asked, ...]:
    """Every host of the settings, with its answer. No request is made if the run is offline."""
    if settings.offline:
        return ()
    addresses = dict(list(_addresses(settings, environ).items())[:MAX_HOSTS])
    results: dict[str, Asked] = {}
    fetchers = {"advisories": _fetcher(settings, ()), "registry": _fetcher(settings, ("*",) if settings.insecure else ())}

    def ask(host: str, url: str, what: str) -> None:
        found = _asked(host, url, what, fetchers["registry" if what == "registry" else "advisories"], hosts)
        with hosts.lock:
            results[host] = found
            progress("hosts", len(results), len(addresses))

    threads = [threading.Thread(target=ask, args=(host, *found), daemon=True) for host, found in addresses.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + TOTAL_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    with hosts.lock:
        missing = {host: Asked(host, what, "no answer in time") for host, (_, what) in addresses.items() if host not in results}
        return tuple(sorted((*results.values(), *missing.values()), key=lambda answer: (answer.what, answer.host)))


def network_lines(settings: Settings, environ: Mapping[str, str], found: Iterable[Asked]) -> Iterator[Line]:
    yield from _proxies(environ)
    yield from _authorities(settings, environ)
    if settings.offline:
        yield note("network", "offline", "the run is offline: no host is contacted", "leave out --offline to contact them")
        return
    found = tuple(found)
    silent = [answer for answer in found if answer.failure]
    if len(found) > NETWORK_IS_DOWN and len(silent) == len(found):
        text = f"none of {len(found)} hosts answers: {silent[0].failure}, …"
        yield problem(
            "network",
            "no_network",
            text,
            silent[0].hint or "check the network; without one: --offline, and careen db import FILE",
        )
        return
    for answer in found:
        name = f"{answer.host} ({answer.what})"
        if not answer.failure and answer.status >= 500:
            yield note("network", "host_trouble", f"{name} answers with status {answer.status}", "try again later")
        elif not answer.failure:
            yield ok("network", "host", f"{name} answers")
        else:
            advice = answer.hint or "check the name, the proxy and the firewall; a mirror: careen db update --from MIRROR"
            yield problem("network", "host_silent", f"{name}: {answer.failure}", advice)


def clock_lines(settings: Settings, hosts: Hosts) -> Iterator[Line]:
    """A line about the clock. The median difference counts, because a single server may be wrong."""
    if not hosts.skews:
        if not settings.offline:
            yield note("clock", "clock_unknown", "no answer has a date, so that the clock was not compared")
        return
    skew = sorted(hosts.skews)[len(hosts.skews) // 2]
    if abs(skew) <= CLOCK_S:
        yield ok("clock", "clock", f"the clock agrees with {len(hosts.skews)} answers")
        return
    ahead = "behind" if skew > 0 else "ahead"
    text = f"the clock is {abs(skew):,.0f} seconds {ahead}: certificates and signatures may be refused"
    yield problem("clock", "clock_wrong", text, "set it, with timedatectl set-ntp true for example")


def _addresses(settings: Settings, environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Maps each host that a scan contacts to an address and its purpose."""
    from careen.app.publications import addresses

    found: dict[str, tuple[str, str]] = {}
    for registry in _registries(settings, environ):
        found.setdefault(registry, (f"{_scheme(registry, settings)}://{registry}/v2/", "registry"))
    for place in addresses(settings):
        host = urlsplit(place).netloc
        found.setdefault(host, (f"{_scheme(host, settings)}://{host}/v2/", "published database"))
    if settings.db_from:
        if "://" in settings.db_from:
            found.setdefault(urlsplit(settings.db_from).netloc.rpartition("@")[2], (settings.db_from, "mirror of advisories"))
        return found
    for url in _feeds():
        found.setdefault(urlsplit(url).netloc, (url, "advisories"))
    return found


def _feeds() -> Iterator[str]:
    from careen.app.wiring import advisory_sources

    for source in advisory_sources():
        yield from (feed.url for feed in source.feeds(Need(), lambda name: ()) if feed.url.startswith("http"))


def _registries(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """The hosts of Docker Hub, or its mirrors, and of the registries that the user is logged in to."""
    from careen.images.credentials import held
    from careen.images.names import parse_reference
    from careen.images.registry import mirrors_of

    hub = parse_reference("x")
    mirrors = [mirror.host for mirror in mirrors_of(hub, settings.mirrors)]
    logins = [host for holder in held({"docker_config": settings.docker_config}, environ, []) for host in holder.hosts]
    others = [host for host in dict.fromkeys(logins) if host not in ("docker.io", hub.host)]
    return list(dict.fromkeys((*(mirrors or [hub.host]), *others[:MAX_LOGINS])))


def _scheme(host: str, settings: Settings) -> str:
    from careen.net.addresses import is_loopback

    name = urlsplit(f"//{host}").hostname or ""
    return "http" if settings.plain_http or is_loopback(name) else "https"


def _fetcher(settings: Settings, insecure: tuple[str, ...]) -> Fetcher:
    from careen.net import NetSettings, make_fetcher

    patience_s = min(HOST_S, settings.timeout_s)
    return make_fetcher(
        NetSettings(
            timeout_s=patience_s,
            connect_timeout_s=patience_s,
            attempts=1,
            ca_file=settings.ca_file,
            client_cert=settings.client_cert,
            client_key=settings.client_key,
            insecure=insecure,
            plain_http=("*",) if settings.plain_http else (),
        )
    )


def _asked(host: str, url: str, what: str, fetcher: Fetcher, hosts: Hosts) -> Asked:
    try:
        with closing(fetcher.request(url, headers={"Range": "bytes=0-0"})) as answer:
            if (date := answer.headers.get("date", "")) and (skew := _skew(date)) is not None:
                with hosts.lock:
                    hosts.skews.append(skew)
            return Asked(host, what, status=answer.status)
    except Error as error:
        return Asked(host, what, str(error), error.hint)
    except (OSError, ValueError) as error:
        return Asked(host, what, f"{type(error).__name__}")


def _skew(text: str) -> float | None:
    """How far the answer's clock is ahead of this machine's, in seconds; None if the text is not a date."""
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None


def _proxies(environ: Mapping[str, str]) -> Iterator[Line]:
    from careen.net.addresses import without_credentials

    named = {name: environ[name] for name in PROXIES if environ.get(name)}
    for name, value in named.items():
        shown = value if name.lower() == "no_proxy" else without_credentials(value)
        yield ok("network", "proxy", f"{name} is {shown}")
    if not named:
        yield ok("network", "no_proxy", "no proxy is set")


def _authorities(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    from careen.errors import NetworkError
    from careen.net import NetSettings
    from careen.net.connections import trust_store

    try:
        store = trust_store(NetSettings(ca_file=settings.ca_file), insecure=False, with_certificate=False, environ=environ)
    except NetworkError as error:
        yield problem("network", "ca_unusable", str(error), error.hint)
        return
    places = [f"{name}={environ[name]}" for name in STORES if environ.get(name)]
    places += [f"--ca-file {settings.ca_file}"] if settings.ca_file else []
    count = store.cert_store_stats()["x509_ca"]
    named = f" ({', '.join(places)})" if places else ""
    if count or environ.get("SSL_CERT_DIR"):
        yield ok("network", "authorities", f"{count} certificate authorities are trusted{named}")
    else:
        advice = "install ca-certificates, or name a PEM file with --ca-file"
        yield note("network", "no_authorities", f"no certificate authority was loaded{named}", advice)
    if settings.insecure:
        yield note(
            "network", "insecure", "certificates of registries are not verified (insecure)", "--ca-file FILE verifies them"
        )
