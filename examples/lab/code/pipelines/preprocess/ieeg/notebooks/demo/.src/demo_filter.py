# ---
# Title: demo_filter.py
# Status: DEMO
# Objective: Show what the cleaning chain does to a recording and report it for all subjects
# Focus: before and after, in time and in frequency
# Guardrails: Writes derivatives/ieeg only
# ---

# %% [markdown]
# # From raw to clean
#
# Three steps, the same for everybody, in `neurolab.quality.clean`:
#
# 1. band-pass 1 to 80 Hz, zero phase;
# 2. notch at 50 Hz, 2 Hz wide;
# 3. contacts that fail the quality check are replaced by the mean of their good neighbours.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import pandas as pd
from neurolab import io, plots, quality, spectra

plots.use_style()

# %% [markdown]
# ## One recording, before and after

# %%
raw = io.load_recording("sub-02")
clean, good = quality.clean(raw)
shown = slice(int(10 * raw.rate), int(13 * raw.rate))
colours = [plots.COLOURS["good" if ok else "bad"] for ok in good]

figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.6), sharey=True)
for axis, recording, title in zip(axes, (raw, clean), ("raw", "clean"), strict=True):
    plots.traces(axis, recording.time[shown], recording.signal[:, shown], recording.names, 110, colours)
    axis.set_title(title)
plt.show()

# %%
figure, axis = plt.subplots(figsize=(5.6, 3.2))
for recording, label, colour in ((raw, "raw", "0.6"), (clean, "clean", plots.COLOURS["temporal"])):
    frequency, density = spectra.welch(recording.signal, recording.rate)
    plots.spectrum(axis, frequency, density[good].mean(axis=0), color=colour, label=label)
plots.shade_bands(axis)
axis.set(ylim=(1e-4, 1e3), title=f"{raw.subject}, mean of {good.sum()} good channels")
axis.legend(loc="lower left")
plt.show()

# %% [markdown]
# ## All subjects
#
# The report is silent here; the last line is what counts.

# %%
# %%capture log
rows = []
for subject in io.subjects():
    raw = io.load_recording(subject)
    metrics = quality.channel_metrics(raw)
    clean, good = quality.clean(raw)
    remaining = spectra.line_ratio(*spectra.welch(clean.signal, clean.rate), raw.mains)
    rows.append(metrics.assign(subject=subject, line_ratio_clean=remaining))
    print(f"{subject}: {good.sum()} of {good.size} channels good, worst line ratio {remaining.max():.2f}")
report = pd.concat(rows, ignore_index=True)
print("wrote", io.save_derivative(report, "ieeg/channel_quality.csv"))

# %%
print(log.stdout.splitlines()[-1])
report.groupby("subject").agg(
    bad=("bad", "sum"),
    median_sd_uv=("sd_uv", "median"),
    line_ratio_raw=("line_ratio", "max"),
    line_ratio_clean=("line_ratio_clean", "max"),
).round(2)
