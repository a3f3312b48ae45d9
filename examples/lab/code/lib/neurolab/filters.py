"""Zero-phase filters in the frequency domain, and re-referencing."""

import numpy as np


def _apply_gain(signal: np.ndarray, rate: float, gain) -> np.ndarray:
    """Multiply the spectrum by `gain(frequencies)`; one second is mirrored at each end against edge artefacts."""
    pad = int(rate)
    samples = signal.shape[-1]
    widths = [(0, 0)] * (signal.ndim - 1) + [(pad, pad)]
    padded = np.pad(signal, widths, mode="reflect", reflect_type="odd")
    frequency = np.fft.rfftfreq(padded.shape[-1], 1 / rate)
    filtered = np.fft.irfft(np.fft.rfft(padded) * gain(frequency), n=padded.shape[-1])
    return filtered[..., pad : pad + samples]


def _step_up(frequency: np.ndarray, edge: float, rolloff: float) -> np.ndarray:
    """0 below and 1 above `edge`, joined by half a cosine `rolloff` Hz wide."""
    position = np.clip((frequency - edge) / rolloff + 0.5, 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * position)


def bandpass(signal: np.ndarray, rate: float, low: float, high: float, rolloff: float = 1.0) -> np.ndarray:
    """Keep `low` to `high` Hz; the gain is one half at both edges."""

    def gain(frequency):
        return _step_up(frequency, low, min(rolloff, low)) * (1 - _step_up(frequency, high, rolloff))

    return _apply_gain(signal, rate, gain)


def notch(signal: np.ndarray, rate: float, centre: float, width: float = 2.0) -> np.ndarray:
    """Remove a band `width` Hz wide around `centre`, with a Gaussian profile."""

    def gain(frequency):
        return 1 - np.exp(-0.5 * ((frequency - centre) / (width / 2.355)) ** 2)

    return _apply_gain(signal, rate, gain)


def average_reference(signal: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Subtract the mean over the good channels from every channel."""
    return signal - signal[good].mean(axis=0)


def envelope(signal: np.ndarray) -> np.ndarray:
    """Amplitude of the analytic signal along the last axis."""
    samples = signal.shape[-1]
    weights = np.zeros(samples)
    weights[0] = 1
    weights[1 : (samples + 1) // 2] = 2
    if samples % 2 == 0:
        weights[samples // 2] = 1
    return np.abs(np.fft.ifft(np.fft.fft(signal) * weights))
