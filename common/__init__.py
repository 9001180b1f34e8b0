"""What the commands share: where the lab lies, files that are written whole, errors in one line."""
