"""A mail server on loopback: keeps what it is sent. ``refuse`` maps a command to the answer that it gets instead."""

import base64
import socketserver
import ssl
import threading


class MailServer:
    def __init__(self, *, tls=None, starttls=None, refuse=None, password="", flood=""):
        self.mails, self.commands = [], []
        outer = self
        refuse = refuse or {}

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def setup(self):
                if tls:
                    self.request = _context(tls).wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self):
                self.say("220 mail.test")
                mail = {}
                while line := self.rfile.readline(4096).decode().rstrip("\r\n"):
                    word = line.split(" ")[0].upper()
                    outer.commands.append(line)
                    if flood == word:
                        while True:
                            self.say(f"250-{'x' * 900}")
                    if answer := next((answer for begin, answer in refuse.items() if line.upper().startswith(begin)), ""):
                        self.say(answer)
                    elif word in ("EHLO", "HELO"):
                        self.say("250-mail.test")
                        self.say("250-STARTTLS" if starttls and not isinstance(self.request, ssl.SSLSocket) else "250-8BITMIME")
                        self.say("250 AUTH PLAIN" if password else "250 SIZE")
                    elif word == "STARTTLS":
                        self.say("220 go on")
                        self.request = _context(starttls).wrap_socket(self.request, server_side=True)
                        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                    elif word == "AUTH":
                        given = base64.b64decode(line.split(" ")[2]).split(b"\0")[2].decode()
                        self.say("235 yes" if given == password else "535 no")
                    elif word == "MAIL":
                        mail = {"from": line, "to": []}
                        self.say("250 yes")
                    elif word == "RCPT":
                        mail["to"].append(line)
                        self.say("250 yes")
                    elif word == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (part := self.rfile.readline()) not in (b".\r\n", b""):
                            lines.append(part)
                        outer.mails.append({**mail, "data": b"".join(lines)})
                        self.say("250 yes")
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 yes")

            def finish(self):
                super().finish()
                self.request.close()

            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_):
                pass

        self._server = Listener(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    return context
