"""Readers for Debian's archive, tracker and changelogs."""
