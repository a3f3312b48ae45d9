"""Cut continuous signals around events."""

import numpy as np


def cut(
    signal: np.ndarray, rate: float, onsets: np.ndarray, start: float, stop: float
) -> tuple[np.ndarray, np.ndarray]:
    """Times (seconds from onset) and epochs (trials, channels, samples) from `start` to `stop` around each onset."""
    offsets = np.arange(round(start * rate), round(stop * rate))
    samples = np.round(np.asarray(onsets) * rate).astype(int)[:, None] + offsets
    return offsets / rate, np.moveaxis(signal[:, samples], 0, 1)


def subtract_baseline(time: np.ndarray, epochs: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Subtract from every trial and channel its mean between `start` and `stop` seconds."""
    inside = (time >= start) & (time < stop)
    return epochs - epochs[..., inside].mean(axis=-1, keepdims=True)


def window_mean(time: np.ndarray, epochs: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Mean between `start` and `stop` seconds, over the last axis."""
    inside = (time >= start) & (time < stop)
    return epochs[..., inside].mean(axis=-1)
