"""Extensions of Visual Studio Code and its relatives, and of browsers built on Chromium, by their manifests.

An extension of the editor is a folder ``extensions/<name>`` whose ``package.json`` has ``publisher`` and ``engines.vscode``;
those that come with the editor count too. It is named ``publisher/name``. An extension of a browser is
``Extensions/<id>/<version>/manifest.json``; the id is 32 letters from a to p, and the package has it as its name, as the
extension's own name is free text and often a placeholder.
Raises: ValueError if a file is not a JSON object.
**Source:** Visual Studio Code, Extension Manifest; Chromium, extension manifest and extension ids.
"""

from collections.abc import Iterator

from careen.formats.data.plain import jsonc_object, mapping, text
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

EDITOR = pattern(r"(?:^|/)extensions/[^/]+/package\.json")
BROWSER = pattern(r"(?:^|/)Extensions/([a-p]{32})/[^/]+/manifest\.json")
NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
BROWSER_VERSION = pattern(r"[0-9]{1,10}(?:\.[0-9]{1,10}){0,3}")
VERSION = pattern(r"[0-9][0-9A-Za-z.+-]{0,100}")


def read_editor(file: File) -> Iterator[Package]:
    place = EDITOR.search(file.path)
    if not place or place.end() != len(file.path):
        return
    manifest = jsonc_object(file.data)
    name, publisher, version = (text(manifest.get(key)) for key in ("name", "publisher", "version"))
    if not text(mapping(manifest.get("engines")).get("vscode")) or not NAME.fullmatch(name) or not NAME.fullmatch(publisher):
        return
    license = text(manifest.get("license"))[:200]
    yield Package(
        type="vscode-extension",
        namespace=None,
        name=f"{publisher}/{name}",
        version=version if VERSION.fullmatch(version) else "",
        licenses=(license,) if license and not license.upper().startswith("SEE ") else (),
        cataloger=CATALOGER.name,
    )


def read_browser(file: File) -> Iterator[Package]:
    place = BROWSER.search(file.path)
    if not place or place.end() != len(file.path):
        return
    manifest = jsonc_object(file.data)
    version = text(manifest.get("version"))
    if "manifest_version" in manifest and BROWSER_VERSION.fullmatch(version):
        yield Package(type="chrome-extension", namespace=None, name=place[1], version=version, cataloger=CATALOGER.name)


CATALOGER = Cataloger(
    name="extensions",
    ecosystem=Ecosystem(purl_type="vscode-extension", scheme="semver"),
    readers=(
        Reader(Wants(names=("package.json",)), read_editor),
        Reader(Wants(names=("manifest.json",)), read_browser),
    ),
    limits="Packed extensions (.vsix, .crx), and those of Firefox.",
)
