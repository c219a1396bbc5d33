"""WordPress, its plugins and themes: ``wp-includes/version.php`` and the header comments of plugins and themes.

A plugin is a folder in ``wp-content/plugins`` with a PHP file that has ``Plugin Name:`` in its first 8 KiB, or a single such
file directly in it. A theme is a folder in ``wp-content/themes`` (or one level below) whose ``style.css`` has ``Theme Name:``.
Both are named by their folder, which is the slug in advisories. Nothing is run. They have no registered purl type: the
cataloger uses ``wordpress-plugin`` and ``wordpress-theme``, and ``generic`` for WordPress itself.
Raises: ValueError if the version file has no version.
**Source:** WordPress, Plugin Handbook, Header requirements; Theme Handbook, Main stylesheet; get_file_data().
"""

import re
from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

HEADER_BYTES = 8 * 1024
PLACE = pattern(r"(?:^|/)wp-content/(?:mu-)?plugins/(?:([^/]+)/)?([^/]+)\.php")
THEME = pattern(r"(?:^|/)wp-content/themes/(?:[^/]+/)?([^/]+)/style\.css")
FIELD = pattern(
    r"^[ \t/*#@]{0,40}(plugin name|theme name|version|license):[ \t]*([^\r\n]{1,300})", re.IGNORECASE | re.MULTILINE
)
COMMENT = pattern(rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?")  # to the end of the text if not closed: the search is linear
CORE = pattern(rb"^[ \t]*\$wp_version\s{0,20}=\s{0,20}['\"]([0-9][0-9A-Za-z.+-]{0,50})['\"]", re.MULTILINE)
PLAIN = pattern(r"[0-9][0-9A-Za-z.-]{0,50}")
VERSION = pattern(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,100}")
SLUG = pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}")


def read_plugin(file: File) -> Iterator[Package]:
    place = PLACE.search(file.path)
    if not place or place.end() != len(file.path):
        return
    yield from _described(file, "plugin", place[1] or place[2])


def read_theme(file: File) -> Iterator[Package]:
    place = THEME.search(file.path)
    if place and place.end() == len(file.path):
        yield from _described(file, "theme", place[1])


def read_core(file: File) -> Iterator[Package]:
    found = CORE.search(COMMENT.sub(b"", file.data))
    if not found:
        raise ValueError("it has no $wp_version")
    version = found[1].decode()
    cpe = f"cpe:2.3:a:wordpress:wordpress:{version}:*:*:*:*:*:*:*" if PLAIN.fullmatch(version) else None
    yield Package("generic", None, "wordpress", version, cataloger=CATALOGER.name, cpe=cpe)


def _described(file: File, kind: str, slug: str) -> Iterator[Package]:
    head = file.data[:HEADER_BYTES].decode("utf-8", "replace")
    fields = {found[1].lower(): found[2].rstrip("*/ \t") for found in reversed(list(FIELD.finditer(head)))}
    if not fields.get(f"{kind} name") or not SLUG.fullmatch(slug):
        return
    version = fields.get("version", "")
    yield Package(
        type=f"wordpress-{kind}",
        namespace=None,
        name=slug,
        version=version if VERSION.fullmatch(version) else "",
        licenses=(fields["license"],) if fields.get("license") else (),
        cataloger=CATALOGER.name,
    )


CATALOGER = Cataloger(
    name="wordpress",
    ecosystem=Ecosystem(purl_type="wordpress-plugin", scheme="generic"),
    readers=(
        Reader(Wants(suffixes=(".php",), amount="head"), read_plugin),
        Reader(Wants(names=("style.css",), amount="head"), read_theme),
        Reader(Wants(paths=("wp-includes/version.php",), amount="head"), read_core),
    ),
    limits="Plugins and themes in a renamed content folder.",
)
