# ---
# Title: speed_accuracy.py
# Status: EXPLORATION
# Objective: Rule out that the cue buys speed with errors
# Focus: conditional accuracy functions
# ---

# %% [markdown]
# # Faster, but worse?
#
# A cue makes people faster (`reaction_times`). If they were merely guessing sooner, fast cued answers would be wrong
# more often. So: accuracy as a function of speed, for both cues.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import pandas as pd
from neurolab import io, plots

plots.use_style()

# %% [markdown]
# Within each subject and cue, trials are ranked by speed and cut into quarters.

# %%
trials = io.load_behaviour().query("0.15 <= rt_s <= 1.5")
rank = trials.groupby(["subject", "cue"])["rt_s"].rank(pct=True, method="first")
trials = trials.assign(quarter=pd.cut(rank, [0, 0.25, 0.5, 0.75, 1], labels=[1, 2, 3, 4]).astype(int))
per_subject = trials.groupby(["subject", "cue", "quarter"], as_index=False)[["rt_s", "correct"]].mean()
curve = per_subject.groupby(["cue", "quarter"])[["rt_s", "correct"]].agg(["mean", "sem"])
curve.round(3)

# %%
figure, axis = plt.subplots(figsize=(4.8, 3.2))
for cue, group in curve.groupby(level="cue"):
    axis.errorbar(
        group[("rt_s", "mean")],
        group[("correct", "mean")],
        xerr=group[("rt_s", "sem")],
        yerr=group[("correct", "sem")],
        color=plots.COLOURS[cue],
        marker="o",
        markersize=4,
        capsize=2,
        label=cue,
    )
axis.axhline(0.5, color="black", linewidth=0.5, linestyle=":")
axis.set(xlabel="reaction time (s)", ylabel="proportion correct", ylim=(0.45, 1.0))
axis.legend(loc="lower left")
plt.show()

# %% [markdown]
# Quarter by quarter the cued answers are faster and no less accurate: the curve moves to the left, it does not drop.
# At one and the same time the cued answers look worse only because that time is late for a cued trial, and late
# answers are those to the hard tones.
