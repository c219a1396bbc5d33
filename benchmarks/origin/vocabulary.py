"""Writes the stop-list of common code, from projects that no set has, but for those of the tuned half: what several
of them have, or many files of one; what their files of public algorithms have; what compilers of JavaScript write into files,
and generators of parsers into each parser; and the machine code that many packages of this machine have, which are not in
the base.

Prologues of compilers and bundlers, wrappers for module systems, idioms: code that does not show where a file comes from.
``python -m benchmarks.origin.vocabulary`` reads the newest release of each project that is named here. What the list has
already stays in it: other releases and other machines have shown that it is common.
"""

import posixpath
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from careen.origin.building import is_own_code
from careen.origin.common import FAMILIES, PATH, listed
from careen.origin.features import LETTERS, TOKENS, features_of
from careen.origin.public import is_public
from careen.origin.source import Parsed, language_of, letters_of, tokens_of
from careen.origin.spans import HASH_BITS, Hashes
from careen.origin.winnowing import least_grams

from . import programs, public, sets
from .sets import words

PROJECTS = {
    "npm": words(
        "axios chart.js dayjs dompurify handlebars immutable jszip luxon mobx preact quill react react-dom redux vue "
        "vue-router vuex sweetalert2 validator markdown-it path-to-regexp mithril sequelize jsonpath"
    ),
    "pypi": words("ddtrace invoke joblib python-rapidjson snowflake-connector-python wandb setuptools"),
    "debian": words("json-c giflib libssh2 dropbear libpng1.6 nginx lcms2 libxml2 openssh"),
}  # fmt: skip
# Of the tuned half, and in no set of single files: their files with the name of a public algorithm count as well.
CARRIERS = {
    "debian": words(
        "aom apr-util cyrus-sasl2 dav1d file gmp jbig2dec libfido2 libjpeg-turbo libmemcached libmicrohttpd libmspack libplist "
        "libunistring libvncserver memcached php7.4 ruby2.7"
    )
}
# Compilers whose functions have had several forms, and packages of such functions.
BABEL = ("@babel/standalone", words("7.0.0 7.12.0 7.18.0 7.23.0 7.26.0"))
FUNCTIONS = words("tslib regenerator-runtime @swc/helpers")
# Generators of parsers: package, where the code is that they write into each parser, and versions.
GENERATORS = (
    ("jison", "lib/jison.js", words("0.2.13 0.3.0 0.3.12 0.4.6 0.4.13 0.4.18")),
    ("jison", "lib/jison/lexer.js", words("0.2.13 0.3.0 0.3.12")),
    ("jison-lex", "regexp-lexer.js", words("0.0.1 0.1.0 0.2.1 0.3.4")),
)
CHOSEN = 4  # times as many as a window chooses: it chooses the least of its stretches, with any code around the function
SEVERAL = ("letters", "tokens", "sequences")  # of which a feature that several projects have is common
PROJECTS_AT_LEAST, FILES_AT_LEAST, PACKAGES_AT_LEAST = 2, 10, 2
MOST_STRETCHES = 3_000  # of a program whose machine code counts: compilers and interpreters are in several packages


def write_stop_list() -> None:
    projects: dict[str, Counter[int]] = {family: Counter() for family in SEVERAL}
    common: dict[str, set[int]] = {family: set(listed(family).tolist()) for family in FAMILIES}
    for kind, names in PROJECTS.items():
        for name in names:
            files: dict[str, Counter[int]] = {family: Counter() for family in SEVERAL}
            stems: dict[str, set[int]] = {}  # a project's builds for several kinds of modules have files of the same name
            archives = sets.archives(kind, name, most=1)
            for path, data in sets.files_of(list(archives.values())[-1]).items() if archives else ():
                if is_own_code(path) and len(data) < sets.MAX_BYTES:
                    features = features_of(path, data)
                    before = stems.setdefault(posixpath.basename(path).partition(".")[0], set())
                    for family in SEVERAL:
                        found = set(features[family].tolist()) if family in features else set()
                        files[family].update(found - before)
                        before |= found
            for family, counts in files.items():
                projects[family].update(counts.keys())
                common[family].update(feature for feature, count in counts.items() if count >= FILES_AT_LEAST)
            print(kind, name, {family: len(found) for family, found in common.items()}, flush=True)
    for family in SEVERAL:
        common[family].update(feature for feature, count in projects[family].items() if count >= PROJECTS_AT_LEAST)
    for place in (*public.places(), *public.places(CARRIERS)):
        is_of_the_set = place.project not in CARRIERS["debian"]
        if sets.half(place.project) == "tune" and (is_of_the_set or is_public(place.path, place.project)):
            for family, hashes in features_of(place.path, place.data).items():
                if family in FAMILIES:
                    common[family].update(hashes.tolist())
    for path, data in _written_by_compilers():
        for family, hashes in _anywhere(path, data).items():
            common[family].update(hashes.tolist())
    common["sequences"] |= _of_many_packages()
    arrays = [np.array(sorted(common[family]), "<u8") for family in FAMILIES]
    print([array.size for array in arrays])
    head = np.array([array.size for array in arrays], "<u8")
    PATH.write_bytes(b"".join(array.tobytes() for array in (head, *arrays)))


def _written_by_compilers() -> Iterator[tuple[str, bytes]]:
    name, versions = BABEL
    with tempfile.TemporaryDirectory() as folder:
        for archive in sets.archives("npm", name, versions).values():
            script = Path(folder, "babel.js")
            script.write_bytes(sets.files_of(archive)["babel.min.js"])
            written = f"process.stdout.write(require({str(script)!r}).buildExternalHelpers(undefined, 'module'))"
            yield "helpers.js", subprocess.run(("node", "-e", written), capture_output=True, check=True).stdout
    for name, place, versions in GENERATORS:
        for archive in sets.archives("npm", name, versions).values():
            yield place, sets.files_of(archive)[place]
    for name in FUNCTIONS:
        for archive in sets.archives("npm", name, most=2).values():
            yield from ((path, data) for path, data in sets.files_of(archive).items() if path.endswith(".js"))


def _of_many_packages() -> set[int]:
    packages: dict[str, set[int]] = {}
    for source, features in programs.strangers():
        if sets.half(source) == "tune" and features["sequences"].size <= MOST_STRETCHES:
            packages.setdefault(source, set()).update(features["sequences"].tolist())
    counts = Counter(stretch for stretches in packages.values() for stretch in stretches)
    return {stretch for stretch, count in counts.items() if count >= PACKAGES_AT_LEAST}


def _anywhere(path: str, data: bytes) -> dict[str, Hashes]:
    """The features that a file with this code may have, whatever else it has."""
    source = Parsed(data, language_of(path))
    tokens = tokens_of(source)
    stretches = {
        "letters": (least_grams(letters_of(source), LETTERS[0], 1), LETTERS[1]),
        "tokens": (least_grams(tokens.codes, TOKENS[0], 1, tokens.links), TOKENS[1]),
    }
    return {family: found[found < (CHOSEN << HASH_BITS) // window] for family, (found, window) in stretches.items()}


if __name__ == "__main__":
    write_stop_list()
