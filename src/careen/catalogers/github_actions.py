"""GitHub Actions: the actions and workflows that workflows and composite actions use.

Lines ``uses: owner/repository[/path]@reference``. Advisories name an action by its repository; an action in a subfolder is
also listed with its path. If the reference is a commit, a comment after it usually names the version (``# v4.2.2``). An
action in the same tree (``./path``) is listed as written, without a version; images (``docker://``) are left out.
Other lines are ignored, so no file is an error.
**Source:** GitHub Docs, "Workflow syntax", jobs.<id>.steps[*].uses; "Security hardening", pinning to a commit.
"""

import re
from collections.abc import Iterator
from itertools import chain

from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_LEAD = r"""^[ \t]*(?:-[ \t]+)?(?:\{[ \t]*)?["']?uses["']?[ \t]*:[ \t]*["']?"""
_USES = pattern(
    _LEAD + r"""([\w.-]{1,100}/[\w.-]{1,100})(/[\w./-]{1,200})?@([\w./+-]{1,200})["']?"""
    r"(?:[ \t]*\#[ \t]*(?:tag=|pin@|ratchet:[^@\s]{1,200}@)?(v?[ \t]?\d[\w.+-]{0,60}))?",
    re.MULTILINE,
)
_OWN = pattern(_LEAD + r"""(\./[\w./-]{1,200})""", re.MULTILINE)
_COMMIT = pattern(r"[0-9a-f]{40}")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    text = file.data.decode("utf-8", "replace")
    own = declared("github_actions", "generic", ((found[1], "") for found in _OWN.finditer(text)))
    return chain(declared("github_actions", "github", _used(text)), own)


def _used(text: str) -> Iterator[tuple[str, str]]:
    for found in _USES.finditer(text):
        repository, path, reference, comment = found.groups()
        version = re.sub(r"\s", "", comment) if comment and _COMMIT.fullmatch(reference) else reference
        if not (path and path.startswith("/.github/workflows/")):
            yield repository, version
        if path:
            yield repository + path, version


CATALOGER = Cataloger(
    name="github_actions",
    ecosystem=Ecosystem(purl_type="github", scheme="generic", namespace="GitHub Actions"),
    readers=(
        Reader(Wants(folders=(".github/workflows/*.yml", ".github/workflows/*.yaml")), read),
        Reader(Wants(names=("action.yml", "action.yaml")), read),
    ),
    limits="Actions that other actions use in turn. A branch, or v4 for the newest of 4.x, is listed as written.",
)
