"""An extension of PHP that was compiled into the image (``pecl install``), by the structure with which it registers.

A ``zend_module_entry`` has the name and the version. Extensions that PHP's own sources contain are of PHP, and left out.

**Source:** PHP, Zend/zend_modules.h.
"""

from careen.formats.binaries.constant_functions import Functions
from careen.model.package import Package
from careen.plugins import File
from careen.safety.pattern import pattern

from .linked import own_package
from .own_version import Named
from .version_forms import VERSION

MAX_BYTES = 32 << 20
CONFIDENCE = 0.8
_PLACE = pattern(r"(?:.*/)?(?:usr/local|opt)/(?:.*/)?(?:no-)?debug-(?:non-)?zts(?:-\d{8})?/\w{2,40}\.so")
_ENTRY, _NAME_AT, _VERSION_AT = "_module_entry", 32, 88  # of 64 bits
_NAME, _VERSION = pattern(r"[A-Za-z][\w -]{1,40}"), pattern(VERSION.decode() + r"(?:RC\d|alpha\d|beta\d|-?dev)?")
_OF_PHP = frozenset(
    (
        *("bcmath", "bz2", "calendar", "ctype", "curl", "dba", "dom", "enchant", "exif", "ffi", "fileinfo"),
        *("filter", "ftp", "gd", "gettext", "gmp", "iconv", "imap", "intl", "ldap", "mbstring", "mysqli", "mysqlnd"),
        *("odbc", "opcache", "pcntl", "pdo", "pdo_mysql", "pdo_odbc", "pdo_pgsql", "pdo_sqlite", "pgsql", "phar"),
        *("posix", "pspell", "readline", "shmop", "simplexml", "snmp", "soap", "sockets", "sodium", "sqlite3"),
        *("sysvmsg", "sysvsem", "sysvshm", "tidy", "tokenizer", "xml", "xmlreader", "xmlwriter", "xsl"),
        *("zend opcache", "zip", "zlib"),
    )
)


def is_extension(path: str, mode: int) -> bool:
    return _PLACE.fullmatch(path) is not None


def read_extension(file: File) -> list[Package]:
    if file.size_bytes > MAX_BYTES:
        return []
    library = Functions(file.data)
    entries = [symbol for symbol in library.names() if symbol.endswith(_ENTRY)]
    found = {(library.pointed_text(entry, _NAME_AT), library.pointed_text(entry, _VERSION_AT)) for entry in entries}
    return [
        own_package(Named(f"php-{name.lower()}", version, CONFIDENCE))
        for name, version in sorted((name or "", version or "") for name, version in found)
        if _NAME.fullmatch(name) and _VERSION.fullmatch(version) and name.lower() not in _OF_PHP
    ]
