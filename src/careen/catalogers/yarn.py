"""npm packages that ``yarn.lock`` names, of Yarn 1 and of later versions, whose files are YAML.

Both have a line of descriptors at the margin and below it, indented, ``version``, ``resolved`` or ``resolution``: that is
what is read. An alias is listed under the name of the package behind it, a patched package as what was patched.
Workspaces and what comes from a folder or a local archive are left out: nothing published has their name.
Raises: ValueError where no entry is found in a file that has lines.
**Source:** Yarn 1, lockfile stringify; Yarn, lockfile and protocols.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from careen.formats.declared import declared, within_package
from careen.formats.npmnames import exact, registry_name, split_spec
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

FIELD = re.compile(r'  "?(version|resolved|resolution)"?(?::[ \t]*|[ \t]+)"?([^"\r\n]*)"?')
LOCAL = ("file:", "link:", "portal:", "workspace:", "exec:")
PROTOCOL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
REMOTE = frozenset(("npm", "patch", "http", "https", "ssh", "git", "git+ssh", "git+https", "git+http", "github", "gitlab",
                    "bitbucket", "gist", "jsr"))  # fmt: skip


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    content = file.data.decode("utf-8", "replace")
    entries = list(_entries(content))
    if not entries and any(line.strip() and not line.lstrip().startswith("#") for line in content.splitlines()):
        raise ValueError("no entry of yarn.lock in it")
    yield from declared(CATALOGER.name, "npm", (pair for entry in entries if (pair := _package(*entry))))


def _entries(content: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(first descriptor, fields) of each entry."""
    descriptor, fields = "", dict[str, str]()
    for line in content.splitlines():
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


CATALOGER = Cataloger(
    name="yarn",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(names=("yarn.lock",)), read),),
    limits="which of the packages are for development only is not in the file",
)
