"""An editor as the language server sees it: messages over the pipes of a process."""

import json
import queue
import subprocess
import threading
from contextlib import suppress

MOST_S = 60


class Editor:
    """``process`` is ``careen lsp``; messages of the server that answer nothing are kept until they are waited for."""

    def __init__(self, process: subprocess.Popen, **capabilities) -> None:
        self.process, self._number = process, 0
        self._came: queue.Queue = queue.Queue()
        self._kept: list = []
        self.started = self._ask_to_start(capabilities)

    def _ask_to_start(self, capabilities):
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        started = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.tell("initialized", {})
        return started

    def ask(self, method, params):
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        answer = self._wait(lambda message: message.get("id") == self._number and "method" not in message)
        assert "error" not in answer, answer
        return answer["result"]

    def tell(self, method, params):
        self._send({"method": method, "params": params})

    def open(self, uri, text, language="plaintext", version=1):
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})

    def change(self, uri, version, *changes):
        """A change is a whole text, or (line, character, line, character, text)."""
        made = [
            {"text": change} if isinstance(change, str) else {"range": between(*change[:4]), "text": change[4]}
            for change in changes
        ]
        document = {"uri": uri, "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": made})

    def at(self, method, uri, line, character=0, last=None, **more):
        """The answer to a request about a place, or about lines."""
        document = {"textDocument": {"uri": uri}}
        place = {"position": {"line": line, "character": character}} if last is None else {"range": between(line, 0, last, 0)}
        return self.ask(f"textDocument/{method}", document | place | more)

    def fixes(self, uri, line):
        return self.at("codeAction", uri, line, last=line, context={"diagnostics": []})

    def diagnostics(self, uri, version=None, when=lambda found: True):
        """The next that are published about a document."""

        def is_it(message):
            params = message.get("params", {})
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and (version is None or params.get("version") == version)
                and when(params["diagnostics"])
            )

        return self._wait(is_it)["params"]["diagnostics"]

    def end(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(MOST_S)

    def close(self):
        self.process.kill()
        self.process.wait(MOST_S)
        self._reader.join(MOST_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _wait(self, is_it):
        for message in self._kept:
            if is_it(message):
                self._kept.remove(message)
                return message
        while True:
            message = self._came.get(timeout=MOST_S)
            assert message is not None, "the server has ended"
            if is_it(message):
                return message
            self._kept.append(message)

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _read(self):
        stream = self.process.stdout
        while True:
            size = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                assert name in (b"Content-Length", b"Content-Type"), line  # anything else would be a text printed between
                size = int(value) if name == b"Content-Length" else size
            if not line:
                self._came.put(None)
                return
            self._came.put(json.loads(stream.read(size)))


def between(line, character, last_line, last_character):
    return {"start": {"line": line, "character": character}, "end": {"line": last_line, "character": last_character}}


def applied(text, action):
    """The text after an action, as an editor does it: columns are UTF-16."""
    ((change,),) = [document["edits"] for document in action["edit"]["documentChanges"]]
    start, end = (_offset(text, change["range"][name]) for name in ("start", "end"))
    units = text.encode("utf-16-le")
    return (units[:start] + change["newText"].encode("utf-16-le") + units[end:]).decode("utf-16-le")


def _offset(text, position):
    rows = text.splitlines(keepends=True) if text.isascii() else text.split("\n")
    ends = "" if text.isascii() else "\n"
    before = "".join(f"{row}{ends}" for row in rows[: position["line"]])
    return len(before.encode("utf-16-le")) + 2 * position["character"]
