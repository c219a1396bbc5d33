"""Know: records come in, one SQLite file goes out, and look-ups are answered from it."""
