"""Writes the stop-list of common code, from projects that no set has, but for those of the tuned half: what several
of them have, or many files of one; and what their files of public algorithms have.

Prologues of compilers and bundlers, wrappers for module systems, idioms: code that does not show where a file comes from.
``python -m benchmarks.origin.vocabulary`` reads the newest release of each project that is named here.
"""

import posixpath
from collections import Counter

import numpy as np

from careen.origin.building import is_own_code
from careen.origin.common import FAMILIES, PATH
from careen.origin.features import features_of
from careen.origin.public import is_public

from . import public, sets
from .sets import words

PROJECTS = {
    "npm": words(
        "axios chart.js dayjs dompurify handlebars immutable jszip luxon mobx preact quill react react-dom redux vue "
        "vue-router vuex sweetalert2 validator markdown-it path-to-regexp mithril sequelize"
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
SEVERAL = ("letters", "tokens")  # of which a feature that several projects have is common
PROJECTS_AT_LEAST, FILES_AT_LEAST = 2, 10


def main() -> None:
    projects: dict[str, Counter[int]] = {family: Counter() for family in SEVERAL}
    common: dict[str, set[int]] = {family: set() for family in FAMILIES}
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
    arrays = [np.array(sorted(common[family]), "<u8") for family in FAMILIES]
    print([array.size for array in arrays])
    head = np.array([array.size for array in arrays], "<u8")
    PATH.write_bytes(b"".join(array.tobytes() for array in (head, *arrays)))


if __name__ == "__main__":
    main()
