"""Simulate the study's raw data: six intracranial recordings and one detection experiment.

Run from anywhere: `python code/scripts/make_data.py`. The seed is fixed and the results in `data/` are
committed, so nobody has to run this; it documents what is really in the signals.

Every listener hears tones, half of them announced by a cue. A listener's `attention` (0 to 1) decides
how much the cue deepens the suppression of alpha, enlarges the N1 and speeds up the button press.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parents[2] / "data"
SEED = 20240611

RATE_HZ = 200
DURATION_S = 28.0
MAINS_HZ = 50.0
MICROVOLTS_PER_BIT = 0.1
TRIALS = 18
REPEATS = 18

CHANNELS = pd.DataFrame(
    {
        "channel": ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"],
        "region": ["temporal"] * 4 + ["parietal"] * 4,
        "x_mm": [0, 10, 20, 30] * 2,
        "y_mm": [0] * 4 + [10] * 4,
    }
)

PARTICIPANTS = pd.DataFrame(
    {
        "subject": [f"sub-{i:02d}" for i in range(1, 7)],
        "age": [23, 31, 38, 45, 52, 61],
        "attention": [0.75, 0.35, 0.55, 0.20, 0.90, 0.45],
        "alpha_hz": [10.6, 10.2, 10.4, 9.8, 9.9, 9.2],
    }
)

# (subject, channel): what went wrong with the electrode.
FAULTS = {("sub-02", "B3"): "loose", ("sub-05", "A2"): "dead"}


def coloured_noise(rng, channels, samples, exponent):
    """Noise of unit variance whose power falls with frequency to the power of `-exponent`."""
    frequency = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    amplitude = np.zeros_like(frequency)
    amplitude[1:] = np.maximum(frequency[1:], 0.5) ** (-exponent / 2)
    phases = rng.standard_normal((channels, frequency.size)) + 1j * rng.standard_normal((channels, frequency.size))
    noise = np.fft.irfft(amplitude * phases, n=samples)
    return noise / noise.std(axis=1, keepdims=True)


def simulate_events(rng):
    """Tones about every 1.4 s, cued and uncued in random order."""
    onsets = 1.2 + 1.36 * np.arange(TRIALS) + rng.uniform(0, 0.12, TRIALS)
    cue = rng.permutation(["cued", "uncued"] * (TRIALS // 2))
    return pd.DataFrame({"onset_s": onsets.round(3), "cue": cue})


def bump(time, centre, width):
    return np.exp(-0.5 * ((time - centre) / width) ** 2)


def simulate_recording(rng, person, events):
    """Signals in microvolts (channels, samples): background, alpha, evoked response, mains hum, faults."""
    samples = int(DURATION_S * RATE_HZ)
    time = np.arange(samples) / RATE_HZ
    temporal = (CHANNELS["region"] == "temporal").to_numpy()

    exponent = 2.3 - 0.016 * person.age
    shared = coloured_noise(rng, 1, samples, exponent)
    signal = 11 * (0.75 * shared + 0.66 * coloured_noise(rng, len(CHANNELS), samples, exponent))

    alpha_gain = np.ones(samples)
    evoked = np.zeros(samples)
    for event in events.itertuples():
        lag = time - event.onset_s
        attention = person.attention if event.cue == "cued" else 0.0
        alpha_gain -= (0.30 + 0.60 * attention) * bump(lag, 0.5, 0.16)
        evoked += (1 + 0.8 * attention) * (-26 * bump(lag, 0.10, 0.018) + 17 * bump(lag, 0.20, 0.032))
    wander = 2 * np.pi * np.cumsum(rng.normal(0, 0.25, samples)) / RATE_HZ
    waxing = 1 + 0.35 * coloured_noise(rng, 1, samples, 2.0)[0]
    alpha = alpha_gain * waxing * np.sin(2 * np.pi * person.alpha_hz * time + wander)
    signal += np.where(temporal, 6.0, 14.0)[:, None] * alpha
    signal += np.where(temporal, 1.0, 0.25)[:, None] * evoked

    hum = rng.uniform(2, 6, len(CHANNELS))[:, None] * np.sin(2 * np.pi * MAINS_HZ * time + rng.uniform(0, 6.28))
    drift = rng.uniform(10, 25, len(CHANNELS))[:, None] * np.sin(2 * np.pi * 0.07 * time + rng.uniform(0, 6.28))
    signal += hum + drift + rng.normal(0, 1.0, signal.shape)

    for index, channel in enumerate(CHANNELS["channel"]):
        fault = FAULTS.get((person.subject, channel))
        if fault == "loose":
            signal[index] += 12 * hum[index] + 35 * coloured_noise(rng, 1, samples, 0.5)[0]
        elif fault == "dead":
            signal[index] = rng.normal(0, 0.4, samples)
    return signal


def simulate_behaviour(rng, person):
    """Two-interval detection: 7 levels x 2 cues x 18 repeats, a few presses too early or far too late."""
    level, cue = np.meshgrid(np.arange(-18, 1, 3), ["cued", "uncued"])
    trials = pd.DataFrame({"level_db": np.repeat(level.ravel(), REPEATS), "cue": np.repeat(cue.ravel(), REPEATS)})
    trials = trials.sample(frac=1, random_state=rng).reset_index(drop=True)

    benefit = person.attention * (trials["cue"] == "cued")
    threshold = -8.0 + 0.05 * (person.age - 40) - 4.0 * benefit
    heard = 1 / (1 + np.exp(-0.55 * (trials["level_db"] - threshold)))
    correct = rng.random(len(trials)) < 0.5 + 0.48 * heard
    log_rt = -1.0 - 0.45 * heard - 0.45 * benefit + rng.normal(0, 0.30, len(trials))
    rt = 0.22 + np.exp(log_rt) + 0.05 * ~correct
    rt = np.where(rng.random(len(trials)) < 0.012, rng.uniform(0.03, 0.12, len(trials)), rt)
    rt = np.where(rng.random(len(trials)) < 0.012, rng.uniform(2.0, 3.5, len(trials)), rt)

    trials.insert(0, "subject", person.subject)
    trials.insert(1, "trial", np.arange(1, len(trials) + 1))
    return trials.assign(correct=correct.astype(int), rt_s=rt.round(3))


def main():
    (DATA / "ieeg").mkdir(parents=True, exist_ok=True)
    (DATA / "behavior").mkdir(parents=True, exist_ok=True)

    PARTICIPANTS[["subject", "age"]].to_csv(DATA / "participants.csv", index=False)
    CHANNELS.to_csv(DATA / "ieeg" / "channels.csv", index=False)
    sidecar = {"rate_hz": RATE_HZ, "microvolts_per_bit": MICROVOLTS_PER_BIT, "mains_hz": MAINS_HZ}
    (DATA / "ieeg" / "recording.json").write_text(json.dumps(sidecar, indent=2) + "\n")

    behaviour = []
    for person in PARTICIPANTS.itertuples():
        rng = np.random.default_rng([SEED, person.Index])
        events = simulate_events(rng)
        events.to_csv(DATA / "ieeg" / f"{person.subject}_events.csv", index=False)
        signal = simulate_recording(rng, person, events)
        np.save(DATA / "ieeg" / f"{person.subject}_ieeg.npy", np.round(signal / MICROVOLTS_PER_BIT).astype("<i2"))
        behaviour.append(simulate_behaviour(rng, person))
    pd.concat(behaviour).to_csv(DATA / "behavior" / "detection.csv", index=False)


if __name__ == "__main__":
    main()
