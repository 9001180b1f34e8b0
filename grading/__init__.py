"""The teacher's tool: `python -m grading --help`."""
