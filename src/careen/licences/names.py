"""Finds the SPDX id of a licence by any of its usual names: ids and names of the list, Fedora's and Debian's short
names, PyPI's classifiers, and the usual words in package metadata.

A name without a version means what its owner's terms state: the GNU licences may then be used in any version; for other
families the usual version is taken (``FAMILIES``), and ``is_family`` shows it.
**Source:** SPDX licence list; Fedora's list of good licences with its former short names; Debian's copyright format 1.0,
"short names"; trove classifiers.
"""

import re
from functools import cache, lru_cache

from careen.safety.pattern import pattern

from .library import library

MAX_NAME = 200  # characters

# By key (see ``_key``): for each family, the version that is usually meant without a version.
FAMILIES = {
    "apache": "Apache-2.0",
    "apache software": "Apache-2.0",
    "artistic": "Artistic-1.0-Perl",
    "bsd": "BSD-3-Clause",
    "bsd like": "BSD-3-Clause",
    "bsd style": "BSD-3-Clause",
    "bsd derived": "BSD-3-Clause",
    "berkeley": "BSD-3-Clause",
    "cc by": "CC-BY-4.0",
    "cc by sa": "CC-BY-SA-4.0",
    "cc0": "CC0-1.0",
    "cddl": "CDDL-1.0",
    "cecill": "CECILL-2.1",
    "common development and distribution": "CDDL-1.0",
    "cpl": "CPL-1.0",
    "eclipse public": "EPL-1.0",
    "epl": "EPL-1.0",
    "eupl": "EUPL-1.2",
    "mozilla public": "MPL-2.0",
    "mpl": "MPL-2.0",
    "ofl": "OFL-1.1",
    "open font": "OFL-1.1",
    "osl": "OSL-3.0",
    "php": "PHP-3.01",
    "python software foundation": "PSF-2.0",
    "psf": "PSF-2.0",
    "python": "Python-2.0",
    "sil ofl": "OFL-1.1",
    "zpl": "ZPL-2.1",
    "zope public": "ZPL-2.1",
}
_ALIASES = {
    "0bsd": "0BSD",
    "2 clause bsd": "BSD-2-Clause",
    "3 clause bsd": "BSD-3-Clause",
    "4 clause bsd": "BSD-4-Clause",
    "academic free v3.0": "AFL-3.0",
    "afl": "AFL-2.1",
    "dmit": "MIT",
    "netscape": "NPL-1.1",
    "mit with advertising": "MIT-advertising",
    "apache 2": "Apache-2.0",
    "apache v2": "Apache-2.0",
    "apache software v2": "Apache-2.0",
    "apache software 2": "Apache-2.0",
    "apache software 2.0": "Apache-2.0",
    "apache software 1.1": "Apache-1.1",
    "apache2": "Apache-2.0",
    "apache2.0": "Apache-2.0",
    "al 2.0": "Apache-2.0",
    "asf 2.0": "Apache-2.0",
    "asl 1.0": "Apache-1.0",
    "asl 1.1": "Apache-1.1",
    "asl 2": "Apache-2.0",
    "asl 2.0": "Apache-2.0",
    "asl1.1": "Apache-1.1",
    "asl2.0": "Apache-2.0",
    "artistic 1": "Artistic-1.0-Perl",
    "artistic 2": "Artistic-2.0",
    "artistic clarified": "ClArtistic",
    "bitstream vera": "Bitstream-Vera",
    "boost": "BSL-1.0",
    "boost software": "BSL-1.0",
    "bouncy castle": "MIT",
    "bsd 2": "BSD-2-Clause",
    "bsd 3": "BSD-3-Clause",
    "bsd 4": "BSD-4-Clause",
    "bsd new": "BSD-3-Clause",
    "bsd revised": "BSD-3-Clause",
    "bsd simplified": "BSD-2-Clause",
    "bsd original": "BSD-4-Clause",
    "bsd with advertising": "BSD-4-Clause",
    "bsd 3 clause new": "BSD-3-Clause",
    "bsd 2 clause freebsd": "BSD-2-Clause",
    "bsd2": "BSD-2-Clause",
    "bsd3": "BSD-3-Clause",
    "bsd4": "BSD-4-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "revised bsd": "BSD-3-Clause",
    "simplified bsd": "BSD-2-Clause",
    "freebsd": "BSD-2-Clause",
    "original bsd": "BSD-4-Clause",
    "bzip2": "bzip2-1.0.6",
    "cddl 1": "CDDL-1.0",
    "cddl v1.0": "CDDL-1.0",
    "cddl v1.1": "CDDL-1.1",
    "cc0 1.0 universal": "CC0-1.0",
    "cc0 1.0 universal public domain dedication": "CC0-1.0",
    "creative commons zero": "CC0-1.0",
    "public domain per creative commons cc0": "CC0-1.0",
    "curl": "curl",
    "edl 1.0": "BSD-3-Clause",
    "eclipse distribution 1.0": "BSD-3-Clause",
    "eclipse distribution": "BSD-3-Clause",
    "epl 1": "EPL-1.0",
    "epl 2": "EPL-2.0",
    "expat": "MIT",
    "expat mit": "MIT",
    "mit expat": "MIT",
    "fsf unlimited": "FSFUL",
    "free software foundation": "FSFULLR",
    "go": "BSD-3-Clause",
    "hpnd": "HPND",
    "icu": "ICU",
    "ijg": "IJG",
    "isc": "ISC",
    "iscl": "ISC",
    "jasper": "JasPer-2.0",
    "json": "JSON",
    "libpng": "libpng-2.0",
    "lppl 1.3c": "LPPL-1.3c",
    "mit": "MIT",
    "mit x": "MIT",
    "mit x11": "MIT",
    "x11": "X11",
    "x11 mit": "MIT",
    "x consortium": "X11",
    "mit style": "MIT",
    "mit like": "MIT",
    "mit 0": "MIT-0",
    "mit with no attribution": "MIT-0",
    "mpl 1": "MPL-1.0",
    "mpl 2": "MPL-2.0",
    "mplv1.0": "MPL-1.0",
    "mplv1.1": "MPL-1.1",
    "mplv2.0": "MPL-2.0",
    "mplv2": "MPL-2.0",
    "ncsa": "NCSA",
    "university of illinois/ncsa open source": "NCSA",
    "netcdf": "NetCDF",
    "net snmp": "Net-SNMP",
    "openldap": "OLDAP-2.8",
    "openldap public": "OLDAP-2.8",
    "openssl": "OpenSSL",
    "old openssl": "OpenSSL",
    "openssh": "SSH-OpenSSH",
    "postgresql": "PostgreSQL",
    "psfl": "PSF-2.0",
    "psf 2": "PSF-2.0",
    "pypl": "PSF-2.0",
    "psfrag": "psfrag",
    "qpl": "QPL-1.0",
    "rsa": "RSA-MD",
    "ruby": "Ruby",
    "rubys": "Ruby",
    "same as ruby": "Ruby",
    "sendmail": "Sendmail",
    "sil ofl 1.1": "OFL-1.1",
    "sil open font v1.1": "OFL-1.1",
    "sissl": "SISSL",
    "sleepycat": "Sleepycat",
    "tcl": "TCL",
    "tcl/tk": "TCL",
    "the unlicense": "Unlicense",
    "ucd": "Unicode-DFS-2016",
    "unicode": "Unicode-3.0",
    "upl": "UPL-1.0",
    "upl 1": "UPL-1.0",
    "vim": "Vim",
    "vsl": "VSL-1.0",
    "w3c": "W3C",
    "wtfpl": "WTFPL",
    "wxwidgets": "GPL-2.0-or-later WITH WxWindows-exception-3.1",
    "wxwindows library": "GPL-2.0-or-later WITH WxWindows-exception-3.1",
    "zlib": "Zlib",
    "zlib/libpng": "Zlib",
    "zlib acknowledgement": "zlib-acknowledgement",
    "perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "perl 5": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "same terms as perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "same as perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "gpl 2 with classpath exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "gplv2+ce": "GPL-2.0-only WITH Classpath-exception-2.0",
    "cddl/gplv2+ce": "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0",
    "cddl + gplv2 with classpath exception": "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0",
    "python 2.0.1": "Python-2.0.1",
    "microsoft net library": "MIT",
}
_EXCEPTIONS = {
    "autoconf": "Autoconf-exception-generic",
    "bison": "Bison-exception-2.2",
    "bootloader": "Bootloader-exception",
    "classpath": "Classpath-exception-2.0",
    "font": "Font-exception-2.0",
    "gcc": "GCC-exception-3.1",
    "gcc runtime library": "GCC-exception-3.1",
    "gcc runtime": "GCC-exception-3.1",
    "libtool": "Libtool-exception",
    "llvm": "LLVM-exception",
    "linux syscall": "Linux-syscall-note",
    "ocaml linking": "OCaml-LGPL-linking-exception",
    "texinfo": "Texinfo-exception",
    "openssl": "cryptsetup-OpenSSL-exception",
}
_REPLACED = {
    "AGPL-1.0": "AGPL-1.0-only",
    "AGPL-3.0": "AGPL-3.0-only",
    "BSD-2-Clause-FreeBSD": "BSD-2-Clause",
    "BSD-2-Clause-NetBSD": "BSD-2-Clause",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "StandardML-NJ": "SMLNJ",
    "bzip2-1.0.5": "bzip2-1.0.6",
    "wxWindows": "GPL-2.0-or-later WITH WxWindows-exception-3.1",
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "Nunit": "zlib-acknowledgement",
    "Net-SNMP": "Net-SNMP",
}
_LOWEST = {"GPL": "1.0", "LGPL": "2.0", "AGPL": "1.0", "GFDL": "1.1"}
_VERSIONS = {
    "GPL": ("1.0", "2.0", "3.0"),
    "LGPL": ("2.0", "2.1", "3.0"),
    "AGPL": ("1.0", "3.0"),
    "GFDL": ("1.1", "1.2", "1.3"),
}
_GNU = pattern(
    r"(?:gnu |fsf )?(?:(?P<short>l|a)?gpl"
    r"|(?P<long>lesser |library |library or lesser |lesser or library |affero )?general public"
    r"|(?P<doc>gfdl|fdl|free documentation))"
    r"(?P<free> niv| no invariants?)?(?: (?:l|a)?gpl)? ?,?(?:version |versions |v\.? ?)?(?P<version>[123](?:\.[0123])?)?"
    r"(?P<end> ?\+| ?only| ?(?:or|and) (?:any )?(?:later|newer|above|greater|higher)(?: versions?)?|)"
    r"(?P<free2> no invariants?(?: or later| only)?)?(?P<end2> or later| only)?"
)
_ADDRESS = pattern(r"<?(?:https?:)?//(?:www\.)?([^\s<>]{4,190})")
_ADDRESSES = {
    "apache.org/licenses/license-2.0": "Apache-2.0",
    "opensource.org/licenses/apache": "Apache-2.0",
    "opensource.org/licenses/mit": "MIT",
    "opensource.org/licenses/bsd-3": "BSD-3-Clause",
    "opensource.org/licenses/bsd-license": "BSD-2-Clause",
    "opensource.org/licenses/bsd-2": "BSD-2-Clause",
    "eclipse.org/legal/epl-2.0": "EPL-2.0",
    "eclipse.org/legal/epl-v20": "EPL-2.0",
    "eclipse.org/legal/epl-v10": "EPL-1.0",
    "eclipse.org/org/documents/edl-v10": "BSD-3-Clause",
    "creativecommons.org/publicdomain/zero/1.0": "CC0-1.0",
    "gnu.org/licenses/old-licenses/lgpl-2.1": "LGPL-2.1-only",
    "gnu.org/licenses/lgpl-3": "LGPL-3.0-only",
    "gnu.org/licenses/old-licenses/gpl-2.0": "GPL-2.0-only",
    "gnu.org/licenses/gpl-3": "GPL-3.0-only",
    "mozilla.org/mpl/2.0": "MPL-2.0",
    "mozilla.org/media/mpl/2.0": "MPL-2.0",
    "glassfish.java.net/public/cddl+gpl_1_1": "CDDL-1.1 OR GPL-2.0-only WITH Classpath-exception-2.0",
}
_BRACKETS = pattern(r"(?<!\s)\s*+[(\[][^()\[\]]{0,80}[)\]]\s*$")


