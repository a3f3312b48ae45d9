"""Read recordings, events and behaviour; write derived tables."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "data"
DERIVATIVES = ROOT / "derivatives"


@dataclass(frozen=True)
class Recording:
    """One intracranial recording; `signal` is (channels, samples) in microvolts."""

    subject: str
    signal: np.ndarray
    rate: float
    mains: float
    channels: pd.DataFrame

    @property
    def names(self) -> list[str]:
        return self.channels["channel"].tolist()

    @property
    def time(self) -> np.ndarray:
        """Seconds since the start of the recording."""
        return np.arange(self.signal.shape[1]) / self.rate

    def pick(self, region: str) -> np.ndarray:
        """Indices of the channels of one region."""
        return np.flatnonzero(self.channels["region"] == region)

    def with_signal(self, signal: np.ndarray) -> "Recording":
        return replace(self, signal=signal)


def participants() -> pd.DataFrame:
    return pd.read_csv(DATA / "participants.csv")


def subjects() -> list[str]:
    return participants()["subject"].tolist()


def load_recording(subject: str) -> Recording:
    """Raw signals of one subject, scaled from bits to microvolts."""
    sidecar = json.loads((DATA / "ieeg" / "recording.json").read_text())
    bits = np.load(DATA / "ieeg" / f"{subject}_ieeg.npy")
    return Recording(
        subject=subject,
        signal=bits * sidecar["microvolts_per_bit"],
        rate=sidecar["rate_hz"],
        mains=sidecar["mains_hz"],
        channels=pd.read_csv(DATA / "ieeg" / "channels.csv"),
    )


def load_events(subject: str) -> pd.DataFrame:
    """Tone onsets (`onset_s`) and whether a cue announced them (`cue`)."""
    return pd.read_csv(DATA / "ieeg" / f"{subject}_events.csv")


def load_behaviour() -> pd.DataFrame:
    """All trials of the detection experiment, one row each."""
    return pd.read_csv(DATA / "behavior" / "detection.csv")


def save_derivative(table: pd.DataFrame, name: str) -> str:
    """Write `derivatives/<name>` as CSV with six significant digits; returns its path below the project."""
    path = DERIVATIVES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, float_format="%.6g")
    return path.relative_to(ROOT).as_posix()


def load_derivative(name: str) -> pd.DataFrame:
    return pd.read_csv(DERIVATIVES / name)
