a program.
