# ---
# Title: prototype_average_reference.py
# Status: ARCHIVED
# Objective: Decide whether a common average reference helps on grids of eight contacts
# Focus: effect of one bad channel on the average
# Guardrails: Superseded by neurolab.filters.average_reference, kept for the record
# ---

# %% [markdown]
# # Common average reference: a prototype
#
# With eight contacts one loose electrode is an eighth of the average, and every channel inherits it.

# %%
import sys
from pathlib import Path

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "pipeio.yml").exists())
sys.path.insert(0, str(ROOT / "code" / "lib"))

# %%
import numpy as np
from neurolab import filters, io, quality

recording = io.load_recording("sub-02")
good = ~quality.channel_metrics(recording)["bad"].to_numpy()

# %%
# %%time
everything = filters.average_reference(recording.signal, np.ones_like(good))
only_good = filters.average_reference(recording.signal, good)

# %% [markdown]
# The loose contact leaks into a good one:

# %%
loose = recording.signal[~good][0]
for label, signal in {"all channels": everything, "good channels": only_good}.items():
    print(f"{label:>14}: r = {np.corrcoef(signal[0], loose)[0, 1]:+.2f}")

# %% [markdown]
# Decision: average over good channels only, and not at all before evoked responses, where the average would take
# away the response itself. Moved to `neurolab.filters.average_reference`.
