"""Kustomizations, built without Kustomize: ``build`` gives the objects of each kustomization, with the file and line of each
key.

Nothing is fetched, and no program is started. What a kustomization uses and this does not apply is a trouble of its own.
**Source:** the kustomization file, https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from .build import Built, build, is_kustomization, missing
from .inflate import Chart, Manifest, Manifests
from .reading import Trouble

__all__ = ["Built", "Chart", "Manifest", "Manifests", "Trouble", "build", "is_kustomization", "missing"]
