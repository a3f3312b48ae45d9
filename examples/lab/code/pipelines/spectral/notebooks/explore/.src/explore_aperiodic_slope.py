# ---
# Title: explore_aperiodic_slope.py
# Status: EXPLORATION
# Objective: See whether the slope of the 1/f background changes with age
# Focus: aperiodic exponent, peaks left out of the fit
# Guardrails: Read-only, in-memory exploration only, flow-aware paths
# ---

# %% [markdown]
# # The slope under the rhythms
#
# Away from its peaks a spectrum falls like $S(f) = 10^{b} / f^{\chi}$. A flatter slope (smaller $\chi$) has been read
# as more excitation, and it is said to come with age. Ours are six people from 23 to 61.

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
from neurolab import io, plots, quality, spectra, stats

plots.use_style()

# %% tags=["parameters"]
fit_range_hz = (3.0, 40.0)

# %% [markdown]
# ## Fit every good contact

# %%
rows, example = [], {}
for subject in io.subjects():
    recording, good = quality.clean(io.load_recording(subject))
    frequency, density = spectra.welch(recording.signal, recording.rate)
    for index in np.flatnonzero(good):
        offset, exponent = spectra.aperiodic_fit(frequency, density[index], *fit_range_hz)
        rows.append({"subject": subject, "channel": recording.names[index], "offset": offset, "exponent": exponent})
    example[subject] = density[good].mean(axis=0)
fits = pd.DataFrame(rows)
fits.groupby("subject")["exponent"].describe()[["count", "mean", "std", "min", "max"]].round(2)

# %% [markdown]
# ## The youngest and the oldest

# %%
figure, axis = plt.subplots(figsize=(5.6, 3.4))
for subject, colour in (("sub-01", plots.COLOURS["cued"]), ("sub-06", plots.COLOURS["uncued"])):
    offset, exponent = spectra.aperiodic_fit(frequency, example[subject], *fit_range_hz)
    inside = (frequency >= fit_range_hz[0]) & (frequency <= fit_range_hz[1])
    plots.spectrum(axis, frequency, example[subject], color=colour, label=f"{subject}, $\\chi$ = {exponent:.2f}")
    fitted = 10**offset / frequency[inside] ** exponent
    axis.plot(frequency[inside], fitted, color="black", linestyle="--", linewidth=0.9)
plots.shade_bands(axis)
axis.set(xlim=(1, 60), ylim=(1e-2, 1e3))
axis.legend(loc="lower left")
plt.show()

# %% [markdown]
# ## Against age

# %%
people = io.participants().merge(fits.groupby("subject", as_index=False)["exponent"].mean())
r, p = stats.correlation_test(people["age"], people["exponent"], seed=3)
slope, intercept = np.polyfit(people["age"], people["exponent"], 1)

figure, axis = plt.subplots(figsize=(4.2, 3.2))
axis.plot(people["age"], intercept + slope * people["age"], color="0.6", linewidth=1)
axis.scatter(people["age"], people["exponent"], color=plots.COLOURS["temporal"], s=36, zorder=2)
for row in people.itertuples():
    axis.annotate(row.subject, (row.age, row.exponent), (6, 4), textcoords="offset points", fontsize=8)
axis.set(xlabel="age (years)", ylabel="exponent", title=f"r = {r:.2f}, permutation p = {p:.3f}")
axis.margins(x=0.15)
plt.show()

# %% [markdown]
# The slope flattens with age, about 0.2 in ten years. Six people cannot carry a claim, but any comparison of band
# power between them must take the background out first, or it compares ages.
