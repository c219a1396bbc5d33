"""Judge: findings and coverage come in, a verdict with an exit code goes out."""
