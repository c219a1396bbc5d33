"""Kubernetes for ``misconfig``: every check of manifests, also those that are off by default."""

from typing import Any

import careen.checks.kubernetes
import careen.checks.network
import careen.checks.rbac
from careen.checks.run import run
from careen.formats.kubernetes import manifest_files
from careen.plugins import Check, load
from tests.acceptance.misconfig_ops import BY_TYPE

_FOLDERS = (careen.checks.kubernetes, careen.checks.network, careen.checks.rbac)
_CHECKS = tuple(check for folder in _FOLDERS for check in load(folder.__name__, "CHECK", Check))


def misconfig(files: dict[str, str]) -> list[dict[str, Any]]:
    outcome = run(_CHECKS, manifest_files.read(files.items()), next(iter(files), ""))
    return [{"id": one.id, "path": one.location.path, "line": one.location.line} for one in outcome.findings]


BY_TYPE["kubernetes"] = misconfig
OPS: dict[str, Any] = {}
