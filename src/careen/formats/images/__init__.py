"""Names and configurations of images."""
