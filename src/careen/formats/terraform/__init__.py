"""Terraform and OpenTofu: configurations and plans -> resources with their values."""
