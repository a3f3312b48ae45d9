# ---
# Title: psychometric.py
# Status: DEMO
# Objective: Detection thresholds of every listener, with and without the cue
# Focus: maximum likelihood fit of a two-interval psychometric function
# ---

# %% [markdown]
# # Detection thresholds
#
# Two intervals, one tone, so guessing gives one half. For level $x$ in decibels,
#
# $$P(\text{correct}) = \tfrac12 + (\tfrac12 - \lambda)\,\frac{1}{1 + e^{-\beta (x - \theta)}}$$
#
# with threshold $\theta$, slope $\beta$, and a lapse rate $\lambda$ of two percent. Both parameters are found on a
# grid: slower than a descent, but it cannot get stuck, and the likelihood itself can be looked at.

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
LAPSE = 0.02
THRESHOLDS_DB = np.arange(-20, 4.01, 0.1)
SLOPES = np.geomspace(0.08, 8.0, 80)


# %%
def p_correct(level, threshold, slope):
    return 0.5 + (0.5 - LAPSE) / (1 + np.exp(-slope * (level - threshold)))


def log_likelihood(counts):
    """Over the grid (thresholds, slopes), from numbers of correct answers `k` of `n` at each level."""
    level = counts.index.to_numpy()[:, None, None]
    p = p_correct(level, THRESHOLDS_DB[:, None], SLOPES)
    k, n = (counts[column].to_numpy()[:, None, None] for column in ("k", "n"))
    return (k * np.log(p) + (n - k) * np.log1p(-p)).sum(axis=0)


# %%
trials = io.load_behaviour()
counts = trials.groupby(["subject", "cue", "level_db"])["correct"].agg(k="sum", n="size")
rows, surfaces = [], {}
for (subject, cue), group in counts.groupby(level=["subject", "cue"]):
    surface = log_likelihood(group.droplevel(["subject", "cue"]))
    best = np.unravel_index(surface.argmax(), surface.shape)
    surfaces[subject, cue] = surface - surface.max()
    rows.append({"subject": subject, "cue": cue, "threshold_db": THRESHOLDS_DB[best[0]], "slope": SLOPES[best[1]]})
fits = pd.DataFrame(rows)

# %% [markdown]
# ## Fits

# %%
figure, axes = plt.subplots(2, 3, figsize=(7.2, 4.2), sharex=True, sharey=True)
fine = np.linspace(-19, 1, 200)
for axis, (subject, group) in zip(axes.flat, fits.groupby("subject"), strict=True):
    for row in group.itertuples():
        observed = counts.loc[subject, row.cue]
        axis.plot(observed.index, observed["k"] / observed["n"], "o", markersize=4, color=plots.COLOURS[row.cue])
        axis.plot(fine, p_correct(fine, row.threshold_db, row.slope), color=plots.COLOURS[row.cue], label=row.cue)
    axis.axhline(0.5, color="black", linewidth=0.5, linestyle=":")
    axis.set_title(subject)
axes[0, 0].legend(loc="lower right")
figure.supxlabel("tone level (dB)", fontsize=9)
figure.supylabel("proportion correct", fontsize=9)
plt.show()

# %% [markdown]
# ## How sure is one threshold?
#
# The likelihood of one listener; the line holds the 95 % region, where twice the log ratio stays below 5.99. Where it
# stays open at the top, the data know no limit to how steep the curve may be, but the threshold is known all the same.

# %%
figure, axis = plt.subplots(figsize=(4.6, 3.2))
for cue in ("cued", "uncued"):
    axis.contour(THRESHOLDS_DB, SLOPES, -2 * surfaces["sub-03", cue].T, levels=[5.99], colors=[plots.COLOURS[cue]])
    best = fits[(fits["subject"] == "sub-03") & (fits["cue"] == cue)].iloc[0]
    axis.plot(best["threshold_db"], best["slope"], "o", color=plots.COLOURS[cue], label=cue)
axis.set(yscale="log", xlabel="threshold (dB)", ylabel="slope (per dB)", title="sub-03")
axis.legend(loc="upper right")
plt.show()

# %%
thresholds = fits.pivot(index="subject", columns="cue", values="threshold_db")
benefit = thresholds["uncued"] - thresholds["cued"]
low, high = stats.bootstrap_interval(benefit, seed=5)
print(f"the cue is worth {benefit.mean():.1f} dB (95 % interval {low:.1f} to {high:.1f})")
thresholds.assign(benefit_db=benefit).round(1)
