"""The lab's figure style and the drawings that several notebooks share."""

import matplotlib.pyplot as plt
import numpy as np

from neurolab.spectra import BANDS

COLOURS = {
    "cued": "#d1495b",
    "uncued": "#30638e",
    "temporal": "#00798c",
    "parietal": "#edae49",
    "good": "#4a5759",
    "bad": "#d1495b",
}


def use_style() -> None:
    """Quiet axes, readable at the width of a page."""
    plt.rcParams.update(
        {
            "figure.figsize": (7.2, 3.2),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 10,
            "axes.titlelocation": "left",
            "axes.labelsize": 9,
            "font.size": 9,
            "legend.frameon": False,
            "legend.fontsize": 8,
        }
    )


def shade_bands(ax, alpha: float = 0.07) -> None:
    """Mark the frequency bands behind a spectrum and name them along the top."""
    for index, (name, (low, high)) in enumerate(BANDS.items()):
        ax.axvspan(low, high, color="black", alpha=alpha if index % 2 else alpha / 2, linewidth=0)
        ax.text(np.sqrt(low * high), 0.985, name, transform=ax.get_xaxis_transform(), ha="center", va="top", fontsize=7)


def spectrum(ax, frequency: np.ndarray, density: np.ndarray, **line) -> None:
    """One power spectrum on logarithmic axes."""
    ax.loglog(frequency[1:], density[1:], **({"linewidth": 1.1} | line))
    ax.set(xlabel="frequency (Hz)", ylabel="power (µV²/Hz)")
    ticks = [1, 2, 5, 10, 20, 50, 100]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()


def traces(ax, time: np.ndarray, signal: np.ndarray, names: list[str], spacing: float, colours=None) -> None:
    """Channels stacked from top to bottom, `spacing` microvolts apart."""
    for row, trace in enumerate(signal):
        ax.plot(time, trace - row * spacing, linewidth=0.7, color=colours[row] if colours else COLOURS["good"])
    ax.set_yticks(-spacing * np.arange(len(names)), names)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="time (s)")
    ax.margins(x=0)


def electrode_map(ax, channels, values: np.ndarray, label: str, cmap: str = "viridis", **limits):
    """Values at the electrodes' places on the cortex, with a colour bar."""
    dots = ax.scatter(
        channels["x_mm"], channels["y_mm"], c=values, s=420, cmap=cmap, edgecolor="black", linewidth=0.6, **limits
    )
    for name, x, y in channels[["channel", "x_mm", "y_mm"]].itertuples(index=False):
        ax.annotate(name, (x, y), (0, 14), textcoords="offset points", ha="center", fontsize=8)
    ax.set(xlim=(-6, 36), ylim=(-6, 18), xlabel="anterior to posterior (mm)", ylabel="inferior to superior (mm)")
    ax.set_aspect("equal")
    ax.figure.colorbar(dots, ax=ax, label=label, shrink=0.8)
    return dots
