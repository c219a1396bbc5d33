"""SBOM formats that are read both in images and as input."""
