"""Knowledge bases of small numbers in place of hashes."""

import numpy as np

from careen.origin.building import BUILT_FAMILIES, Release, build
from careen.origin.knowledge import Project

VERSIONS = ("1", "2", "3", "4")


def release(version, files, *builds):
    features = {
        path: {family: np.array(sorted(found), np.uint64) for family, found in families.items()}
        for path, families in files.items()
    }
    return Release(version, features, builds=tuple(map(of_build, builds)))


def of_build(families):
    empty = dict.fromkeys(BUILT_FAMILIES, np.empty(0, np.uint64)) | {"statements": np.empty(0, np.uint64)}
    return empty | {family: np.array(sorted(found), np.uint64) for family, found in families.items()}


def base_of(projects, sampling=1):
    return build(
        [
            (Project(name, VERSIONS), [release(version, files) for version, files in zip(VERSIONS, releases, strict=True)])
            for name, releases in projects.items()
        ],
        sampling,
    )


def what_it_says(base, family, hash):
    found = base.look_up(family, np.array([hash], np.uint64))
    return {
        (base.projects[int(atom["project"])].name, base.paths[int(atom["path"])], VERSIONS[version])
        for atom in base.atoms[found.atoms]
        for version in range(int(atom["first"]), int(atom["last"]) + 1)
    }
