"""Reports of Careen and of other scanners, read back."""
