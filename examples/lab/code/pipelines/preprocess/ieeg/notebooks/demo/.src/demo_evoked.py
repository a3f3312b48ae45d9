# ---
# Title: demo_evoked.py
# Status: DEMO
# Objective: Tone-evoked responses of all subjects, cued against uncued
# Focus: N1 of the temporal contacts
# Guardrails: Writes derivatives/ieeg only
# ---

# %% [markdown]
# # Responses to the tone
#
# A cue announces every other tone. If attention sharpens hearing early, the N1, the negative wave 100 ms
# after the tone, should be larger for the announced ones.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from neurolab import epochs, io, plots, quality, stats

plots.use_style()

# %% tags=["parameters"]
epoch_s = (-0.3, 0.6)
baseline_s = (-0.2, 0.0)
n1_s = (0.08, 0.12)

# %% [markdown]
# ## Epochs
#
# Clean signals cut around each onset, minus the mean of the 200 ms before it, averaged over the temporal contacts.

# %%
responses = []
for subject in io.subjects():
    recording, _ = quality.clean(io.load_recording(subject))
    events = io.load_events(subject)
    time, trials = epochs.cut(recording.signal, recording.rate, events["onset_s"], *epoch_s)
    trials = epochs.subtract_baseline(time, trials, *baseline_s)[:, recording.pick("temporal")].mean(axis=1)
    for cue in ("cued", "uncued"):
        responses.append({"subject": subject, "cue": cue, "evoked": trials[events["cue"] == cue].mean(axis=0)})
responses = pd.DataFrame(responses)

# %%
figure, axes = plt.subplots(2, 3, figsize=(7.2, 4.2), sharex=True, sharey=True)
for axis, (subject, group) in zip(axes.flat, responses.groupby("subject"), strict=True):
    axis.axvspan(*n1_s, color="black", alpha=0.08, linewidth=0)
    axis.axhline(0, color="black", linewidth=0.5)
    for row in group.itertuples():
        axis.plot(time, row.evoked, color=plots.COLOURS[row.cue], linewidth=1.3, label=row.cue)
    axis.set_title(subject)
axes[0, 0].legend(loc="lower right")
figure.supxlabel("time from tone (s)", fontsize=9)
figure.supylabel("temporal contacts (µV)", fontsize=9)
plt.show()

# %% [markdown]
# ## N1 amplitude

# %%
responses["n1_uv"] = [epochs.window_mean(time, evoked, *n1_s) for evoked in responses["evoked"]]
n1 = responses.pivot(index="subject", columns="cue", values="n1_uv")
difference = n1["cued"] - n1["uncued"]
null, p = stats.sign_flip_test(difference)
low, high = stats.bootstrap_interval(difference, seed=1)
print(f"cued minus uncued: {difference.mean():.1f} µV, 95 % interval {low:.1f} to {high:.1f}, exact p = {p:.3f}")
n1.assign(difference=difference).round(1)

# %%
figure, axis = plt.subplots(figsize=(3.4, 3.2))
axis.plot([0, 1], n1[["uncued", "cued"]].to_numpy().T, color="0.7", linewidth=1, zorder=1)
for position, cue in enumerate(("uncued", "cued")):
    axis.scatter(np.full(len(n1), position), n1[cue], color=plots.COLOURS[cue], s=34, zorder=2)
axis.set_xticks([0, 1], ["uncued", "cued"])
axis.set(xlim=(-0.4, 1.4), ylabel="N1 (µV)")
axis.invert_yaxis()
plt.show()

# %%
table = responses[["subject", "cue", "n1_uv"]]
print("wrote", io.save_derivative(table, "ieeg/evoked_n1.csv"))
