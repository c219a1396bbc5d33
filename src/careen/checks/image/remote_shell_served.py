"""Remote shell or container engine is served."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

SERVERS = {
    "usr/sbin/sshd": "an SSH server", "usr/sbin/dropbear": "an SSH server", "usr/sbin/in.telnetd": "a Telnet server",
    "usr/sbin/telnetd": "a Telnet server", "usr/sbin/in.rshd": "an rsh server", "usr/sbin/in.rlogind": "an rlogin server",
}  # fmt: skip
PORTS = {22: "SSH", 23: "Telnet", 512: "rexec", 513: "rlogin", 514: "rsh", 2375: "Docker's engine without TLS", 3389: "RDP"}


def inspect(document: ImageDocument) -> Iterator[Place]:
    for path, what in SERVERS.items():
        if path in document.entries:
            yield Place(f"/{path} is {what}", path=path)
    for port, protocol in document.ports:
        if protocol == "tcp" and port in PORTS:
            yield Place(f"port {port} is exposed: {PORTS[port]}")


CHECK = Check(
    id="IMG-012",
    title="Remote shell or container engine is served",
    severity="medium",
    why="A server such as sshd is a second way in, with its own keys, updates and logs.",
    fix="Remove the server; use docker exec or kubectl exec. Never publish port 2375.",
    references=("CIS Docker 1.6, 5.7", "CWE-749"),
    inspect=inspect,
)
