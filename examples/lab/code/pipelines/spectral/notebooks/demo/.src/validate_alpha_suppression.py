# ---
# Title: validate_alpha_suppression.py
# Status: VALIDATION
# Objective: Make sure that the suppression of alpha is no artefact of filter, window or evoked response
# Focus: surrogate onsets, evoked part removed, three choices of band
# Guardrails: Read-only, fails loudly when a check does not hold
# ---

# %% [markdown]
# # Is the suppression real?
#
# Three ways in which `demo_band_power` could fool us, and a check for each. This notebook needs the statistics
# environment (`neurolab-stats`), and it stops with an error where a check fails.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from neurolab import epochs, filters, io, plots, quality

plots.use_style()
EPOCH_S, BASELINE_S, RESPONSE_S = (-0.4, 0.95), (-0.3, 0.0), (0.3, 0.7)

# %%
recordings = [quality.clean(io.load_recording(subject))[0] for subject in io.subjects()]
onsets = [io.load_events(recording.subject)["onset_s"].to_numpy() for recording in recordings]


def suppression(power, rate, at):
    """Change of power after the times `at`, in decibels, over all trials and channels."""
    time, trials = epochs.cut(power, rate, at, *EPOCH_S)
    before, after = (epochs.window_mean(time, trials, *window).mean() for window in (BASELINE_S, RESPONSE_S))
    return 10 * np.log10(after / before)


def alpha_power(recording, signal, band=(8.0, 13.0)):
    return filters.envelope(filters.bandpass(signal, recording.rate, *band)) ** 2


parietal = [recording.signal[recording.pick("parietal")] for recording in recordings]

# %% [markdown]
# ## Check 1: tones at random times
#
# Analysing the same signals around onsets that never happened must give nothing.

# %%
rng = np.random.default_rng(7)
REPEATS = 200


def surrogate_means():
    """Mean suppression over subjects, for shuffled onsets: (repeats,)."""
    means = np.zeros(REPEATS)
    for recording, signal, at in zip(recordings, parietal, onsets, strict=True):
        power = alpha_power(recording, signal)
        latest = recording.time[-1] - EPOCH_S[1]
        draws = rng.uniform(-EPOCH_S[0], latest, (REPEATS, at.size))
        means += [suppression(power, recording.rate, draw) for draw in draws]
    return means / len(recordings)


null = surrogate_means()
observed = np.mean(
    [suppression(alpha_power(r, s), r.rate, at) for r, s, at in zip(recordings, parietal, onsets, strict=True)]
)

figure, axis = plt.subplots(figsize=(5.2, 2.8))
axis.hist(null, bins=24, color="0.75")
axis.axvline(observed, color=plots.COLOURS["cued"], linewidth=2, label=f"real onsets, {observed:.1f} dB")
axis.set(xlabel="alpha change (dB)", ylabel="surrogates")
axis.legend(loc="upper center")
plt.show()

# %%
assert observed < null.min(), "alpha falls as much after random times"
assert abs(null.mean()) < 0.3, "the surrogates are biased: look at the windows"

# %% [markdown]
# ## Check 2: without the evoked response
#
# A response with the same shape on each trial has energy in the alpha band too. Subtracting the average from every
# trial must not take the suppression away.

# %%
rows = []
for recording, signal, at in zip(recordings, parietal, onsets, strict=True):
    time, trials = epochs.cut(signal, recording.rate, at, *EPOCH_S)
    average = trials.mean(axis=0)
    induced = signal.copy()
    for onset in at:
        first = round(onset * recording.rate) + round(EPOCH_S[0] * recording.rate)
        induced[:, first : first + time.size] -= average * np.hanning(time.size)
    rows.append(
        {
            "subject": recording.subject,
            "total_db": suppression(alpha_power(recording, signal), recording.rate, at),
            "induced_db": suppression(alpha_power(recording, induced), recording.rate, at),
        }
    )
induced = pd.DataFrame(rows).set_index("subject")
assert (induced["induced_db"] < -0.5).all(), "no suppression left without the evoked part"
induced.round(2)

# %% [markdown]
# ## Check 3: another band

# %%
bands = {"7-12 Hz": (7, 12), "8-13 Hz": (8, 13), "9-11 Hz": (9, 11)}
by_band = pd.DataFrame(
    {
        name: [
            suppression(alpha_power(r, s, band), r.rate, at)
            for r, s, at in zip(recordings, parietal, onsets, strict=True)
        ]
        for name, band in bands.items()
    },
    index=[recording.subject for recording in recordings],
)
assert (by_band.mean() < -1).all(), "the effect hangs on the choice of the band"
by_band.round(2)

# %% [markdown]
# All three checks hold.
