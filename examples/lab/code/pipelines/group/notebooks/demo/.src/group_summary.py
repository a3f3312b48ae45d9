# ---
# Title: group_summary.py
# Status: DEMO
# Objective: Bring evoked response, alpha and reaction time together for the paper's last figure
# Focus: individual differences in the use of the cue
# Guardrails: Reads derivatives of three flows, writes derivatives/group only
# ---

# %% [markdown]
# # One cue, three measures
#
# Three notebooks measured what the cue does: to the N1 (`demo_evoked`), to parietal alpha (`demo_band_power`) and to
# the speed of the answer (`reaction_times`). If all three reflect attention, a listener who gains much in one gains
# in the others too.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from neurolab import io, plots, stats

plots.use_style()

# %% [markdown]
# ## Effects of the cue
#
# Each as cued against uncued, signed so that more attention is more positive.

# %%
n1 = io.load_derivative("ieeg/evoked_n1.csv").pivot(index="subject", columns="cue", values="n1_uv")
power = io.load_derivative("spectral/band_power.csv").query("band == 'alpha' and region == 'parietal'")
alpha = power.pivot(index="subject", columns="cue", values="change_db")
speed = io.load_derivative("behavior/reaction_times.csv").set_index("subject")

effects = pd.DataFrame(
    {
        "n1_uv": n1["uncued"] - n1["cued"],
        "alpha_db": alpha["uncued"] - alpha["cued"],
        "speed_ms": 1000 * speed["benefit_s"],
    }
)
summary = io.participants().merge(effects.reset_index(), on="subject")
summary.round(2)

# %%
LABELS = {"n1_uv": "N1 (µV)", "alpha_db": "alpha suppression (dB)", "speed_ms": "speed (ms)"}
rows = []
for column, label in LABELS.items():
    low, high = stats.bootstrap_interval(effects[column], seed=21)
    _, p = stats.sign_flip_test(effects[column])
    rows.append({"measure": label, "mean": effects[column].mean(), "low": low, "high": high, "p": p})
pd.DataFrame(rows).set_index("measure").round(3)

# %% [markdown]
# ## Do they go together?

# %%
pairs = [("alpha_db", "speed_ms"), ("n1_uv", "speed_ms"), ("n1_uv", "alpha_db")]
figure, axes = plt.subplots(1, 3, figsize=(7.8, 2.9))
for axis, (x, y) in zip(axes, pairs, strict=True):
    r, p = stats.correlation_test(effects[x], effects[y], seed=22)
    slope, intercept = np.polyfit(effects[x], effects[y], 1)
    ends = np.array([effects[x].min(), effects[x].max()])
    axis.plot(ends, intercept + slope * ends, color="0.6", linewidth=1)
    axis.scatter(effects[x], effects[y], color=plots.COLOURS["temporal"], s=32, zorder=2)
    axis.set(xlabel=LABELS[x], ylabel=LABELS[y], title=f"r = {r:.2f}, p = {p:.2f}")
plt.show()

# %% [markdown]
# Every effect has the expected sign in every listener. With six of them an exact test cannot give less than
# $p = 2/2^6 \approx 0.03$. The correlations all point the same way and none is beyond chance: a hint for the next
# study, no more.

# %%
print("wrote", io.save_derivative(summary, "group/cue_effects.csv"))
