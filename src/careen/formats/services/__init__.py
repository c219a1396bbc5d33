"""Files and commands that start containers: Compose files, units, Quadlets, dev containers, commands, running containers."""
