"""Whatever starts containers: Compose files, units, Quadlets, dev containers, commands, running containers."""
