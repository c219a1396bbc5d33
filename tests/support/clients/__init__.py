"""Other systems' clients, written from what those do and not from our server."""