@lru_cache(maxsize=4096)
def id_of(name: str) -> str:
    """The SPDX id, or the expression, of a name; "" if the name is unknown."""
    if not name or len(name) > MAX_NAME:
        return ""
    if address := _ADDRESS.match(name):
        return _of_address(address[1].lower())
    exact = _ids().get(name.lower())
    if exact:
        return _current(exact)
    if name.endswith("+") and (exact := _ids().get(name[:-1].lower())):
        return f"{exact.removesuffix('-only')}-or-later" if is_gnu(exact) else _current(exact)
    key = _key(name)
    found = _gnu(key) or _ALIASES.get(key) or FAMILIES.get(key) or _by_key().get(key, "")
    if found:
        return _current(found)
    base, with_, exception = name.removeprefix("SUSE-").partition("-with-")
    if with_ and (found := id_of(base)):  # SUSE and old lists write exceptions in this form
        known = exception_of(exception.removesuffix("-exception"))
        return f"{found} WITH {known}" if known else found
    shorter = _BRACKETS.sub("", name)
    return id_of(shorter) if shorter and shorter != name else ""


def _of_address(address: str) -> str:
    """The SPDX id of the licence whose text is at this URL (``www.apache.org/licenses/LICENSE-2.0.txt``); "" if
    unknown.
    """
    for known, id in _ADDRESSES.items():
        if known in address:
            return id
    last = re.sub(r"\.(?:txt|html?|php|md)$", "", address.rstrip("/").rpartition("/")[2])
    return _current(_ids().get(last, "")) if last and "licen" in address else ""


