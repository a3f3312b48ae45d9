import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Recording quality")


@app.cell
def _():
    import sys
    from pathlib import Path

    import marimo as mo

    root = next(p for p in Path(__file__).resolve().parents if (p / "pipeio.yml").exists())
    sys.path.insert(0, str(root / "code" / "lib"))

    import matplotlib.pyplot as plt
    import pandas as pd
    from neurolab import io, plots, quality

    plots.use_style()
    return io, mo, pd, plots, plt, quality


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    # Recording quality

    One page for the lab meeting: which contacts are usable, how noisy the rest is, and whether every subject has
    enough trials of both kinds. The rules are those of `neurolab.quality`.
    """)
    return


@app.cell
def _(io, pd, quality):
    contacts = pd.concat(
        [quality.channel_metrics(io.load_recording(s)).assign(subject=s) for s in io.subjects()],
        ignore_index=True,
    )
    trials = pd.concat([io.load_events(s).assign(subject=s) for s in io.subjects()], ignore_index=True)
    return contacts, trials


@app.cell
def _(contacts, mo, trials):
    summary = contacts.groupby("subject").agg(
        contacts=("bad", "size"),
        bad=("bad", "sum"),
        median_sd_uv=("sd_uv", "median"),
        worst_line_ratio=("line_ratio", "max"),
    )
    summary = summary.join(trials.groupby(["subject", "cue"]).size().unstack())
    mo.plain(summary.round(1))
    return (summary,)


@app.cell
def _(contacts, plots, plt):
    def draw_spread():
        _figure, axis = plt.subplots(figsize=(7.2, 3.0))
        for position, (_subject, group) in enumerate(contacts.groupby("subject")):
            colours = group["region"].where(~group["bad"], "bad").map(plots.COLOURS)
            axis.scatter([position] * len(group), group["sd_uv"], c=colours, s=30, alpha=0.85)
            for row in group[group["bad"]].itertuples():
                axis.annotate(row.channel, (position, row.sd_uv), (7, -3), textcoords="offset points")
        axis.set_xticks(range(contacts["subject"].nunique()), sorted(contacts["subject"].unique()))
        axis.set(yscale="log", ylabel="spread, 1 to 40 Hz (µV)")
        axis.set_title("temporal in teal, parietal in yellow, bad in red")
        return axis

    draw_spread()
    return


@app.cell
def _(mo, summary):
    usable = int((summary["contacts"] - summary["bad"]).sum())
    enough = bool((summary[["cued", "uncued"]].min(axis=1) >= 8).all())
    verdict = mo.callout(
        mo.md(
            f"**{usable} of {int(summary['contacts'].sum())} contacts usable.** "
            + ("Every subject has enough trials." if enough else "Some subjects lack trials.")
        ),
        kind="success" if enough else "danger",
    )
    verdict
    return (usable,)


@app.cell
def _(usable):
    assert usable >= 40, "too few usable contacts: look at the electrode log before going on"
    return


if __name__ == "__main__":
    app.run()
