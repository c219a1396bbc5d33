"""Debuggers and consoles that a command line opens to every address: who connects runs code, without a password.

Only what is stated counts: an option without an address listens on this machine alone, except in Go's debugger and gdbserver.

**Source:** Node.js and Deno, ``--inspect``; JDK, "JPDA Connection and Invocation" and "Monitoring and Management using JMX";
debugpy, ``--listen``; Delve, ``--listen``; ruby/debug, ``--host``; gdbserver(1); Flask, "Debug Mode"; Jupyter Server,
"Security".
"""

from collections.abc import Iterable, Iterator

from careen.safety.pattern import pattern

MAX_TEXT = 32 * 1024
OPTIONS = frozenset(
    (
        "NODE_OPTIONS",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "_JAVA_OPTIONS",
        "JAVA_OPTS",
        "CATALINA_OPTS",
        "GUNICORN_CMD_ARGS",
    )
)
_EVERYWHERE = r"(?:0\.0\.0\.0|\*|\[?::\]?)"
_END = r"(?=[\s\"',;&|)\]]|$)"
_DEBUGGERS = tuple(
    (what, [pattern(part) for part in parts])
    for what, *parts in (
        ("the debugger of Node.js", rf"--inspect(?:-brk|-wait)?=[\"']?{_EVERYWHERE}(?::\d*)?{_END}"),
        ("the debugger of Java", rf"(?:-agentlib:jdwp=|-Xrunjdwp:)\S{{0,300}}?\baddress={_EVERYWHERE}:\d"),
        ("JMX", r"jmxremote\.(?:rmi\.)?port=\d", r"jmxremote\.authenticate=false"),
        ("the debugger of Python", rf"\b(?:debugpy|ptvsd)\b[^\n]{{0,300}}?--(?:listen|host)[ =]{_EVERYWHERE}(?::\d+)?{_END}"),
        ("the debugger of Go", rf"\bdlv\b[^\n]{{0,300}}?\s(?:--listen[= ]|-l[= ]?){_EVERYWHERE}?:\d"),
        ("the debugger of Ruby", r"\brdbg\b", r"\s(?:--open|-O)\b", rf"--host[ =]{_EVERYWHERE}{_END}"),
        ("gdbserver", rf"\bgdbserver\b[^\n]{{0,300}}?\s{_EVERYWHERE}?:\d+{_END}"),
        (
            "the console of Flask",
            r"\bflask\b",
            r"\srun\b",
            r"\s--debug\b|\bFLASK_DEBUG=(?:1|true)\b|\bFLASK_ENV=development\b",
            rf"(?:--host[ =]|-h ?|\bFLASK_RUN_HOST=){_EVERYWHERE}{_END}",
        ),
        (
            "Jupyter without a token",
            r"\bjupyter\b",
            r"\b(?:NotebookApp|ServerApp|IdentityProvider)\.token=(?:''|\"\")?(?=[\s\"',;&|)\]]|$)",
            rf"(?:--ip|\.ip)[ =][\"']?{_EVERYWHERE}",
        ),
    )
)


def open_debuggers(words: Iterable[str], variables: Iterable[tuple[str, str]] = ()) -> Iterator[str]:
    """What a command line opens, with the variables of its process."""
    given = [(name, value) for name, value in variables if name in OPTIONS or name.startswith("FLASK_")]
    text = " ".join((*(f"{name}={value}" for name, value in given), *words))[:MAX_TEXT]
    for what, parts in _DEBUGGERS:
        if all(part.search(text) for part in parts):
            yield f"{what} on every address"
