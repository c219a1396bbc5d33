"""File formats that several plugins read: from bytes to parsed structures, with bounded time, memory and depth."""
