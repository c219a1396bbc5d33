"""The command line: each command reads its arguments, and calls the library."""
