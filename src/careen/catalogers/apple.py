"""Applications of macOS: ``Info.plist`` in the folder ``NAME.app/Contents``.

Raises: ValueError for a binary property list.  **Source:** Apple, "Information Property List", CFBundleShortVersionString.
"""

import re
from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_TEXT = pattern(r"<key>(CFBundle\w{1,40})</key>\s*<string>([^<]{1,200})</string>")


def read(file: File) -> Iterator[Package]:
    folder = file.path.removesuffix("/Contents/Info.plist")
    if not folder.endswith(".app"):
        return
    if file.data.startswith(b"bplist"):
        raise ValueError("a binary property list: Careen does not read this format")
    fields = dict(_TEXT.findall(file.data.decode("utf-8", "replace")))
    name = fields.get("CFBundleName") or folder.rpartition("/")[2].removesuffix(".app")
    version = fields.get("CFBundleShortVersionString") or fields.get("CFBundleVersion", "")
    if fields.get("CFBundlePackageType", "APPL") == "APPL" and re.fullmatch(r"\S{1,100}", version):
        yield Package("generic", None, name.strip(), version.strip(), cataloger="apple", confidence=0.9)


CATALOGER = Cataloger(
    name="apple",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(paths=("Contents/Info.plist",)), read),),
    limits="Binary property lists; frameworks and plugins within an application.",
)
