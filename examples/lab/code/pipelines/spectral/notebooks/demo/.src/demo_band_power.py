# ---
# Title: demo_band_power.py
# Status: DEMO
# Objective: Power by band around the tone, and how much the cue deepens alpha suppression
# Focus: time course of alpha at the parietal contacts
# Guardrails: Writes derivatives/spectral only
# ---

# %% [markdown]
# # Alpha gives way
#
# Parietal alpha is thought to hold back what is not needed. Listening for a tone should release it, and a cue should
# release it further. Power is the squared envelope of the band-passed signal, in decibels relative to the 300 ms
# before the tone:
#
# $$\mathrm{ERD}(t) = 10 \log_{10} \frac{\overline{P(t)}}{\overline{P}_\mathrm{baseline}}$$

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from neurolab import epochs, filters, io, plots, quality, spectra

plots.use_style()

# %% tags=["parameters"]
epoch_s = (-0.4, 0.95)
baseline_s = (-0.3, 0.0)
response_s = (0.3, 0.7)

# %%
recordings = {subject: quality.clean(io.load_recording(subject))[0] for subject in io.subjects()}
events = {subject: io.load_events(subject) for subject in recordings}


def power_epochs(subject, band, region):
    """Times, and band power of each trial averaged over a region: (trials, samples)."""
    recording = recordings[subject]
    picked = recording.signal[recording.pick(region)]
    power = filters.envelope(filters.bandpass(picked, recording.rate, *band)) ** 2
    time, trials = epochs.cut(power, recording.rate, events[subject]["onset_s"], *epoch_s)
    return time, trials.mean(axis=1)


# %% [markdown]
# ## Time course of parietal alpha

# %%
curves = {"cued": [], "uncued": []}
for subject in recordings:
    time, trials = power_epochs(subject, spectra.BANDS["alpha"], "parietal")
    baseline = epochs.window_mean(time, trials, *baseline_s).mean()
    for cue, collected in curves.items():
        mean = trials[events[subject]["cue"] == cue].mean(axis=0)
        collected.append(10 * np.log10(mean / baseline))

figure, axis = plt.subplots(figsize=(5.8, 3.3))
axis.axvspan(*response_s, color="black", alpha=0.06, linewidth=0)
axis.axhline(0, color="black", linewidth=0.5)
axis.axvline(0, color="black", linewidth=0.5, linestyle=":")
for cue, collected in curves.items():
    mean, spread = np.mean(collected, axis=0), np.std(collected, axis=0, ddof=1) / np.sqrt(len(collected))
    axis.plot(time, mean, color=plots.COLOURS[cue], linewidth=1.6, label=cue)
    axis.fill_between(time, mean - spread, mean + spread, color=plots.COLOURS[cue], alpha=0.2, linewidth=0)
axis.set(xlabel="time from tone (s)", ylabel="alpha power (dB)", title="parietal contacts, mean ± standard error")
axis.legend(loc="lower left")
plt.show()

# %% [markdown]
# ## Every band, both regions

# %%
rows = []
for subject in recordings:
    for region in ("temporal", "parietal"):
        for band, limits in spectra.BANDS.items():
            time, trials = power_epochs(subject, limits, region)
            baseline = epochs.window_mean(time, trials, *baseline_s).mean()
            for cue in ("cued", "uncued"):
                response = epochs.window_mean(time, trials[events[subject]["cue"] == cue], *response_s).mean()
                change = 10 * np.log10(response / baseline)
                rows.append({"subject": subject, "region": region, "band": band, "cue": cue, "change_db": change})
table = pd.DataFrame(rows)
overview = table.pivot_table(index=["region", "band"], columns="cue", values="change_db", sort=False)
overview.round(2)

# %%
figure, axes = plt.subplots(1, 2, sharey=True)
for axis, region in zip(axes, ("temporal", "parietal"), strict=True):
    for shift, cue in ((-0.18, "cued"), (0.18, "uncued")):
        place = np.arange(len(spectra.BANDS)) + shift
        chosen = table[(table["region"] == region) & (table["cue"] == cue)]
        values = chosen.pivot(index="subject", columns="band", values="change_db")[list(spectra.BANDS)]
        axis.bar(place, values.mean(), width=0.34, color=plots.COLOURS[cue], alpha=0.35, label=cue)
        axis.scatter(np.tile(place, (len(values), 1)), values, color=plots.COLOURS[cue], s=10)
    axis.axhline(0, color="black", linewidth=0.5)
    axis.set_xticks(range(len(spectra.BANDS)), list(spectra.BANDS))
    axis.set_title(region)
axes[0].set_ylabel("change after the tone (dB)")
axes[1].legend(loc="lower right")
plt.show()

# %% [markdown]
# Alpha answers to the cue far more than any other band, most of all at the parietal contacts. Each dot is one subject.

# %%
print("wrote", io.save_derivative(table, "spectral/band_power.csv"))