def exception_of(name: str) -> str:
    """The id of an exception by its name, such as ``Classpath exception``; "" if unknown."""
    exact = _exception_ids().get(name.lower())
    key = _key(name)
    return exact or _EXCEPTIONS.get(re.sub(r" ?(?:linking )?exceptions?.*$| note$", "", key), "")


def is_family(name: str) -> bool:
    """Whether the name leaves the version or variant open."""
    key = _key(name)
    return key in FAMILIES


def is_gnu(id: str) -> bool:
    return id.split("-")[0] in _LOWEST


def gnu_id(family: str, version: str, later: bool, free: bool = False) -> str:
    """The id of a GNU licence; without a version, any version is allowed. "" if there is no such version."""
    later = later or not version
    version = version or _LOWEST[family]
    number = version if "." in version else {"GFDL2": "1.2", "GFDL3": "1.3"}.get(family + version, f"{version}.0")
    if number not in _VERSIONS[family]:
        return ""
    middle = "-no-invariants" if free and family == "GFDL" else ""
    return f"{family}-{number}{middle}-{'or-later' if later else 'only'}"


def _gnu(key: str) -> str:
    match = _GNU.fullmatch(key)
    if not match:
        return ""
    if match["doc"]:
        family = "GFDL"
    else:
        family = {"l": "LGPL", "a": "AGPL"}.get(match["short"] or "", "")
        family = family or ("AGPL" if "affero" in (match["long"] or "") else "LGPL" if match["long"] else "GPL")
    ends = f"{match['end'] or ''}{match['free2'] or ''}{match['end2'] or ''}"
    later = "+" in ends or any(word in ends for word in ("later", "newer", "above", "greater", "higher"))
    return gnu_id(family, match["version"] or "", later, bool(match["free"] or match["free2"]))


