"""Closes connections whose request begins too slowly; a thousand silent ones would block the server.

The speed of bodies is limited elsewhere (``limits``). An idle connection ends after the server's keep-alive time.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Transport

    from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0  # from the connection or the first byte to the end of the headers


def protocol(head_s: float = HEAD_S) -> "type[H11Protocol]":
    """The HTTP protocol class for ``uvicorn.Config(http=…)``, which closes a connection if the headers take longer than
    ``head_s`` seconds.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class PatientProtocol(H11Protocol):
        _head_timer: Any = None

        def connection_made(self, transport: "Transport") -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_came()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            waited_before = self.cycle is None or self.cycle.response_complete
            if waited_before and self._head_timer is None:
                self._await_head()
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._head_came()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._head_came()

        def _await_head(self) -> None:
            self._head_timer = self.loop.call_later(head_s, self._give_up)

        def _head_came(self) -> None:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None

        def _give_up(self) -> None:
            if not self.transport.is_closing():
                self.transport.close()

    return PatientProtocol
