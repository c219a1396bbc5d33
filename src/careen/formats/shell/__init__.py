"""Shell commands: syntax, package managers, downloads."""
