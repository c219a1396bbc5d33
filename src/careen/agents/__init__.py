"""The server for agents (Model Context Protocol): it only reads, and only what its user allowed at the start."""
