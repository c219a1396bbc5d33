"""Package URLs: ``parse`` gives the parts of a text, ``str`` of them the canonical text, which is equal for equal packages.

Shape: ``pkg:type/namespace/name@version?qualifiers#subpath``; absent parts are None, qualifiers are sorted.
Raises: ValueError if the text is not a package URL, or violates a rule of its type.
**Source:** purl-spec (ECMA-427), "How to parse" and "How to build", and the definitions of the types.
"""

import re
from urllib.parse import quote, unquote_to_bytes

from msgspec import Struct

from careen.safety.pattern import pattern

MAX_LENGTH = 8192
_TYPE = pattern(r"[a-z][a-z0-9.+-]{0,63}")
_KEY = pattern(r"[a-z][a-z0-9._-]{0,127}")
_CHROME_NAME, _CHROME_VERSION = re.compile(r"[a-p]{32}"), re.compile(r"\d{1,9}(\.\d{1,9}){0,3}")

# The rules of the types: parts in lower case, and parts that must or must not be there.
_LOWER_NAMESPACE = frozenset((
    "alpm", "apk", "bitbucket", "bitnami", "brew", "composer", "deb", "git", "github", "gitlab", "hex", "luarocks", "pypi",
    "qpkg", "rpm", "vscode-extension",
))  # fmt: skip
_LOWER_NAME = frozenset((
    "alpm", "apk", "bitbucket", "bitnami", "brew", "composer", "deb", "git", "github", "gitlab", "hex", "luarocks", "oci",
    "otp", "pub", "pypi", "vscode-extension",
))  # fmt: skip
_NO_NAMESPACE = frozenset((
    "bazel", "bitnami", "cargo", "chrome-extension", "cocoapods", "conda", "cran", "gem", "hackage", "julia", "mlflow",
    "nuget", "oci", "opam", "otp", "pub", "pypi", "vcpkg",
))  # fmt: skip
_NAMESPACE = frozenset(("swift", "vscode-extension"))
_QUALIFIERS = {"julia": "uuid", "swid": "tag_id"}


class Purl(Struct, frozen=True):
    """The parts of a package URL. ``made`` checks and normalises its arguments; the constructor does not."""

    type: str
    namespace: str | None
    name: str
    version: str | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()
    subpath: str | None = None

    @classmethod
    def made(
        cls,
        type: str,
        namespace: str | None,
        name: str,
        version: str | None = None,
        qualifiers: tuple[tuple[str, str], ...] = (),
        subpath: str | None = None,
    ) -> "Purl":
        type = type.lower()
        if not _TYPE.fullmatch(type):
            raise ValueError(f"{type[:64]!r} is not a type of package URLs")
        pairs = {key.lower(): value for key, value in qualifiers if value}
        if wrong := next((key for key in pairs if not _KEY.fullmatch(key)), None):
            raise ValueError(f"{wrong[:64]!r} is not a qualifier")
        namespace = "/".join(part for part in (namespace or "").split("/") if part)
        subpath = "/".join(part for part in (subpath or "").split("/") if part not in ("", ".", ".."))
        if type == "git":  # the host is the namespace, the whole path on it the name
            namespace, _, path = f"{namespace}/{name}".partition("/")
            name = path
        if type in _LOWER_NAMESPACE:
            namespace = namespace.lower()
        name = _name(type, name.strip("/"), pairs)
        if type == "huggingface" and version:
            version = version.lower()
        made = cls(type, namespace or None, name, version or None, tuple(sorted(pairs.items())), subpath or None)
        _check(made)
        return made

    def __str__(self) -> str:
        namespace = "/".join(map(_quoted, self.namespace.split("/"))) + "/" if self.namespace else ""
        name = "/".join(map(_quoted, self.name.split("/"))) if self.type == "git" else _quoted(self.name)
        version = f"@{_quoted(self.version)}" if self.version else ""
        qualifiers = "?" + "&".join(f"{key}={_quoted(value)}" for key, value in self.qualifiers) if self.qualifiers else ""
        subpath = "#" + "/".join(map(_quoted, self.subpath.split("/"))) if self.subpath else ""
        return f"pkg:{self.type}/{namespace}{name}{version}{qualifiers}{subpath}"

    def qualifier(self, *keys: str) -> str | None:
        """The value of the first of these keys that exists."""
        known = dict(self.qualifiers)
        return next((known[key] for key in keys if key in known), None)


def parse(text: str) -> Purl:
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a package URL of more than {MAX_LENGTH} characters")
    rest, _, subpath = text.partition("#")
    rest, _, query = rest.partition("?")
    scheme, colon, rest = rest.partition(":")
    if scheme.lower() != "pkg" or not colon:
        raise ValueError("a package URL must begin with pkg:")
    type, slash, rest = rest.strip("/").partition("/")
    if not slash:
        raise ValueError("a package URL must have a type and a name")
    space, _, last = rest.rpartition("/")
    name, at, version = last.rpartition("@")
    if not at:
        name, version = last, ""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return Purl.made(
        type,
        "/".join(map(_decoded, space.split("/"))),
        _decoded(name),
        _decoded(version),
        tuple((key, _decoded(value)) for key, _, value in pairs),
        "/".join(map(_decoded, subpath.split("/"))),
    )


def _name(type: str, name: str, qualifiers: dict[str, str]) -> str:
    if type in _LOWER_NAME or (type == "mlflow" and "azuredatabricks" in qualifiers.get("repository_url", "")):
        name = name.lower()
    return name.replace("_", "-") if type == "pypi" else name


def _check(purl: Purl) -> None:
    type = purl.type
    if not purl.name:
        raise ValueError("a package URL must have a name")
    if purl.namespace and type in _NO_NAMESPACE:
        raise ValueError(f"a package URL of type {type} must not have a namespace")
    if not purl.namespace and type in _NAMESPACE:
        raise ValueError(f"a package URL of type {type} must have a namespace")
    wanted = _QUALIFIERS.get(type)
    if wanted and not purl.qualifier(wanted):
        raise ValueError(f"a package URL of type {type} must have the qualifier {wanted}")
    if type == "cpan" and "::" in purl.name:
        raise ValueError("a package URL of type cpan must name a distribution, not a module")
    if type == "chrome-extension" and not _CHROME_NAME.fullmatch(purl.name):
        raise ValueError("the name of a Chrome extension must be 32 letters from a to p")
    if type == "chrome-extension" and purl.version and not _CHROME_VERSION.fullmatch(purl.version):
        raise ValueError("the version of a Chrome extension must be one to four numbers")


def _quoted(text: str) -> str:
    return quote(text, safe=":", errors="replace")


def _decoded(text: str) -> str:
    """The text with percent-encoded bytes decoded. Raises ValueError if they are not UTF-8."""
    return unquote_to_bytes(text).decode() if "%" in text else text
