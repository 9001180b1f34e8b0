"""Time and memory of the lab's network beside the textbook formulas and scikit-learn: python -m benchmarks."""
