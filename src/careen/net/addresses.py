"""URLs: their parts, their proxies, and whether a host is public or inside a private network.

**Source:** RFC 3986; RFC 6890 (special-purpose addresses); RFC 7617 (credentials of a URL as basic authentication).
"""

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urljoin, urlsplit

from ..errors import NetworkError, NotListedError

# Addresses of clouds' metadata services that are not link-local: Amazon with IPv6, Alibaba, Azure.
_METADATA = ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_loopback(host: str) -> bool:
    """Whether a host, with or without port, is this machine according to its name; nothing is resolved."""
    name = _bare(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def unix_url(socket_path: str, path: str) -> str:
    """The URL of a resource behind a unix socket."""
    return f"http+unix://{quote(socket_path, safe='')}{path}"


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy for a URL; None if its host is contacted directly. Loopback never goes through a proxy.
    Source: the convention of curl(1) and of Go's net/http/httpproxy: lower case first, names with their subdomains,
    ``*``, addresses, CIDR blocks, each with an optional port.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), _port(url) or (443 if parts.scheme == "https" else 80)
    if is_loopback(host):
        return None
    names = ["https_proxy", "HTTPS_PROXY"] if parts.scheme == "https" else ["http_proxy"]
    if parts.scheme == "http" and "REQUEST_METHOD" not in environ:  # in a CGI program a client could set it: CVE-2016-5385
        names.append("HTTP_PROXY")
    proxy = next((environ[name] for name in (*names, "all_proxy", "ALL_PROXY") if environ.get(name)), "")
    exempt = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if not proxy or any(_exempts(entry.strip().lower(), host, port) for entry in exempt.split(",")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def checked(url: str) -> str:
    """Returns the URL unchanged. Raises NetworkError if it is not valid."""
    try:
        parts = urlsplit(url)
        valid = bool(parts.netloc) and (parts.scheme == "http+unix" or parts.port != 0)
    except ValueError:
        valid = False
    if not valid or any(char <= " " or char == "\x7f" for char in url):
        raise NetworkError(f"{url[:200]!r} is not an address", "write https://HOST/…")
    return url


def joined(url: str, location: str) -> str:
    """The target of a redirect. Raises NetworkError if it is not a URL."""
    try:
        return checked(urljoin(url, location.replace(" ", "%20")))
    except ValueError:
        return checked(location)


def credentials_of(url: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Splits ``https://user:password@host`` into the URL without credentials, and the headers with them."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or "@" not in parts.netloc:
        return url, headers
    import urllib3

    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return without_credentials(url), {**urllib3.make_headers(basic_auth=pair), **headers}


def without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), _port(url) or {"https": 443, "http": 80}.get(parts.scheme)


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def host_of(url: str) -> str:
    """Host and port for display; the path of a unix socket."""
    parts = urlsplit(url)
    return unquote(parts.netloc) if parts.scheme == "http+unix" else parts.netloc.rpartition("@")[2]


def shown(url: str) -> str:
    """A URL for logs and messages: without credentials, and without its query, which may be signed."""
    return f"{urlsplit(url).scheme}://{host_of(url)}{urlsplit(url).path}"[:500]


def _bare(netloc: str) -> str:
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0]
    return (netloc.rpartition(":")[0] if netloc.count(":") == 1 else netloc).lower()


def listed(netloc: str, hosts: tuple[str, ...]) -> bool:
    known = {host.lower() for host in hosts}
    return bool(known & {"*", netloc.lower(), _bare(netloc)})


def named(netloc: str, hosts: tuple[str, ...]) -> bool:
    """Whether a list contains exactly this host, with or without its port; patterns do not count."""
    return bool({host.lower() for host in hosts} & {netloc.lower(), _bare(netloc)})


