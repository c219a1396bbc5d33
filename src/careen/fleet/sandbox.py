"""Takes rights away from the process that reads layers, which may be hostile: it gets no network and no programs, and
its memory and CPU time are limited.

A filter of the kernel (seccomp) refuses system calls on Linux on x86-64 and ARM64. Elsewhere only the limits apply, and
``confine`` reports this. **Source:** seccomp(2), Linux's ``linux/seccomp.h``, ``linux/audit.h`` and system call tables.
"""

import ctypes
import platform
import struct
import sys

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refused calls end with EPERM
_X32 = 0x40000000

# Calls for the network, programs, other processes, mounts, namespaces, keys, kernel modules, bpf and io_uring.
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 43, 44, 46, 49, 50, 53, 59, 62, 101, 165, 175, 200, 246, 248, 249, 250, 272, 288, 298, 307,
                            308, 310, 311, 313, 317, 321, 322, 323, 425)),
    "aarch64": (0xC00000B7, (198, 199, 200, 201, 202, 203, 206, 211, 221, 117, 129, 130, 40, 97, 104, 105, 217, 218, 219, 241,
                             242, 268, 269, 270, 271, 273, 277, 280, 281, 282, 425)),
}  # fmt: skip


def confine(memory_bytes: int, cpu_seconds: int) -> tuple[str, ...]:
    """Limits this process for the rest of its life. Returns a sentence for each limit that this machine does not
    support.
    """
    missing = list(_limited(memory_bytes, cpu_seconds))
    trouble = _filtered()
    return (*missing, *([trouble] if trouble else []))


def _limited(memory_bytes: int, cpu_seconds: int) -> list[str]:
    try:
        import resource
    except ImportError:
        return ["memory and CPU time are not limited on this system"]
    missing = []
    for name, value in (
        ("RLIMIT_AS", memory_bytes), ("RLIMIT_CPU", cpu_seconds), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 4 << 30),
    ):  # fmt: skip
        try:
            _, hard = resource.getrlimit(getattr(resource, name))
            most = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError) as error:
            missing.append(f"{name} is not limited: {error}")
    return missing


def _filtered() -> str:
    """Makes the kernel refuse system calls. Returns "", or the reason why it does not."""
    known = _CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return "the network is not closed to readers on this system"
    architecture, calls = known
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture that the call is made for
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_JUMP_SET, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for position, call in enumerate(calls):
        steps.append((_JUMP_EQUAL, len(calls) - position, 0, call))
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(head), 0, 0):
        return f"the kernel refuses a filter of system calls (error {ctypes.get_errno()})"
    return ""
