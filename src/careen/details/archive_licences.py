"""Licence texts in Java archives: ``META-INF/LICENSE`` and files with such names at the root. Nested archives are not
opened.
"""

from collections.abc import Iterator

from careen.formats.archives.zip import entries
from careen.formats.archives.zip import read as content
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

from .licence_files import LicenceText, has_licence_name

SUFFIXES = (".jar", ".war", ".ear", ".hpi", ".jpi", ".aar")
MAX_MEMBERS = 200_000
MAX_TEXTS = 8
MAX_TEXT_BYTES = 256 << 10


def read(file: File) -> Iterator[LicenceText]:
    with file.open() as stream:
        try:
            members = entries(stream, max_entries=MAX_MEMBERS)
        except ValueError:
            return  # the cataloger of packages reports the error
        named = [entry for entry in members if _is_licence(entry.name) and 0 < entry.size <= MAX_TEXT_BYTES]
        for entry in named[:MAX_TEXTS]:
            try:
                text = content(stream, entry, MAX_TEXT_BYTES).decode("utf-8", "replace")
            except ValueError:
                continue
            from careen.licences.copyright_file import holders
            from careen.licences.recognise import recognised

            yield LicenceText(recognised(text).expression, holders(text), inside=entry.name[:200])


def _is_licence(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return folder in ("", "META-INF") and has_licence_name(file) and not file.lower().startswith("notice")


CATALOGER = Cataloger(
    name="archive_licences",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(suffixes=SUFFIXES), read),),
    fact=LicenceText,
    role="licence_files",
)
