"""Power spectra, band power and the aperiodic slope."""

import numpy as np

BANDS = {"theta": (4.0, 8.0), "alpha": (8.0, 13.0), "beta": (13.0, 30.0), "gamma": (30.0, 45.0)}


def welch(signal: np.ndarray, rate: float, segment_s: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Power spectral density by Welch's method: Hann windows of `segment_s` seconds, half overlapping.

    Returns the frequencies in Hz and the density in the signal's unit squared per Hz, over the last axis.
    """
    length = min(int(segment_s * rate), signal.shape[-1])
    window = np.hanning(length)
    segments = np.lib.stride_tricks.sliding_window_view(signal, length, axis=-1)[..., :: length // 2, :]
    segments = segments - segments.mean(axis=-1, keepdims=True)
    power = np.abs(np.fft.rfft(segments * window)) ** 2 / (rate * np.sum(window**2))
    power[..., 1:-1] *= 2
    return np.fft.rfftfreq(length, 1 / rate), power.mean(axis=-2)


def band_power(frequency: np.ndarray, density: np.ndarray, low: float, high: float) -> np.ndarray:
    """Power between `low` and `high` Hz, the density integrated by trapezoids."""
    inside = (frequency >= low) & (frequency <= high)
    return np.trapezoid(density[..., inside], frequency[inside], axis=-1)


def line_ratio(frequency: np.ndarray, density: np.ndarray, centre: float) -> np.ndarray:
    """Power within 1 Hz of `centre` over that of the neighbouring 3 Hz on both sides, per Hz; 1 means no line."""
    distance = np.abs(frequency - centre)
    line = density[..., distance <= 1].mean(axis=-1)
    return line / density[..., (distance > 1) & (distance <= 4)].mean(axis=-1)


def aperiodic_fit(
    frequency: np.ndarray, density: np.ndarray, low: float = 3.0, high: float = 40.0
) -> tuple[float, float]:
    """Offset and exponent of `density = 10**offset / frequency**exponent` for one spectrum.

    Bins more than 0.15 decades above the line are peaks: they are left out and the line is fitted again.
    """
    inside = (frequency >= low) & (frequency <= high)
    x, y = np.log10(frequency[inside]), np.log10(density[inside])
    keep = np.ones(x.size, dtype=bool)
    for _ in range(6):
        slope, offset = np.polyfit(x[keep], y[keep], 1)
        keep = y - (offset + slope * x) < 0.15
    return float(offset), float(-slope)
