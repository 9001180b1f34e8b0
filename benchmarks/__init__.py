"""How fast the lab's network learns, side by side with other ways to train it: `python -m benchmarks`."""
