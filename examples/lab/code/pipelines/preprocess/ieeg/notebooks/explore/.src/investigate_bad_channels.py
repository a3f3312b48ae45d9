# ---
# Title: investigate_bad_channels.py
# Status: INVESTIGATION
# Objective: Two numbers that tell a broken electrode from an unusual one
# Focus: robust spread, agreement with neighbouring contacts
# Guardrails: Read-only, in-memory exploration only, flow-aware paths
# ---

# %% [markdown]
# # Bad channels
#
# Each patient has one grid of eight contacts, four over the temporal and four over the parietal cortex.
#
# ![The electrode grid: A1 to A4 temporal, B1 to B4 parietal](electrode_grid.png)
#
# Neighbours are 10 mm apart and see nearly the same field, so a contact that agrees with none of them is suspect.

# %% tags=["parameters"]
subject = "sub-02"
window_s = (10.0, 14.0)

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import pandas as pd
from neurolab import io, plots, quality

plots.use_style()

# %% [markdown]
# ## One subject at a glance

# %%
recording = io.load_recording(subject)
metrics = quality.channel_metrics(recording)
colours = [plots.COLOURS["bad" if bad else "good"] for bad in metrics["bad"]]
shown = (recording.time >= window_s[0]) & (recording.time < window_s[1])

figure, axis = plt.subplots()
plots.traces(axis, recording.time[shown], recording.signal[:, shown], recording.names, 120, colours)
axis.set_title(f"{subject}, raw (120 µV between channels)")
plt.show()

# %%
metrics.round(2)

# %% [markdown]
# ## All subjects
#
# The spread is compared on a log scale, with the median and the median absolute deviation, so that one broken
# contact cannot hide itself by inflating the yardstick:
#
# $$z_c = \frac{\log s_c - \mathrm{med}(\log s)}{1.4826\,\mathrm{MAD}(\log s) + 0.1}$$

# %%
everybody = pd.concat(
    [quality.channel_metrics(io.load_recording(s)).assign(subject=s) for s in io.subjects()], ignore_index=True
)

figure, axis = plt.subplots(figsize=(5.2, 3.4))
for verdict, group in everybody.groupby("bad"):
    name = "bad" if verdict else "good"
    axis.scatter(group["sd_z"], group["neighbour_r"], color=plots.COLOURS[name], s=26, alpha=0.8, label=name)
for row in everybody[everybody["bad"]].itertuples():
    axis.annotate(f"{row.subject} {row.channel}", (row.sd_z, row.neighbour_r), (6, 4), textcoords="offset points")
axis.axhline(quality.MIN_NEIGHBOUR_CORRELATION, color="black", linewidth=0.6, linestyle=":")
for side in (-1, 1):
    axis.axvline(side * quality.MAX_LOG_SD_DEVIATION, color="black", linewidth=0.6, linestyle=":")
axis.set(xlabel="spread (robust z of log SD)", ylabel="best correlation with a neighbour")
axis.legend(loc="lower center")
plt.show()

# %%
figure, axis = plt.subplots(figsize=(5.2, 2.8))
plots.electrode_map(axis, recording.channels, metrics["neighbour_r"], "neighbour correlation", vmin=0, vmax=1)
axis.set_title(subject)
plt.show()

# %% [markdown]
# ## Findings
#
# - Two contacts of 48 stand apart: one dead, one loose. Everything else keeps a correlation above 0.6.
# - The dead contact is far off in spread; the loose one is louder than the others but not wildly so, and its
#   disagreement with the neighbours confirms the suspicion. Neither number alone leaves a margin for both.

# %%
everybody.loc[everybody["bad"], ["subject", "channel", "sd_uv", "sd_z", "neighbour_r"]].round(2)
