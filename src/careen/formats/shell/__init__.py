"""Shell commands: their syntax, and what package managers and downloads among them ask for."""
