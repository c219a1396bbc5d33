"""The command line: arguments come in, calls of the library go out."""
