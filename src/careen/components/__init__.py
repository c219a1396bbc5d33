"""What the SBOM formats have in common: the packages of a report as components, and the documents made of them."""
