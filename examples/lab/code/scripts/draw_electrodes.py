"""Draw the electrode grid that `investigate_bad_channels` shows; the picture is committed next to the notebook."""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "code" / "lib"))
from neurolab import io, plots  # noqa: E402

TARGET = ROOT / "code/pipelines/preprocess/ieeg/notebooks/explore/electrode_grid.png"


def main():
    plots.use_style()
    channels = io.load_recording("sub-01").channels
    figure, axis = plt.subplots(figsize=(4.2, 1.9))
    for region, group in channels.groupby("region"):
        axis.scatter(group["x_mm"], group["y_mm"], s=520, color=plots.COLOURS[region], alpha=0.6, edgecolor="black")
        axis.text(36, group["y_mm"].iloc[0], region, va="center")
    for name, x, y in channels[["channel", "x_mm", "y_mm"]].itertuples(index=False):
        axis.text(x, y, name, ha="center", va="center")
    axis.annotate("", (0, -5.5), (10, -5.5), arrowprops={"arrowstyle": "<->", "linewidth": 0.8})
    axis.text(5, -7.5, "10 mm", ha="center", va="top", fontsize=8)
    axis.set(xlim=(-5, 48), ylim=(-11, 15))
    axis.set_aspect("equal")
    axis.axis("off")
    figure.savefig(TARGET, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
