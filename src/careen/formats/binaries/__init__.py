"""Executables and libraries: ELF, PE, and what compilers leave in them."""
