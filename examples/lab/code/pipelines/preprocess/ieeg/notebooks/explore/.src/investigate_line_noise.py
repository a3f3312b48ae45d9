# ---
# Title: investigate_line_noise.py
# Status: INVESTIGATION
# Objective: Find out how strong the mains hum is and how narrow a notch removes it
# Focus: PSD-first view of every subject, notch width against collateral damage
# Guardrails: Read-only, in-memory exploration only, flow-aware paths
# ---

# %% [markdown]
# # Mains hum
#
# The amplifiers stood next to the ward's infusion pumps. How much 50 Hz is in the recordings, and how
# wide must a notch be before the line sinks into the spectrum around it?

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from neurolab import filters, io, plots, quality, spectra

plots.use_style()

# %% [markdown]
# ## How strong is it?
#
# For each channel, $\mathrm{LR} = \bar S(49\ldots51) \,/\, \bar S(46\ldots49,\ 51\ldots54)$, the mean density on the
# line over that of its neighbourhood. One means that there is no line at all.

# %%
recordings = [io.load_recording(subject) for subject in io.subjects()]
spectra_by_subject = {r.subject: spectra.welch(r.signal, r.rate) for r in recordings}
ratio = pd.DataFrame(
    {r.subject: spectra.line_ratio(*spectra_by_subject[r.subject], r.mains) for r in recordings},
    index=recordings[0].names,
)
ratio.round(1)

# %%
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.4), sharey=True)
for axis, subject in zip(axes, ["sub-01", "sub-02"], strict=True):
    frequency, density = spectra_by_subject[subject]
    for channel, name in zip(density, recordings[0].names, strict=True):
        odd = (subject, name) == ("sub-02", "B3")
        plots.spectrum(
            axis,
            frequency,
            channel,
            color=plots.COLOURS["bad" if odd else "good"],
            alpha=1 if odd else 0.45,
            label=f"{name} (loose contact?)" if odd else None,
        )
    plots.shade_bands(axis)
    axis.set_title(subject)
axes[1].set_ylabel("")
axes[1].legend(loc="lower left")
plt.show()

# %% [markdown]
# Every channel carries hum, and B3 of sub-02 much more, on top of a spectrum that is too high everywhere:
# a matter for `investigate_bad_channels`, not for a notch.

# %% [markdown]
# ## How wide a notch?

# %%
WIDTHS_HZ = [0.5, 1.0, 2.0, 4.0, 8.0]


def notch_effect(recording, width):
    """Worst line ratio after the notch, and what remains of the power 2 to 6 Hz away from the line."""
    notched = filters.notch(recording.signal, recording.rate, recording.mains, width)
    frequency, after = spectra.welch(notched, recording.rate)
    _, before = spectra_by_subject[recording.subject]
    distance = np.abs(frequency - recording.mains)
    nearby = (distance >= 2) & (distance <= 6)
    return {
        "width_hz": width,
        "worst_line_ratio": spectra.line_ratio(frequency, after, recording.mains).max(),
        "nearby_kept_percent": 100 * np.median(after[:, nearby].sum(axis=1) / before[:, nearby].sum(axis=1)),
    }


effect = pd.DataFrame([notch_effect(r, width) for r in recordings for width in WIDTHS_HZ])
effect = effect.groupby("width_hz").agg({"worst_line_ratio": "max", "nearby_kept_percent": "median"})
effect.round(2)

# %% [markdown]
# A notch half a hertz wide leaves a line in the worst channel. One hertz would do for these recordings; two leave a
# margin for mains that wander, and cost two percent of what is nearby. From four on the notch eats the spectrum.
# So 2 Hz goes into `neurolab.quality`.

# %%
assert effect.loc[quality.NOTCH_WIDTH_HZ, "worst_line_ratio"] < 1.0
assert effect.loc[quality.NOTCH_WIDTH_HZ, "nearby_kept_percent"] > 95