def _current(id: str) -> str:
    if id in _REPLACED:
        return _REPLACED[id]
    family, _, version = id.partition("-")
    if family in _LOWEST and version.rstrip("+").replace(".", "").isdigit():
        return gnu_id(family, version.rstrip("+"), version.endswith("+"))
    return id


def _key(name: str) -> str:
    """A form of the name that is equal for all usual spellings."""
    text = name.lower().replace("licence", "license").replace("’", "'").split("::")[-1]
    text = re.sub(r"[\s_,;:\"'-]+", " ", text).strip(" .")
    text = re.sub(r"^(?:the|under|licensed under) +", "", text)
    text = re.sub(r"\blicen[sc]e[sd]?\b|\bversions?\b(?= ?[0-9])", " ", text)
    text = re.sub(r"\bv\.? ?(?=[0-9])", "", text) if not text.startswith("mplv") else text
    text = re.sub(r"(?<=gpl)v(?=[0-9])", " ", text)
    return re.sub(r" +", " ", text).strip(" .")


@cache
def _ids() -> dict[str, str]:
    return {entry.id.lower(): entry.id for entry in library().entries if not entry.exception}


@cache
def _exception_ids() -> dict[str, str]:
    return {entry.id.lower(): entry.id for entry in library().entries if entry.exception}


@cache
def _by_key() -> dict[str, str]:
    """Maps the keys of ids and names to ids. Current ids take precedence over deprecated ones."""
    found: dict[str, str] = {}
    for entry in sorted(library().entries, key=lambda entry: not entry.deprecated):
        if not entry.exception:
            found[_key(entry.name)] = entry.id
            found[_key(_BRACKETS.sub("", entry.name))] = entry.id
    for entry in sorted(library().entries, key=lambda entry: not entry.deprecated):
        if not entry.exception:
            found[_key(entry.id)] = entry.id
    return found
