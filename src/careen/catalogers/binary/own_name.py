"""The names by which a program or library may call itself, by the name of its file.

``libgit2.so.1.9.0`` may be ``libgit2`` or ``git2``, ``knotd`` ``knot``, ``x86_64-linux-gnu-objdump`` ``objdump``. Names of
protocols and formats are none: HTTP/1.1 is no version of a program ``http``.
"""

from msgspec import Struct
from msgspec.structs import replace

from careen.safety.pattern import pattern

_LIBRARY = pattern(
    r"_?lib([A-Za-z][A-Za-z0-9_+-]{1,40}?)(?:-[0-9a-f]{8})?(?:[-.]?\d{1,4}(?:\.\d{1,4}){1,3}|-\d{1,4}|\.Q\d\d\w*)*\.so(?:\.[\w.+]{1,20})?"
)
_RELEASE_IN_NAME = pattern(r"(lib[A-Za-z][A-Za-z0-9_+-]{1,40}?)-(\d{1,3}\.\d{1,4}(?:\.\d{1,4})?)\.so")
_MODULE = pattern(r"(mod_[a-z0-9_]{2,40}|ngx_[a-z0-9_]{2,60}_module)\.so")
_NUMBERED = pattern(r"\.so\.(\d{1,4}\.\d{1,4}(?:\.\d{1,5}){0,2})$")
_NAME = pattern(
    r"([A-Za-z][A-Za-z0-9_+-]{1,40}?)(?:[-.]?\d{1,4}(?:\.\d{1,4}){1,3}|[-.]\d{1,4}|(\.(?!so$|node$|ko$|dll$|dylib$)[a-z][a-z0-9]{1,9}))?"
)
_ENDINGS = (".exe", ".static", ".bin", ".real", ".orig")
_TARGET = pattern(r"(?:x86_64|aarch64|arm|i[3-6]86|powerpc64le|riscv64|s390x)-(?:[a-z]{1,8}-)?linux-(?:gnu|musl)[a-z]{0,8}-")
_PLAIN = pattern(r"[^a-z0-9]")
_SHORTEST, _LONG_REST, _LEAST_COMMON = 3, 5, 4
_OTHERS = frozenset(
    ("dns", "elf", "ftp", "gif", "html", "http", "https", "imap", "ipp", "json", "kernel", "ldap", "linux", "nfs", "ntlm",
     "ntp", "openmp", "pdf", "png", "posix", "rpc", "rtsp", "sip", "smb", "smtp", "snmp", "soap", "ssh", "ssl", "tls",
     "unicode", "usb", "vulkan", "xml", "zip")
)  # fmt: skip


class OwnName(Struct, frozen=True):
    """``names``: lower case, letters and digits alone, none of less than three. ``first``: the first part of a name of several,
    which may be the product's (``kea-dhcp4``, ``git-remote-http``). ``number``: the one at the end of a library's file name.
    """

    name: str
    names: frozenset[str]
    first: str = ""
    release: str = ""  # in the name of the file
    number: str = ""
    file: str = ""  # the file's name without its ending and number, of a library
    is_library: bool = False
    is_of_file: bool = True  # whether the file is known by the name

    def is_name(self, text: bytes) -> bool:
        return plain(text.decode("latin-1")) in self.names


def own_name(file_name: str) -> OwnName | None:
    """None if the name of the file is not a program's own."""
    if release := _RELEASE_IN_NAME.fullmatch(file_name):
        return OwnName(release[1], _spellings(release[1]), release=release[2], is_library=True)
    if library := _LIBRARY.fullmatch(file_name):
        number = _NUMBERED.search(file_name)
        return OwnName(
            f"lib{library[1]}",
            _spellings(f"lib{library[1]}", library[1], library[1].rstrip("0123456789")),
            plain(library[1].partition("-")[0]) if "-" in library[1] else "",
            number=number[1] if number else "",
            file=file_name.partition(".so")[0],
            is_library=True,
        )
    if module := _MODULE.fullmatch(file_name):  # of a web server, whose version it may have, too
        return OwnName(module[1], _spellings(module[1]), is_library=True, is_of_file=False)
    for ending in _ENDINGS:
        file_name = file_name.removesuffix(ending)
    target = _TARGET.match(file_name)
    found = _NAME.fullmatch(file_name[target.end() :] if target else file_name)
    if not found or found[1].lower() in _OTHERS:
        return None
    name = found[1]
    part = found[2] or ""  # mkfs.ext4, ld.gold
    first, _, rest = name.partition("-")
    daemon = name.removesuffix("d") if len(name) > _SHORTEST + 1 else name
    names = _spellings(name + part, name, daemon, name.removesuffix("_64"), rest if len(rest) > _LONG_REST else "")
    return OwnName(name + part, names, plain(first) if rest else "")


def of_product(own: OwnName | None, product: str, *, is_certain: bool = False) -> OwnName:
    """The name of a file that is thought to be of the product. Another product's file may have the same name: unless the file
    is certain to be of the product, only a name like the product's is its own, too."""
    names = _spellings(product, product.removeprefix("lib"))
    return (
        replace(own, name=product, names=own.names | names)
        if own and (is_certain or own.names & names)
        else OwnName(product, names, is_of_file=False)
    )


def is_related(own: OwnName, name: str) -> bool:
    """Whether one name is the beginning of the other, or the end of the own one: ``jbigkit`` and ``libjbig``, ``pigz`` and
    ``unpigz``."""
    other = plain(name)
    return any(
        min(len(other), len(known)) >= max(_LEAST_COMMON, max(len(other), len(known)) // 2)
        and (known.startswith(other) or known.endswith(other) or other.startswith(known))
        for known in own.names
        if other not in _OTHERS
    )


def plain(name: str) -> str:
    return _PLAIN.sub("", name.lower())


def _spellings(*names: str) -> frozenset[str]:
    return frozenset(spelling for name in names if len(spelling := plain(name)) >= _SHORTEST and spelling not in _OTHERS)
