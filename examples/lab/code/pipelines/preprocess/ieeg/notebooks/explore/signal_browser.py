import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Signal browser")


@app.cell
def _():
    import sys
    from pathlib import Path

    import marimo as mo

    root = next(p for p in Path(__file__).resolve().parents if (p / "pipeio.yml").exists())
    sys.path.insert(0, str(root / "code" / "lib"))

    import matplotlib.pyplot as plt
    from neurolab import filters, io, plots, quality, spectra

    plots.use_style()
    return filters, io, mo, plots, plt, quality, spectra


@app.cell(hide_code=True)
def _(mo):
    mo.md(r"""
    # Signal browser

    Choose a subject, a stretch of time and a pass band. The traces are filtered with the lab's own zero-phase
    filters, so what you see here is what the analyses get.
    """)
    return


@app.cell
def _(io, mo):
    subject = mo.ui.dropdown(options=io.subjects(), value="sub-02", label="subject")
    start = mo.ui.slider(0, 24, step=1, value=8, label="start (s)", show_value=True)
    band = mo.ui.range_slider(1, 95, step=1, value=[1, 40], label="pass band (Hz)", show_value=True)
    notch = mo.ui.checkbox(value=True, label="notch at 50 Hz")
    mo.hstack([subject, start, band, notch], justify="start", gap=2)
    return band, notch, start, subject


@app.cell
def _(io, quality, subject):
    recording = io.load_recording(subject.value)
    metrics = quality.channel_metrics(recording)
    return metrics, recording


@app.cell
def _(band, filters, notch, recording):
    def filtered():
        signal = filters.bandpass(recording.signal, recording.rate, *band.value)
        if notch.value:
            signal = filters.notch(signal, recording.rate, recording.mains)
        return signal

    signal = filtered()
    return (signal,)


@app.cell
def _(io, metrics, plots, plt, recording, signal, start):
    def draw_traces():
        _figure, axis = plt.subplots(figsize=(7.6, 3.8))
        shown = (recording.time >= start.value) & (recording.time < start.value + 4)
        colours = [plots.COLOURS["bad" if bad else "good"] for bad in metrics["bad"]]
        plots.traces(axis, recording.time[shown], signal[:, shown], recording.names, 100, colours)
        for event in io.load_events(recording.subject).itertuples():
            if start.value <= event.onset_s < start.value + 4:
                axis.axvline(event.onset_s, color=plots.COLOURS[event.cue], linewidth=1, alpha=0.6)
        axis.set_title(f"{recording.subject}: lines mark tones, cued in red, uncued in blue")
        return axis

    draw_traces()
    return


@app.cell
def _(plots, plt, recording, signal, spectra):
    def draw_spectra():
        _figure, axis = plt.subplots(figsize=(7.6, 3.0))
        frequency, density = spectra.welch(signal, recording.rate)
        for region in ("temporal", "parietal"):
            mean = density[recording.pick(region)].mean(axis=0)
            plots.spectrum(axis, frequency, mean, color=plots.COLOURS[region], label=region)
        plots.shade_bands(axis)
        axis.set_ylim(1e-3, None)
        axis.legend(loc="lower left")
        return axis

    draw_spectra()
    return


@app.cell
def _(metrics):
    metrics.round(2)
    return


if __name__ == "__main__":
    app.run()
