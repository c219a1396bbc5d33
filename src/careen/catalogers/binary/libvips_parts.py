"""The libraries that sharp links into its libvips: ``versions.json`` beside it, in npm's ``@img/sharp-libvips-*``.

Most of them leave no trace of their version in the file itself. Commits instead of versions are left out.
Raises: ValueError if the file is not a JSON object.  **Source:** sharp-libvips, build/lin.sh.
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, text
from careen.model.package import Package
from careen.plugins import File
from careen.safety.pattern import pattern

MAX_PARTS = 100
_VERSION = pattern(r"\d{1,4}(?:\.\d{1,5}){1,3}(?:-[0-9A-Za-z.]{1,20})?")
# The names that other rules use for the same library, and its vendor and product in the CPE dictionary.
_KNOWN = {
    "aom": ("libaom", "aomedia:aomedia"),
    "archive": ("libarchive", "libarchive:libarchive"),
    "expat": ("expat", "libexpat_project:libexpat"),
    "freetype": ("freetype", "freetype:freetype"),
    "harfbuzz": ("harfbuzz", "harfbuzz_project:harfbuzz"),
    "heif": ("libheif", "struktur:libheif"),
    "lcms": ("lcms2", "littlecms:little_cms_color_engine"),
    "png": ("libpng", "libpng:libpng"),
    "tiff": ("libtiff", "libtiff:libtiff"),
    "vips": ("libvips", "libvips:libvips"),
    "webp": ("libwebp", "webmproject:libwebp"),
    "xml": ("libxml2", "xmlsoft:libxml2"),
    "xml2": ("libxml2", "xmlsoft:libxml2"),
}


def read_versions(file: File) -> Iterator[Package]:
    if "@img/sharp-" not in file.path and "sharp/vendor/" not in file.path:
        return
    found = json_object(file.data)
    for key, value in list(found.items())[:MAX_PARTS]:
        version = text(value)
        name, product = _KNOWN.get(key, (key, ""))
        if _VERSION.fullmatch(version) and len(name) < 60:
            cpe = f"cpe:2.3:a:{product}:{version}:*:*:*:*:*:*:*" if product else None
            yield Package("generic", None, name, version, cataloger="binary", confidence=0.9, cpe=cpe)
