"""File formats that several plugins read: bytes come in, parsed parts go out. Bounded in time, memory and depth."""
