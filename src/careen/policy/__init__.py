"""Policy: decides from findings and coverage what is suppressed, which rules pass, and the exit code."""
