"""Careen: finds vulnerable software in container images, and advises what to do."""

__version__ = "0.1.0"
HOME = ""  # the address of the project, as in its metadata; there is none yet
