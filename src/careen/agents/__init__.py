"""The server for agents (Model Context Protocol): read-only, and within what its user allowed at the start."""