def allowed(netloc: str, hosts: tuple[str, ...], resolve: bool) -> str:
    """Why a host in a scanned file must not be contacted; "" if it may be.

    ``example.com`` lists one host, ``*.example.com`` those below it, ``*`` all; patterns cover public hosts only.
    ``10.0.0.0/8`` lists the hosts whose addresses are all in that network.
    """
    if named(netloc, hosts):
        return ""
    networks = [host for host in hosts if "/" in host]
    found = _addresses(_bare(netloc), resolve) if networks else []
    if found and all(in_networks(text, networks) for text in found):
        return ""
    name = _bare(netloc)
    if not any(host == "*" or (host[:2] == "*." and name.endswith(host[1:].lower())) for host in hosts):
        return "it is not on the list of hosts that may be contacted"
    if inwardness(netloc, resolve):
        return "it is in a private network: only hosts that are listed by name are asked there"
    return ""


def check_step(source: str, target: str, how: str, environ: Mapping[str, str], inside: tuple[str, ...] = ()) -> None:
    """Raises NetworkError if ``source`` refers to ``target`` (by a redirect, or by stating its URL) and this leads off the web,
    from TLS to plain HTTP, from a public host into a private network, from a private network to this machine, or to a
    link-local address.

    ``how`` is a verb for messages ("redirects"). ``inside`` lists allowed targets in a private network: NAME,
    ``*.example.com``, ``10.0.0.0/8``, ``*``; this machine and link-local addresses are never allowed.
    """
    first, second = host_of(source), host_of(target)
    if {urlsplit(source).scheme, urlsplit(target).scheme} - {"http", "https"}:
        raise NetworkError(f"{first} {how} to {shown(target)}, which is not a web address", "check the address")
    if urlsplit(source).scheme == "https" and urlsplit(target).scheme != "https" and not is_loopback(second):
        raise NetworkError(f"{first} {how} to plain HTTP at {second}", "use --plain-http if you mean that")
    depth = inwardness(second, proxy_for(target, environ) is None)
    if depth > inwardness(first, proxy_for(source, environ) is None):
        if depth == 1 and _is_listed_inside(second, inside):
            return
        hint = "use the address behind it, or --private-hosts for a registry's, if you trust it"
        raise NotListedError(f"{first} {how} into a private network, to {second}", hint)


def _is_listed_inside(netloc: str, inside: tuple[str, ...]) -> bool:
    name = _bare(netloc)
    if named(netloc, inside) or any(host == "*" or (host[:2] == "*." and name.endswith(host[1:].lower())) for host in inside):
        return True
    found = _addresses(name, resolve=any(_network(host) for host in inside))
    return bool(found) and all(in_networks(text, inside) for text in found)


def in_networks(text: str, networks: Iterable[str]) -> bool:
    """Whether an address is in one of the networks; entries that are not networks are ignored."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in network for text in networks if (network := _network(text)))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _exempts(entry: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY covers this host."""
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        pass
    name, colon, number = entry.rpartition(":") if entry.count(":") == 1 or entry.startswith("[") else (entry, "", "")
    if colon and number != str(port):
        return False
    name = name.strip("[]").removeprefix("*").removeprefix(".")
    return bool(name) and (host == name or host.endswith("." + name))


def inwardness(netloc: str, resolve: bool) -> int:
    """0 for a public host, 1 in a private network, 2 on this machine, 3 for link-local addresses (metadata of clouds)."""
    if is_loopback(netloc):
        return 2
    return max((depth_of(text) for text in _addresses(_bare(netloc), resolve)), default=0)


def _addresses(name: str, resolve: bool) -> list[str]:
    """The IP addresses of a name; empty if it is not resolved, or cannot be: the request itself then fails."""
    import socket

    try:
        return [_numeric(name)]
    except ValueError:
        pass
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)] if resolve else []
    except (OSError, UnicodeError):
        return []


def depth_of(text: str) -> int:
    """How far inside an address is, on the scale of ``inwardness``."""
    address = _inner(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_link_local or str(address) in _METADATA:
        return 3
    if address.is_loopback or address.is_unspecified:
        return 2
    return 0 if address.is_global else 1


def _inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address embeds, if it does; else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _numeric(name: str) -> str:
    """A numeric address in its usual form, also for the old forms of inet_aton(3) (``2852039166``, ``0x7f.1``). Raises
    ValueError for a name.
    """
    import socket

    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        if not name[:1].isdigit():
            raise
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError as error:
        raise ValueError(name) from error
