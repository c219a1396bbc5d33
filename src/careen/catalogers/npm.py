"""npm packages: the ``package.json`` of every installed package, and of applications.

A package is installed if it is in a folder where Node.js looks for modules: ``node_modules/<name>`` or
``node_modules/@scope/<name>``, at any depth, and ``<name>`` in Debian's folders for modules. Other manifests within a package
are its fixtures and examples. A manifest elsewhere with name and version describes an application (such as yarn in the
official Node images): it is listed with a lower confidence, unless it is ``private`` (never published, so its name means
nothing), an extension of an editor (``engines.vscode``: ``handlebars`` there is not npm's) or part of an application
in a folder above. A package that Node.js would load is installed, whatever its manifest states: without a name it has its
folder's, and without a version it is listed without one, and not assessed. Other manifests need both.
Packages that a framework bundled into files of its own keep a manifest, mostly without version (``next/dist/compiled/cookie``):
they are listed the same way, with a lower confidence. So are copies in a package's folder for them
(``bson/vendor/text-encoding``), if their manifest has name and version.
Raises: ValueError if a manifest is not a JSON object or its name could not be published.
**Source:** npm, package.json; Node.js, Modules: loading from node_modules folders.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from careen.formats.packages.npm_licences import npm_licences
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAME = pattern(r"(?:@[^\s/@%:?#\\\x00-\x1f\x7f]{1,214}/)?(?!\.)[^\s/@%:?#\\\x00-\x1f\x7f]{1,214}")
VERSION = pattern(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,255}")
_BUNDLED = pattern(r"/node_modules/(?:@[^/]+/)?[^/@]+/(?:dist/)?(?:src/)?compiled/(?:@[^/]+/)?[^/@.][^/]*/package\.json$")
_VENDORED = pattern(
    r"/node_modules/(?:@[^/]+/)?[^/@]+/(?:(?:dist|lib|src)/)?(?:vendor|third[_-]party)/(?:@[^/]+/)?[^/@.][^/]*/package\.json$"
)
SHARED_FOLDERS = ("usr/share/nodejs/", "usr/lib/nodejs/")


class Manifest(Struct, frozen=True):
    name: str
    version: str
    licenses: tuple[str, ...] = ()
    application: bool = False
    bundled: bool = False


class Fields(Struct):
    """The fields of ``package.json`` that are read; the decoder skips the rest."""

    name: Any = None
    version: Any = None
    private: Any = None
    license: Any = None
    licenses: Any = None
    engines: Any = None


DECODER = msgspec.json.Decoder(Fields)


def read(file: File) -> Iterator[Manifest]:
    bundled = "/compiled/" in file.path and _BUNDLED.search(f"/{file.path}") is not None
    installed = bundled or _is_installed(file.path)
    vendored = installed is None and _VENDORED.search(f"/{file.path}") is not None
    if installed is None and not vendored:
        return
    found = _decode(file.data.removeprefix(b"\xef\xbb\xbf"))
    name, version = _named(found.name, file.path if installed else ""), _text(found.version)
    if not name or not (version or installed):
        return
    extension = isinstance(found.engines, dict) and "vscode" in found.engines
    if not installed and (found.private is True or extension):
        return
    number = version.strip().lstrip("v=")
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is not a package name")
    if version and not VERSION.fullmatch(number):
        raise ValueError(f"{version[:80]!r} is not a version")
    licences = tuple(dict.fromkeys(npm_licences(found.license, found.licenses)))
    yield Manifest(name, number, licences, not installed and not vendored, bundled or vendored)


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    parts = set(_parts(fact.path.removesuffix("package.json") for fact in facts if fact.value.application))
    for fact in facts:
        manifest: Manifest = fact.value
        if manifest.application and fact.path.removesuffix("package.json") in parts:
            continue
        yield Package(
            type="npm",
            namespace=None,
            name=manifest.name,
            version=manifest.version,
            licenses=manifest.licenses,
            cataloger=CATALOGER.name,
            confidence=0.7 if manifest.application or manifest.bundled else 1.0,
            evidence=(Evidence(fact.path, fact.layer),),
        )


def _parts(applications: Iterable[str]) -> Iterator[str]:
    """The folders that lie within another of the given folders; the root of the image does not count as an
    application."""
    outer = ""
    for folder in sorted(applications):  # the folders below a folder follow it directly
        if outer and folder.startswith(outer):
            yield folder
        else:
            outer = folder


def _is_installed(path: str) -> bool | None:
    """Whether a manifest is that of a package where Node.js finds it. None: it is within a package or hidden folder,
    without being a package itself."""
    _, inside, tail = f"/{path}".rpartition("/node_modules/")
    if not inside:
        shared = next((folder for folder in SHARED_FOLDERS if path.startswith(folder)), None)
        if shared is None:
            return False
        tail = path.removeprefix(shared)
    elif not tail:
        return None
    parts = tail.split("/")
    depth = 3 if parts[0][:1] == "@" else 2
    return True if len(parts) == depth and not parts[depth - 2].startswith(".") else None


def _named(name: Any, path: str) -> str:
    """The name that the package states, or that of the folder in which Node.js finds it."""
    if (stated := _text(name)) or not path:
        return stated
    scope, folder, _ = ["", "", *path.split("/")][-3:]
    return f"{scope}/{folder}" if scope.startswith("@") else folder


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _decode(data: bytes) -> Fields:
    try:
        return DECODER.decode(data)
    except UnicodeDecodeError:  # Node.js replaces such bytes too
        return _decode(data.decode("utf-8", "replace").encode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.DecodeError as error:
        raise ValueError(f"not a package.json: {error}") from None


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folders of installed packages, which contain their compiled addons."""
    yield from (fact.path.removesuffix("package.json") for fact in facts if not (fact.value.application or fact.value.bundled))


CATALOGER = Cataloger(
    name="npm",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(names=("package.json",)), read),),
    fact=Manifest,
    join=join,
    identifies=identifies,
    limits="Modules that a bundler merged into one file.",
)
