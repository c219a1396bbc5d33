"""Paths of a host that containers mount: in their plain form, and whether they have secrets or control of the host."""

import posixpath
import re

_FOLDERS = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var/run"),
    *("/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet", "/var/log", "/var/spool/cron"),
)
_HARMLESS = re.compile(r"/etc/(?:localtime|timezone)|/usr/share/zoneinfo(?:/.*)?")
# A home folder as a whole, and those of its folders that have credentials.
_HOME = re.compile(
    r"(?:~[\w.-]*|\$HOME|\$\{HOME\}|/home(?:/[^/]+)?|/Users(?:/[^/]+)?)"
    r"(?:/\.(?:ssh|aws|azure|docker|gnupg|kube|config/gcloud|password-store)(?:/.*)?)?"
)


def plain(path: str) -> str:
    """An absolute path without what a kernel passes over (``//``, ``.``, a slash at the end) and without ``..``."""
    if path.startswith("/"):
        return "/" + posixpath.normpath(path).lstrip("/")
    return path.rstrip("/") or "/"


def is_sensitive(path: str) -> bool:
    """Whether a plain path has programs, configuration, devices or credentials of the host. Sockets are left to other
    checks."""
    if path.endswith(".sock") or _HARMLESS.fullmatch(path):
        return False
    below = any(path == folder or path.startswith(folder + "/") for folder in _FOLDERS)
    return path == "/" or below or _HOME.fullmatch(path) is not None
