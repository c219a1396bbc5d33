"""Dockerfiles: text comes in, instructions by stage with exact lines, expanded words and shell commands go out."""
