"""Functions that the SBOM formats share: the packages of a report as components, and the documents made of them."""
