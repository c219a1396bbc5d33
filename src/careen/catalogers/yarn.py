"""npm packages of Yarn: declared ones in ``yarn.lock``, and installed ones in a project's ``.yarn/cache``.

The lock files of Yarn 1 and of later versions, which are YAML, both have a line of descriptors at the margin, and ``version``,
``resolved`` or ``resolution`` indented below it. An alias is listed under the name of the package that it refers to, a patched
package as the original. Workspaces and packages from a folder or local archive are left out: no published package has their
name. Without ``node_modules`` (Plug'n'Play) packages run from zip archives in ``.yarn/cache``, each with one package below
``node_modules``, which its ``package.json`` describes (confidence 0.9).
Raises: ValueError for a lock file with content but no entry, and for an archive without a package.
**Source:** Yarn 1, lockfile stringify; Yarn, lockfile, protocols and Plug'n'Play.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from careen.formats.archives.zip import entries
from careen.formats.archives.zip import read as read_entry
from careen.formats.data.plain import json_object, text
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.npm_names import exact, registry_name, split_spec
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

FIELD = pattern(r'  "?(version|resolved|resolution)"?(?::[ \t]*|[ \t]+)"?([^"\r\n]*)"?')
MANIFEST = pattern(r"node_modules/((?:@[^/]{1,214}/)?[^/]{1,214})/package\.json")
MANIFEST_BYTES = 1 << 20
LOCAL = ("file:", "link:", "portal:", "workspace:", "exec:")
NAME = pattern(r"(?:@[^\s/@%:?#\\\x00-\x1f\x7f]{1,214}/)?(?!\.)[^\s/@%:?#\\\x00-\x1f\x7f]{1,214}")
PROTOCOL = pattern(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
REMOTE = frozenset(("npm", "patch", "http", "https", "ssh", "git", "git+ssh", "git+https", "git+http", "github", "gitlab",
                    "bitbucket", "gist", "jsr"))  # fmt: skip


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    content = file.data.decode("utf-8", "replace")
    entries = list(_entries(content))
    if not entries and any(line.strip() and not line.lstrip().startswith("#") for line in content.splitlines()):
        raise ValueError("not a yarn.lock: it has no entry")
    yield from declared(CATALOGER.name, "npm", (pair for entry in entries if (pair := _package(*entry))))


def read_cached(file: File) -> Iterator[Package]:
    with file.open() as stream:
        for entry in entries(stream, max_entries=100_000):
            if MANIFEST.fullmatch(entry.name):
                manifest = json_object(read_entry(stream, entry, MANIFEST_BYTES))
                name, license = text(manifest.get("name")), text(manifest.get("license"))[:200]
                if not NAME.fullmatch(name):
                    raise ValueError("the package in it has no plausible name")
                yield Package(
                    type="npm",
                    namespace=None,
                    name=name,
                    version=exact(text(manifest.get("version"))),
                    licenses=(license,) if license else (),
                    cataloger=CATALOGER.name,
                    confidence=0.9,
                )
                return
    raise ValueError("an archive without a package")


def _entries(content: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The (first descriptor, fields) of each entry."""
    descriptor, fields = "", dict[str, str]()
    for line in content.splitlines():
        if line.startswith("? "):  # a key over 1,024 characters: its colon is alone on the next line
            line = f"{line[2:].rstrip()}:"
        elif line.rstrip() == ":":
            continue
        if line[:1] not in ("", " ", "\t", "#") and line.rstrip().endswith(":"):
            if descriptor and fields:
                yield descriptor, fields
            descriptor, fields = line.rstrip()[:-1].split(",")[0].strip().strip('"'), {}
        elif found := FIELD.match(line):
            fields.setdefault(found[1], found[2].strip())
    if descriptor and fields:
        yield descriptor, fields


def _package(descriptor: str, fields: dict[str, str]) -> tuple[str, str] | None:
    if descriptor == "__metadata" or not fields.get("version"):
        return None
    name, wanted = split_spec(fields.get("resolution") or descriptor)
    protocol = PROTOCOL.match(wanted)
    if wanted.startswith((*LOCAL, ".", "/", "~/")) or (protocol and protocol[1].lower() not in REMOTE):
        return None
    if wanted.startswith("patch:"):
        name, _ = split_spec(unquote(wanted.removeprefix("patch:")))
    elif wanted.startswith("npm:") and "@" in wanted[5:]:
        name, _ = split_spec(wanted.removeprefix("npm:"))
    return registry_name(fields.get("resolved", "")) or name, exact(fields["version"])


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path for fact in facts if fact.path.endswith(".zip"))


CATALOGER = Cataloger(
    name="yarn",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(
        Reader(Wants(names=("yarn.lock",)), read_lock),
        Reader(Wants(folders=(".yarn/cache/*.zip",), magic=(b"PK\3\4",)), read_cached),
    ),
    identifies=identifies,
    limits="Which packages are for development only.",
)
