"""Resampling statistics for small samples; everything random takes a seed."""

from itertools import product

import numpy as np


def bootstrap_interval(values: np.ndarray, seed: int, level: float = 0.95, repeats: int = 4000) -> tuple[float, float]:
    """Percentile interval of the mean, by drawing the values with replacement."""
    values = np.asarray(values, dtype=float)
    draws = np.random.default_rng(seed).choice(values, size=(repeats, values.size)).mean(axis=1)
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def sign_flip_test(differences: np.ndarray) -> tuple[np.ndarray, float]:
    """Exact test of a mean of zero: means under all sign flips, and the two-sided p value."""
    differences = np.asarray(differences, dtype=float)
    signs = np.array(list(product([1, -1], repeat=differences.size)))
    null = (signs * differences).mean(axis=1)
    return null, float(np.mean(np.abs(null) >= abs(differences.mean()) - 1e-12))


def correlation_test(x: np.ndarray, y: np.ndarray, seed: int, repeats: int = 5000) -> tuple[float, float]:
    """Pearson's r and its two-sided p value by permuting `y`."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    observed = np.corrcoef(x, y)[0, 1]
    shuffled = np.random.default_rng(seed).permuted(np.tile(y, (repeats, 1)), axis=1)
    zx = (x - x.mean()) / x.std()
    zy = (shuffled - y.mean()) / y.std()
    null = (zy * zx).mean(axis=1)
    return float(observed), float((np.sum(np.abs(null) >= abs(observed) - 1e-12) + 1) / (repeats + 1))
