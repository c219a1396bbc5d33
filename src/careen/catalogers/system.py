"""The small files that configure a system's users, trust and software sources.

Facts are texts with credentials redacted: of a password's hash only the scheme remains.
Shape: passwd(5), group(5), shadow(5), sudoers(5), doas.conf(5), sources.list(5), apt.conf(5), yum.conf(5), pip's and npm's
settings.
"""

import re
from collections.abc import Iterator

from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAME = "system"
PATHS = (
    "etc/passwd", "etc/group", "etc/shadow", "etc/sudoers", "etc/apt/sources.list", "etc/apt/apt.conf", "etc/yum.conf",
    "etc/dnf/dnf.conf", "etc/apk/repositories", "etc/pip.conf", "etc/ld.so.preload", "etc/npmrc",
    "usr/local/etc/npmrc", "root/.npmrc", "root/.pip/pip.conf", "root/.config/pip/pip.conf", "etc/gemrc", "root/.gemrc",
    "etc/ssh/sshd_config", "root/.curlrc", "root/.wgetrc", "etc/wgetrc", "root/.gitconfig", "etc/gitconfig",
    "etc/doas.conf",
)  # fmt: skip
FOLDERS = (
    "etc/sudoers.d", "etc/apt/sources.list.d", "etc/apt/apt.conf.d", "etc/yum.repos.d", "etc/zypp/repos.d",
    "etc/ssh/sshd_config.d", "etc/doas.d",
)  # fmt: skip
MAX_TEXT = 64 * 1024
_USER = pattern(r"(://)[^/@\s]{1,300}@")
_CREDENTIAL = pattern(r"(?im)^([^\n=#]{0,200}(?:_auth|token|password|passwd|secret|username)[^\n=]{0,40}=).+$")


def read(file: File) -> Iterator[str]:
    text = file.data[:MAX_TEXT].decode(errors="replace")
    if "\0" in text:
        raise ValueError("it is not a text file")
    if file.path.endswith("etc/shadow"):
        yield "\n".join(_masked(line) for line in text.splitlines())
    else:
        yield _CREDENTIAL.sub(r"\1…", _USER.sub(r"\1…@", text))


def _masked(line: str) -> str:
    """A line of a password file with only the scheme of the hash: "root:$6$salt$hash:19000::" gives
    "root:$6$…:19000::"; "!", "*" and "" stay."""
    name, colon, rest = line.partition(":")
    password, then, more = rest.partition(":")
    if password.strip("!*x"):
        lock = "!" if password.startswith("!") else ""
        scheme = re.match(r"\$[0-9a-z]{1,8}\$", password.lstrip("!"))
        password = f"{lock}{scheme[0] if scheme else ''}…"
    return f"{name}{colon}{password}{then}{more}"


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(paths=PATHS, folders=FOLDERS, amount="head"), read),),
    fact=str,
    role="system",
    limits="It finds no packages: the checks of an image's configuration evaluate these files.",
)
