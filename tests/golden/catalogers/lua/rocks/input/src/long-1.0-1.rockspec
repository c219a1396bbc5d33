package = [[long]]
version = [[1.0-1]]
