"""Programs that install packages. Only they run with the copies that they carry, which lag behind by years, and only a newer
release of the program replaces them: vulnerabilities of such a copy are possible, so that no gate fails on each image with
Python.
"""

INSTALLERS = frozenset(("conda", "pip", "pipenv", "pkg_resources", "poetry", "setuptools", "virtualenv"))
OF_INSTALLERS = 0.4  # the confidence of their copies


def is_of_installer(path: str) -> bool:
    return not INSTALLERS.isdisjoint(path.split("/"))
