# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Reaction times
#
# The oldest notebook of the project: how fast are the answers, and how much does the cue help? Presses before 150 ms
# are anticipations, those after 1.5 s are lapses; both are left out.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import numpy as np
from neurolab import io, plots, stats

plots.use_style()

# %% tags=["parameters"]
fastest_s = 0.15
slowest_s = 1.5

# %%
trials = io.load_behaviour()
valid = trials[trials["rt_s"].between(fastest_s, slowest_s)]
print(f"{len(trials) - len(valid)} of {len(trials)} trials left out")
valid.groupby(["subject", "cue"])["rt_s"].describe()[["count", "mean", "50%", "std"]].round(3)

# %%
figure, axis = plt.subplots(figsize=(5.6, 3.0))
bins = np.arange(0.15, 1.2, 0.04)
for cue, group in valid.groupby("cue"):
    axis.hist(group["rt_s"], bins=bins, color=plots.COLOURS[cue], alpha=0.5, label=cue)
    axis.axvline(group["rt_s"].median(), color=plots.COLOURS[cue], linewidth=1.5)
axis.set(xlabel="reaction time (s)", ylabel="trials")
axis.legend()
plt.show()

# %% [markdown]
# ## By level

# %%
medians = valid.groupby(["subject", "cue", "level_db"])["rt_s"].median()
by_level = medians.groupby(["cue", "level_db"]).agg(["mean", "sem"])

figure, axis = plt.subplots(figsize=(5.6, 3.0))
for cue, group in by_level.groupby(level="cue"):
    level = group.index.get_level_values("level_db")
    axis.errorbar(level, group["mean"], group["sem"], color=plots.COLOURS[cue], marker="o", capsize=2, label=cue)
axis.set(xlabel="tone level (dB)", ylabel="median reaction time (s)")
axis.legend()
plt.show()

# %% [markdown]
# ## What the cue is worth

# %%
table = valid.groupby(["subject", "cue"])["rt_s"].median().unstack()
table["benefit_s"] = table["uncued"] - table["cued"]
low, high = stats.bootstrap_interval(table["benefit_s"], seed=11)
print(f"cue benefit {1000 * table['benefit_s'].mean():.0f} ms (95 % interval {1000 * low:.0f} to {1000 * high:.0f})")
print("wrote", io.save_derivative(table.reset_index(), "behavior/reaction_times.csv"))
table.round(3)
