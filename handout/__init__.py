"""What students get: `python -m handout --help`."""
