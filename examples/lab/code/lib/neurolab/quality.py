"""Which channels can be trusted, and the cleaning chain that every analysis starts from."""

import numpy as np
import pandas as pd

from neurolab import filters, spectra
from neurolab.io import Recording

PASSBAND_HZ = (1.0, 80.0)
NOTCH_WIDTH_HZ = 2.0
MAX_LOG_SD_DEVIATION = 3.5
MIN_NEIGHBOUR_CORRELATION = 0.4


def channel_metrics(recording: Recording) -> pd.DataFrame:
    """One row for each channel: spread, mains hum, agreement with the neighbours, and the verdict.

    A channel is bad if its spread lies far from that of the others (robust z of the logarithm), or if it
    correlates with none of the contacts within 15 mm.
    """
    slow = filters.bandpass(recording.signal, recording.rate, 1, 40)
    spread = slow.std(axis=1)
    deviation = np.log(spread) - np.median(np.log(spread))
    scale = 1.4826 * np.median(np.abs(deviation)) + 0.1
    frequency, density = spectra.welch(recording.signal, recording.rate)

    position = recording.channels[["x_mm", "y_mm"]].to_numpy(float)
    distance = np.linalg.norm(position[:, None] - position[None], axis=-1)
    correlation = np.corrcoef(slow)
    near = (distance > 0) & (distance <= 15)
    neighbour = np.where(near, correlation, -1).max(axis=1)

    return pd.DataFrame(
        {
            "channel": recording.names,
            "region": recording.channels["region"],
            "sd_uv": spread,
            "sd_z": deviation / scale,
            "line_ratio": spectra.line_ratio(frequency, density, recording.mains),
            "neighbour_r": neighbour,
            "bad": (np.abs(deviation / scale) > MAX_LOG_SD_DEVIATION) | (neighbour < MIN_NEIGHBOUR_CORRELATION),
        }
    )


def clean(recording: Recording) -> tuple[Recording, np.ndarray]:
    """Band-pass, notch, and repair bad channels; returns the clean recording and the mask of good channels.

    A bad channel becomes the mean of the good contacts within 15 mm, so that shapes stay the same for everybody.
    """
    good = ~channel_metrics(recording)["bad"].to_numpy()
    signal = filters.bandpass(recording.signal, recording.rate, *PASSBAND_HZ)
    signal = filters.notch(signal, recording.rate, recording.mains, NOTCH_WIDTH_HZ)

    position = recording.channels[["x_mm", "y_mm"]].to_numpy(float)
    for bad in np.flatnonzero(~good):
        near = good & (np.linalg.norm(position - position[bad], axis=1) <= 15)
        signal[bad] = signal[near].mean(axis=0)
    return recording.with_signal(signal), good
