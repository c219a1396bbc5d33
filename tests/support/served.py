"""An application behind uvicorn on loopback, in a thread of the test's own process."""

import socket
import threading
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette


def served(routes):
    """Its address. ``routes`` are those of an interface."""
    return serving(Starlette(routes=list(routes)))


@contextmanager
def serving(application):
    """Its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)  # a client that is faster than the thread waits
    quiet = {"log_config": None, "lifespan": "off", "access_log": False, "ws": "none"}
    config = uvicorn.Config(application, timeout_graceful_shutdown=5, **quiet)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
